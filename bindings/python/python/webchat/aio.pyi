"""The chat for asyncio."""

from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from typing_extensions import Self

from . import _webchat
from ._commands import Commands
from ._types import Bytes, Config, JsonObject, Prefilter, Progress, Readable, StrPath, Writable
from ._event import Event
from ._messages import Transcript
from ._results import Agents, Answer, Downloaded, FileLimits, Stats
from ._waits import AsyncWaits
from ._webchat import Runtime

__all__ = ["Chat", "Events", "SessionKeeper", "SessionStore"]

_Preprocessor = TypeVar("_Preprocessor", bound=Callable[[JsonObject], JsonObject | None | Awaitable[JsonObject | None]])

class SessionStore(Protocol):
    def load(self) -> Mapping[str, str] | None | Awaitable[Mapping[str, str] | None]: ...
    def apply(self, changes: dict[str, str | None]) -> None | Awaitable[None]: ...

class SessionKeeper(Protocol):
    def store_session(self, session: JsonObject) -> None | Awaitable[None]: ...
    def load_session(self) -> Mapping[str, Any] | str | None | Awaitable[Mapping[str, Any] | str | None]: ...
    def forget_session(self, lost: JsonObject) -> None | Awaitable[None]: ...

_Keeper = (
    SessionKeeper
    | tuple[
        Callable[[JsonObject], object],
        Callable[[], Mapping[str, Any] | str | None | Awaitable[Mapping[str, Any] | str | None]],
        Callable[[JsonObject], object],
    ]
)

class Events(AsyncIterator[Event]):
    def __init__(self, native: _webchat.Chat, loop: AbstractEventLoop, source: Callable[..., Any] | None = None) -> None: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> Event: ...
    async def next(self, timeout: float | None = None) -> Event | None: ...

class Chat(Commands, AsyncWaits):
    def __init__(
        self,
        config: Config | None = None,
        *,
        store: SessionStore | None = None,
        session_keeper: _Keeper | None = None,
        runtime: Runtime | None = None,
    ) -> None: ...
    @property
    def capabilities(self) -> dict[str, bool]: ...
    def events(self) -> Events: ...
    async def next_event(self, timeout: float | None = None) -> Event | None: ...
    async def close(self, timeout: float = 5.0) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    def command(self, name: str, options: Any = None, *, timeout: float | None = None) -> Coroutine[Any, Any, Any]: ...
    # made from the tables: commands
    def configure(self, config: Config, *, timeout: float | None = None) -> Coroutine[Any, Any, None]: ...
    def start_chat(
        self,
        *,
        nickname: str | None = None,
        firstname: str | None = None,
        lastname: str | None = None,
        email: str | None = None,
        subject: str | None = None,
        user_data: Mapping[str, Any] | str | None = None,
        form: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        **other: Any,
    ) -> Coroutine[Any, Any, Answer]: ...
    def end_chat(self, *, timeout: float | None = None) -> Coroutine[Any, Any, Answer]: ...
    def restore(
        self,
        session_data: Mapping[str, Any] | str | None = None,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Answer]: ...
    def verify_session(self, *, timeout: float | None = None) -> Coroutine[Any, Any, bool]: ...
    def update_nickname(self, nickname: str, *, timeout: float | None = None) -> Coroutine[Any, Any, Answer]: ...
    def send_message(
        self,
        message: str,
        *,
        type: str | None = None,
        parent_message_id: str | None = None,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Answer]: ...
    def send_custom_notice(
        self,
        message: str | None = None,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Answer]: ...
    def send_typing(
        self,
        message: str | None = None,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Answer | None]: ...
    def send_filtered_message(
        self,
        message: str,
        regex: Prefilter,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, None]: ...
    def add_prefilter(
        self,
        filters: Prefilter | Sequence[Prefilter],
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, list[dict[str, str]]]: ...
    def push_url(self, url: str, *, timeout: float | None = None) -> Coroutine[Any, Any, Answer]: ...
    def read_receipt(self, index: int | None = None, *, timeout: float | None = None) -> Coroutine[Any, Any, Answer]: ...
    def update_user_data(
        self,
        user_data: Mapping[str, Any],
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Answer]: ...
    def get_transcript(self, *, timeout: float | None = None) -> Coroutine[Any, Any, Transcript]: ...
    def get_agents(self, *, timeout: float | None = None) -> Coroutine[Any, Any, Agents]: ...
    def get_stats(self, *, timeout: float | None = None) -> Coroutine[Any, Any, Stats]: ...
    def get_outbox(self, *, timeout: float | None = None) -> Coroutine[Any, Any, dict[str, Any]]: ...
    def get_session_data(self, *, timeout: float | None = None) -> Coroutine[Any, Any, dict[str, str]]: ...
    def fetch_history(self, *, timeout: float | None = None) -> Coroutine[Any, Any, Answer]: ...
    def send_file(
        self,
        file: StrPath | Bytes | Readable,
        *,
        name: str | None = None,
        description: str | None = None,
        user_data: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Answer]: ...
    def download_file(
        self,
        file_id: str,
        *,
        to: StrPath | Writable | None = None,
        path: StrPath | None = None,
        directory: StrPath | None = None,
        file_name: str | None = None,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Downloaded]: ...
    def get_file_limits(self, *, timeout: float | None = None) -> Coroutine[Any, Any, FileLimits]: ...
    def delete_file(self, file_id: str, *, timeout: float | None = None) -> Coroutine[Any, Any, Answer]: ...
    def poll(self, *, timeout: float | None = None) -> Coroutine[Any, Any, Answer]: ...
    def start_poll(self, *, timeout: float | None = None) -> Coroutine[Any, Any, None]: ...
    def stop_poll(self, *, timeout: float | None = None) -> Coroutine[Any, Any, None]: ...
    def reset_poll_exceptions(self, *, timeout: float | None = None) -> Coroutine[Any, Any, None]: ...
    def register_typing_preview_input(
        self,
        input: Callable[[], str | None | Awaitable[str | None]],
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, None]: ...
    def register_pre_processor(
        self,
        preprocessor: _Preprocessor,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, _Preprocessor]: ...
    # until here: commands
