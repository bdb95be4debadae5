"""The chat for asyncio."""

from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar, overload

from typing_extensions import Self

from . import _webchat
from ._commands import Commands
from ._types import Bytes, Config, JsonObject, Prefilter, Progress, Readable, StrPath, Writable
from ._webchat import Event, Runtime

__all__ = ["Chat", "Events", "SessionKeeper", "SessionStore"]

_Handler = TypeVar("_Handler", bound=Callable[[Event], object])
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
    def __init__(self, native: _webchat.Chat, loop: AbstractEventLoop) -> None: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> Event: ...
    async def next(self, timeout: float | None = None) -> Event | None: ...

class Chat(Commands):
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
    @overload
    def on(self, event: str | None, handler: _Handler) -> _Handler: ...
    @overload
    def on(self, event: str | None, handler: None = None) -> Callable[[_Handler], _Handler]: ...
    def off(self, event: str | None, handler: Callable[[Event], object] | None = None) -> bool: ...
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
    ) -> Coroutine[Any, Any, JsonObject]: ...
    def end_chat(self, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def restore(
        self,
        session_data: Mapping[str, Any] | str | None = None,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, JsonObject]: ...
    def verify_session(self, *, timeout: float | None = None) -> Coroutine[Any, Any, dict[str, bool]]: ...
    def update_nickname(self, nickname: str, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def send_message(
        self,
        message: str,
        *,
        type: str | None = None,
        parent_message_id: str | None = None,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, JsonObject]: ...
    def send_custom_notice(
        self,
        message: str | None = None,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, JsonObject]: ...
    def send_typing(
        self,
        message: str | None = None,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, JsonObject | None]: ...
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
    def push_url(self, url: str, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def read_receipt(self, index: int | None = None, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def update_user_data(
        self,
        user_data: Mapping[str, Any],
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, JsonObject]: ...
    def get_transcript(self, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def get_agents(self, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def get_stats(self, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def get_session_data(self, *, timeout: float | None = None) -> Coroutine[Any, Any, dict[str, str]]: ...
    def fetch_history(self, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def send_file(
        self,
        file: StrPath | Bytes | Readable,
        *,
        name: str | None = None,
        description: str | None = None,
        user_data: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, JsonObject]: ...
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
    ) -> Coroutine[Any, Any, JsonObject]: ...
    def get_file_limits(self, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def delete_file(self, file_id: str, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
    def poll(self, *, timeout: float | None = None) -> Coroutine[Any, Any, JsonObject]: ...
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
