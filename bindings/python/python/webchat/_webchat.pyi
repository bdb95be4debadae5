"""Native half of the package; private to it."""

from collections.abc import Callable, Mapping
from typing import Any, Final, final

from typing_extensions import Self

from ._event import Event

__all__ = [
    "COMMAND_NAMES",
    "Calls",
    "Chat",
    "ERROR_KINDS",
    "EVENT_NAMES",
    "Events",
    "Held",
    "Look",
    "Published",
    "Reply",
    "Requested",
    "Runtime",
    "Waiting",
    "__version__",
    "check_process",
    "describe_config",
    "hidden",
    "is_forked",
    "leave",
    "take_leave",
    "visible",
    "when_written",
    "write_log",
]

__version__: Final[str]

ERROR_KINDS: Final[list[tuple[str, int, str]]]
"""The kinds of errors: name, number, description."""
EVENT_NAMES: Final[list[str]]
COMMAND_NAMES: Final[list[str]]

def take_leave() -> None: ...
def leave() -> None: ...
def is_forked() -> bool: ...
def check_process() -> None: ...
def write_log(calls: Calls, write: Callable[[str, int, float, str, int], object]) -> None: ...
def when_written(function: Callable[[], object]) -> bool: ...
def hidden(source: str, flags: str, texts: list[str]) -> list[bool]: ...
def describe_config(config: Mapping[str, Any] | str) -> dict[str, Any]:
    """The back end that a configuration is for, the keys that mean nothing, and the options there are: ``{"back_end", "chosen_by",
    "unknown_keys", "options"}``, each option as key path, what it may be, what holds without it, and what it is for."""

def visible(text: str) -> str:
    """``text`` of others for a terminal: whole, with its line breaks; what would act on the terminal or turn text around is escaped."""

@final
class Runtime:
    """The threads and connections that chats share. Chats made without one share a default. ``worker_threads`` is for programs with so
    many chats that one thread cannot carry them; 0 is as the default."""

    def __new__(cls, *, worker_threads: int = 0) -> Self: ...

@final
class Published:
    """What an event is read from."""

    @property
    def time(self) -> int: ...
    @property
    def data(self) -> Any: ...
    @property
    def messages(self) -> list[dict[str, Any]]: ...

@final
class Waiting:
    """Something under way that is waited for, once. It begins with the first look."""

    def wait(self) -> Any: ...
    def wait_ready(self, beside: Requested | None = None) -> bool: ...
    def fileno(self) -> int: ...
    def is_ready(self, beside: Requested | None = None) -> bool: ...
    def result(self) -> Any: ...
    def cancel(self) -> None: ...

@final
class Events:
    def next(self, timeout: float | None) -> Waiting: ...
    def take(self) -> Event | None:
        """The next event if it is here. Raises ``ClosedError`` after the last."""

@final
class Look:
    """The same for those who look for a certain event."""

    def next(self, timeout: float | None) -> Waiting: ...
    def take(self) -> Event | None: ...
    @property
    def mark(self) -> int: ...
    @property
    def is_over(self) -> bool: ...

_Call = tuple[Callable[..., object], tuple[Any, ...], bool]

@final
class Calls:
    """The way to a thread that makes calls."""

    @staticmethod
    def channel(report: Callable[[BaseException, Any], object]) -> tuple[Calls, Requested]: ...
    def post(self, function: Callable[..., object], *arguments: Any) -> None: ...

@final
class Requested:
    """Calls that the library asks for, as callable, arguments, and whether it waits for what is returned."""

    def take(self, urgent: bool = False) -> _Call | None: ...
    def take_several(self, most: int) -> list[_Call]: ...
    def fileno(self) -> int: ...
    @property
    def is_over(self) -> bool: ...
    def next(self) -> Waiting: ...

@final
class Reply:
    def __call__(self, answer: Any) -> None: ...
    def fail(self) -> None: ...

@final
class Held:
    """What counts as waiting for the application until it is let go."""

@final
class Chat:
    def __new__(
        cls,
        config: Mapping[str, Any] | str | None,
        store: tuple[Callable[[None, Reply], object], Callable[[dict[str, str | None], Reply], object]] | None,
        keeper: tuple[
            Callable[[dict[str, Any], Reply], object], Callable[[None, Reply], object], Callable[[dict[str, Any], Reply], object]
        ]
        | None,
        runtime: Runtime | None,
        calls: Calls,
    ) -> Self: ...
    @property
    def number(self) -> int: ...
    @property
    def capabilities(self) -> dict[str, bool]: ...
    def call(self, name: str, options: Any, timeout: float | None) -> Waiting: ...
    def submit(self, name: str, options: Any, timeout: float | None, done: Callable[[Any, Exception | None, Held], object]) -> tuple[int, int]: ...
    def cancel(self, id: int) -> None: ...
    def next_listener(self, event: str | None) -> int: ...
    def listen(self, number: int, listener: Callable[..., object], holds: bool = False) -> None: ...
    def unlisten(self, number: int) -> Callable[..., object] | None: ...
    def events(self, on_change: Callable[[], object] | None = None) -> Events: ...
    def queue(self) -> Events: ...
    def mark(self) -> int: ...
    def look(self, mark: int | None, on_change: Callable[[], object] | None = None) -> Look: ...
    def close(self) -> None: ...
    def closed(self, timeout: float | None) -> Waiting: ...
    def when_closed(self, done: Callable[[], object]) -> None: ...
