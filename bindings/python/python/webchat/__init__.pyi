"""The Genesys WebChatService for Python programs."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from typing_extensions import Self

from . import _webchat, errors
from . import aio as aio
from . import bus as bus
from ._commands import Commands
from ._types import Bytes, Config, JsonObject, Prefilter, Progress, Readable, StrPath, Writable
from ._event import Event as Event
from ._event import ParticipantEvent as ParticipantEvent
from ._event import ResponseEvent as ResponseEvent
from ._event import TypingEvent as TypingEvent

# made from the tables: events
from ._events import (
    AgentConnected as AgentConnected,
    AgentDisconnected as AgentDisconnected,
    AgentTypingStarted as AgentTypingStarted,
    AgentTypingStopped as AgentTypingStopped,
    BotConnected as BotConnected,
    BotDisconnected as BotDisconnected,
    ChatServerBackOnline as ChatServerBackOnline,
    ChatServerWentOffline as ChatServerWentOffline,
    ClientConnected as ClientConnected,
    ClientDisconnected as ClientDisconnected,
    ClientTypingStarted as ClientTypingStarted,
    ClientTypingStopped as ClientTypingStopped,
    ConnectionPending as ConnectionPending,
    ConnectionRestored as ConnectionRestored,
    Disconnected as Disconnected,
    Ended as Ended,
    ErrorEvent as ErrorEvent,
    MessageReceived as MessageReceived,
    Outbox as Outbox,
    PollingStarted as PollingStarted,
    PollingStopped as PollingStopped,
    Ready as Ready,
    Reconnected as Reconnected,
    RestoreFailed as RestoreFailed,
    RestoreTimeout as RestoreTimeout,
    Restored as Restored,
    RestoredOffline as RestoredOffline,
    Started as Started,
    SupervisorConnected as SupervisorConnected,
    SupervisorDisconnected as SupervisorDisconnected,
)
# until here: events
from ._events import EventName as EventName
from ._messages import Content as Content
from ._messages import File as File
from ._messages import Message as Message
from ._messages import Participant as Participant
from ._messages import Transcript as Transcript
from ._results import Agent as Agent
from ._results import Agents as Agents
from ._results import Answer as Answer
from ._results import Downloaded as Downloaded
from ._results import FileLimits as FileLimits
from ._results import Stats as Stats
from ._waits import Waits
from ._webchat import Runtime as Runtime
from ._webchat import __version__ as __version__
from .errors import *
from .errors import TimeoutError as TimeoutError

__all__ = [
    "Agent",
    "Agents",
    "Answer",
    "Chat",
    "Content",
    "Downloaded",
    "Event",
    "EventName",
    "Events",
    "File",
    "FileLimits",
    "Message",
    "Participant",
    "ParticipantEvent",
    "ResponseEvent",
    "Runtime",
    "SessionKeeper",
    "SessionStore",
    "Stats",
    "Transcript",
    "TypingEvent",
    "__version__",
    # made from the tables: names of events
    "AgentConnected",
    "AgentDisconnected",
    "AgentTypingStarted",
    "AgentTypingStopped",
    "BotConnected",
    "BotDisconnected",
    "ChatServerBackOnline",
    "ChatServerWentOffline",
    "ClientConnected",
    "ClientDisconnected",
    "ClientTypingStarted",
    "ClientTypingStopped",
    "ConnectionPending",
    "ConnectionRestored",
    "Disconnected",
    "Ended",
    "ErrorEvent",
    "MessageReceived",
    "Outbox",
    "PollingStarted",
    "PollingStopped",
    "Ready",
    "Reconnected",
    "RestoreFailed",
    "RestoreTimeout",
    "Restored",
    "RestoredOffline",
    "Started",
    "SupervisorConnected",
    "SupervisorDisconnected",
    # until here: names of events
]
__all__ += errors.__all__

_Preprocessor = TypeVar("_Preprocessor", bound=Callable[[JsonObject], JsonObject | None])

class SessionStore(Protocol):
    def load(self) -> Mapping[str, str] | None: ...
    def apply(self, changes: dict[str, str | None]) -> None: ...

class SessionKeeper(Protocol):
    def store_session(self, session: JsonObject) -> None: ...
    def load_session(self) -> Mapping[str, Any] | str | None: ...
    def forget_session(self, lost: JsonObject) -> None: ...

_Keeper = (
    SessionKeeper
    | tuple[
        Callable[[JsonObject], object],
        Callable[[], Mapping[str, Any] | str | None],
        Callable[[JsonObject], object],
    ]
)

class Chat(Commands, Waits):
    def __init__(
        self,
        config: Config | None = None,
        *,
        store: SessionStore | None = None,
        session_keeper: _Keeper | None = None,
        runtime: Runtime | None = None,
    ) -> None: ...
    @property
    def nowait(self) -> _NoWait: ...
    @property
    def capabilities(self) -> dict[str, bool]: ...
    def events(self) -> Events: ...
    def next_event(self, timeout: float | None = None) -> Event | None: ...
    def close(self, timeout: float = 5.0) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def command(self, name: str, options: Any = None, *, timeout: float | None = None) -> Any: ...
    # made from the tables: commands
    def configure(self, config: Config, *, timeout: float | None = None) -> None: ...
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
    ) -> Answer: ...
    def end_chat(self, *, timeout: float | None = None) -> Answer: ...
    def restore(self, session_data: Mapping[str, Any] | str | None = None, *, timeout: float | None = None) -> Answer: ...
    def verify_session(self, *, timeout: float | None = None) -> bool: ...
    def update_nickname(self, nickname: str, *, timeout: float | None = None) -> Answer: ...
    def send_message(
        self,
        message: str,
        *,
        type: str | None = None,
        parent_message_id: str | None = None,
        timeout: float | None = None,
    ) -> Answer: ...
    def send_custom_notice(self, message: str | None = None, *, timeout: float | None = None) -> Answer: ...
    def send_typing(self, message: str | None = None, *, timeout: float | None = None) -> Answer | None: ...
    def send_filtered_message(self, message: str, regex: Prefilter, *, timeout: float | None = None) -> None: ...
    def add_prefilter(
        self,
        filters: Prefilter | Sequence[Prefilter],
        *,
        timeout: float | None = None,
    ) -> list[dict[str, str]]: ...
    def push_url(self, url: str, *, timeout: float | None = None) -> Answer: ...
    def read_receipt(self, index: int | None = None, *, timeout: float | None = None) -> Answer: ...
    def update_user_data(self, user_data: Mapping[str, Any], *, timeout: float | None = None) -> Answer: ...
    def get_transcript(self, *, timeout: float | None = None) -> Transcript: ...
    def get_agents(self, *, timeout: float | None = None) -> Agents: ...
    def get_stats(self, *, timeout: float | None = None) -> Stats: ...
    def get_outbox(self, *, timeout: float | None = None) -> dict[str, Any]: ...
    def get_session_data(self, *, timeout: float | None = None) -> dict[str, str]: ...
    def fetch_history(self, *, timeout: float | None = None) -> Answer: ...
    def send_file(
        self,
        file: StrPath | Bytes | Readable,
        *,
        name: str | None = None,
        description: str | None = None,
        user_data: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> Answer: ...
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
    ) -> Downloaded: ...
    def get_file_limits(self, *, timeout: float | None = None) -> FileLimits: ...
    def delete_file(self, file_id: str, *, timeout: float | None = None) -> Answer: ...
    def poll(self, *, timeout: float | None = None) -> Answer: ...
    def start_poll(self, *, timeout: float | None = None) -> None: ...
    def stop_poll(self, *, timeout: float | None = None) -> None: ...
    def reset_poll_exceptions(self, *, timeout: float | None = None) -> None: ...
    def register_typing_preview_input(self, input: Callable[[], str | None], *, timeout: float | None = None) -> None: ...
    def register_pre_processor(self, preprocessor: _Preprocessor, *, timeout: float | None = None) -> _Preprocessor: ...
    # until here: commands

class _NoWait(Commands):
    def command(self, name: str, options: Any = None, *, timeout: float | None = None) -> Future[Any]: ...
    # made from the tables: commands without waiting
    def configure(self, config: Config, *, timeout: float | None = None) -> Future[None]: ...
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
    ) -> Future[Answer]: ...
    def end_chat(self, *, timeout: float | None = None) -> Future[Answer]: ...
    def restore(
        self,
        session_data: Mapping[str, Any] | str | None = None,
        *,
        timeout: float | None = None,
    ) -> Future[Answer]: ...
    def verify_session(self, *, timeout: float | None = None) -> Future[bool]: ...
    def update_nickname(self, nickname: str, *, timeout: float | None = None) -> Future[Answer]: ...
    def send_message(
        self,
        message: str,
        *,
        type: str | None = None,
        parent_message_id: str | None = None,
        timeout: float | None = None,
    ) -> Future[Answer]: ...
    def send_custom_notice(self, message: str | None = None, *, timeout: float | None = None) -> Future[Answer]: ...
    def send_typing(self, message: str | None = None, *, timeout: float | None = None) -> Future[Answer | None]: ...
    def send_filtered_message(self, message: str, regex: Prefilter, *, timeout: float | None = None) -> Future[None]: ...
    def add_prefilter(
        self,
        filters: Prefilter | Sequence[Prefilter],
        *,
        timeout: float | None = None,
    ) -> Future[list[dict[str, str]]]: ...
    def push_url(self, url: str, *, timeout: float | None = None) -> Future[Answer]: ...
    def read_receipt(self, index: int | None = None, *, timeout: float | None = None) -> Future[Answer]: ...
    def update_user_data(self, user_data: Mapping[str, Any], *, timeout: float | None = None) -> Future[Answer]: ...
    def get_transcript(self, *, timeout: float | None = None) -> Future[Transcript]: ...
    def get_agents(self, *, timeout: float | None = None) -> Future[Agents]: ...
    def get_stats(self, *, timeout: float | None = None) -> Future[Stats]: ...
    def get_outbox(self, *, timeout: float | None = None) -> Future[dict[str, Any]]: ...
    def get_session_data(self, *, timeout: float | None = None) -> Future[dict[str, str]]: ...
    def fetch_history(self, *, timeout: float | None = None) -> Future[Answer]: ...
    def send_file(
        self,
        file: StrPath | Bytes | Readable,
        *,
        name: str | None = None,
        description: str | None = None,
        user_data: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> Future[Answer]: ...
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
    ) -> Future[Downloaded]: ...
    def get_file_limits(self, *, timeout: float | None = None) -> Future[FileLimits]: ...
    def delete_file(self, file_id: str, *, timeout: float | None = None) -> Future[Answer]: ...
    def poll(self, *, timeout: float | None = None) -> Future[Answer]: ...
    def start_poll(self, *, timeout: float | None = None) -> Future[None]: ...
    def stop_poll(self, *, timeout: float | None = None) -> Future[None]: ...
    def reset_poll_exceptions(self, *, timeout: float | None = None) -> Future[None]: ...
    def register_typing_preview_input(
        self,
        input: Callable[[], str | None],
        *,
        timeout: float | None = None,
    ) -> Future[None]: ...
    def register_pre_processor(
        self,
        preprocessor: _Preprocessor,
        *,
        timeout: float | None = None,
    ) -> Future[_Preprocessor]: ...
    # until here: commands without waiting

class Events:
    def __init__(self, native: _webchat.Events) -> None: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> Event: ...
    def next(self, timeout: float | None = None) -> Event | None: ...
