"""Native half of the package; private to it."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, final

from typing_extensions import Self

__all__ = [
    "COMMAND_NAMES",
    "Chat",
    "ERROR_KINDS",
    "EVENT_NAMES",
    "Event",
    "Events",
    "Reply",
    "Requested",
    "Runtime",
    "__version__",
    "after_fork",
    "hidden",
    "report",
]

__version__: Final[str]

ERROR_KINDS: Final[list[tuple[str, int, str]]]
"""The kinds of errors: name, number, description."""
EVENT_NAMES: Final[list[str]]
COMMAND_NAMES: Final[list[str]]

def report(error: BaseException, callable: Callable[..., object]) -> None: ...
def after_fork() -> None: ...
def hidden(source: str, flags: str, texts: list[str]) -> list[bool]: ...

@final
class Runtime:
    """The threads and connections that chats share. Chats made without one share a default. ``worker_threads`` is for programs with so
    many chats that one thread cannot carry them; 0 is as the default."""

    def __new__(cls, *, worker_threads: int = 0) -> Self: ...

@final
class Event:
    """What was published, and when. ``data`` is the payload in the specification's shape, the same object each time."""

    __match_args__: ClassVar[tuple[str, str]]

    @property
    def name(self) -> str:
        """The specification's name, such as ``messageReceived``."""
    @property
    def time(self) -> int:
        """When it was published, in milliseconds since 1970 UTC."""
    @property
    def data(self) -> Any:
        """The payload: a ``dict``, empty where the specification has none."""
    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages that the event is about: those received, or the notice of a participant or of typing; none for other events.

        Each is a ``dict``. ``"index"``, its place, is a number on GMS and text on Nexus. ``"content"``, where there is one, lists what is
        attached: ``{"type", "mime", "url", "data"}``, with an image's ``bytes`` in ``"data"``, or with the reason why it has none in
        ``"unavailable"``.
        """

@final
class Events:
    """The events of a chat, in order, until it is closed."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> Event: ...
    def next(self, timeout: float | None = None) -> Event | None:
        """The next event; ``None`` when none comes within ``timeout`` seconds. Raises ``ClosedError`` after the last."""

    def take(self) -> Event | None:
        """The next event if it is here. Raises ``ClosedError`` after the last."""

@final
class Requested:
    """Calls that the library asks for, as callable and arguments."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> tuple[Callable[..., object], tuple[Any, ...]]: ...

@final
class Reply:
    def __call__(self, answer: Any) -> None: ...
    def fail(self) -> None: ...

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
    ) -> Self: ...
    @property
    def capabilities(self) -> dict[str, bool]: ...
    def call(self, name: str, options: Any, timeout: float | None) -> Any: ...
    def submit(self, name: str, options: Any, timeout: float | None, done: Callable[[Any, Exception | None], object]) -> int: ...
    def cancel(self, id: int) -> None: ...
    def next_listener(self, event: str | None) -> int: ...
    def listen(self, number: int, listener: Callable[..., object]) -> None: ...
    def unlisten(self, number: int) -> bool: ...
    def events(self, on_change: Callable[[], object] | None = None) -> Events: ...
    def next_event(self, timeout: float | None) -> Event | None: ...
    def close(self) -> None: ...
    def wait_closed(self, timeout: float | None) -> bool: ...
    def when_closed(self, done: Callable[[], object]) -> None: ...
