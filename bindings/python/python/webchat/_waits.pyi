"""Waiting for a certain event."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal, TypeVar, overload

from . import _events as events
from ._event import Event
from .errors import ClosedError

_Waited = TypeVar("_Waited", bound=Event)
_Or = TypeVar("_Or", bound=Event)
_Checked = TypeVar("_Checked", contravariant=True)

Check = Callable[[_Checked], object]

class Wanted:
    needs_session: bool
    def __init__(self, event: Any, check: Check[Any] | None) -> None: ...
    def is_met_by(self, event: Event) -> bool: ...

class Search:
    def __init__(self, wanted: Wanted, is_over: bool, timeout: float | None) -> None: ...
    def left(self) -> float | None: ...
    def ends_with(self, event: Event | None) -> bool: ...
    def closed(self) -> ClosedError: ...

class Waits:
    _native: Any
    def __init__(self) -> None: ...
    def _mark(self, mark: int) -> None: ...
    @overload
    def wait_for(self, event: type[_Waited], *, check: Check[_Waited] | None = None, timeout: float | None = None) -> _Waited: ...
    @overload
    def wait_for(
        self, event: tuple[type[_Waited], type[_Or]], *, check: Check[_Waited | _Or] | None = None, timeout: float | None = None
    ) -> _Waited | _Or: ...
    @overload
    def wait_for(
        self,
        event: tuple[events.EventName | type[Event], ...] | None,
        *,
        check: Check[Event] | None = None,
        timeout: float | None = None,
    ) -> Event: ...
    # made from the tables: wait_for
    @overload
    def wait_for(
        self, event: Literal["ready"], *, check: Check[events.Ready] | None = None, timeout: float | None = None,
    ) -> events.Ready: ...
    @overload
    def wait_for(
        self, event: Literal["restored"], *, check: Check[events.Restored] | None = None, timeout: float | None = None,
    ) -> events.Restored: ...
    @overload
    def wait_for(
        self, event: Literal["restoreTimeout"], *, check: Check[events.RestoreTimeout] | None = None, timeout: float | None = None,
    ) -> events.RestoreTimeout: ...
    @overload
    def wait_for(
        self, event: Literal["restoreFailed"], *, check: Check[events.RestoreFailed] | None = None, timeout: float | None = None,
    ) -> events.RestoreFailed: ...
    @overload
    def wait_for(
        self, event: Literal["restoredOffline"], *, check: Check[events.RestoredOffline] | None = None, timeout: float | None = None,
    ) -> events.RestoredOffline: ...
    @overload
    def wait_for(
        self, event: Literal["messageReceived"], *, check: Check[events.MessageReceived] | None = None, timeout: float | None = None,
    ) -> events.MessageReceived: ...
    @overload
    def wait_for(
        self, event: Literal["error"], *, check: Check[events.ErrorEvent] | None = None, timeout: float | None = None,
    ) -> events.ErrorEvent: ...
    @overload
    def wait_for(
        self, event: Literal["started"], *, check: Check[events.Started] | None = None, timeout: float | None = None,
    ) -> events.Started: ...
    @overload
    def wait_for(
        self, event: Literal["ended"], *, check: Check[events.Ended] | None = None, timeout: float | None = None,
    ) -> events.Ended: ...
    @overload
    def wait_for(
        self, event: Literal["agentTypingStarted"], *, check: Check[events.AgentTypingStarted] | None = None, timeout: float | None = None,
    ) -> events.AgentTypingStarted: ...
    @overload
    def wait_for(
        self, event: Literal["agentTypingStopped"], *, check: Check[events.AgentTypingStopped] | None = None, timeout: float | None = None,
    ) -> events.AgentTypingStopped: ...
    @overload
    def wait_for(
        self, event: Literal["pollingStarted"], *, check: Check[events.PollingStarted] | None = None, timeout: float | None = None,
    ) -> events.PollingStarted: ...
    @overload
    def wait_for(
        self, event: Literal["pollingStopped"], *, check: Check[events.PollingStopped] | None = None, timeout: float | None = None,
    ) -> events.PollingStopped: ...
    @overload
    def wait_for(
        self, event: Literal["clientConnected"], *, check: Check[events.ClientConnected] | None = None, timeout: float | None = None,
    ) -> events.ClientConnected: ...
    @overload
    def wait_for(
        self, event: Literal["clientDisconnected"], *, check: Check[events.ClientDisconnected] | None = None, timeout: float | None = None,
    ) -> events.ClientDisconnected: ...
    @overload
    def wait_for(
        self, event: Literal["agentConnected"], *, check: Check[events.AgentConnected] | None = None, timeout: float | None = None,
    ) -> events.AgentConnected: ...
    @overload
    def wait_for(
        self, event: Literal["agentDisconnected"], *, check: Check[events.AgentDisconnected] | None = None, timeout: float | None = None,
    ) -> events.AgentDisconnected: ...
    @overload
    def wait_for(
        self, event: Literal["supervisorConnected"], *, check: Check[events.SupervisorConnected] | None = None, timeout: float | None = None,
    ) -> events.SupervisorConnected: ...
    @overload
    def wait_for(
        self, event: Literal["supervisorDisconnected"], *, check: Check[events.SupervisorDisconnected] | None = None, timeout: float | None = None,
    ) -> events.SupervisorDisconnected: ...
    @overload
    def wait_for(
        self, event: Literal["botConnected"], *, check: Check[events.BotConnected] | None = None, timeout: float | None = None,
    ) -> events.BotConnected: ...
    @overload
    def wait_for(
        self, event: Literal["botDisconnected"], *, check: Check[events.BotDisconnected] | None = None, timeout: float | None = None,
    ) -> events.BotDisconnected: ...
    @overload
    def wait_for(
        self, event: Literal["clientTypingStarted"], *, check: Check[events.ClientTypingStarted] | None = None, timeout: float | None = None,
    ) -> events.ClientTypingStarted: ...
    @overload
    def wait_for(
        self, event: Literal["clientTypingStopped"], *, check: Check[events.ClientTypingStopped] | None = None, timeout: float | None = None,
    ) -> events.ClientTypingStopped: ...
    @overload
    def wait_for(
        self, event: Literal["disconnected"], *, check: Check[events.Disconnected] | None = None, timeout: float | None = None,
    ) -> events.Disconnected: ...
    @overload
    def wait_for(
        self, event: Literal["reconnected"], *, check: Check[events.Reconnected] | None = None, timeout: float | None = None,
    ) -> events.Reconnected: ...
    @overload
    def wait_for(
        self, event: Literal["chatServerWentOffline"], *, check: Check[events.ChatServerWentOffline] | None = None, timeout: float | None = None,
    ) -> events.ChatServerWentOffline: ...
    @overload
    def wait_for(
        self, event: Literal["chatServerBackOnline"], *, check: Check[events.ChatServerBackOnline] | None = None, timeout: float | None = None,
    ) -> events.ChatServerBackOnline: ...
    @overload
    def wait_for(
        self, event: Literal["connectionPending"], *, check: Check[events.ConnectionPending] | None = None, timeout: float | None = None,
    ) -> events.ConnectionPending: ...
    @overload
    def wait_for(
        self, event: Literal["connectionRestored"], *, check: Check[events.ConnectionRestored] | None = None, timeout: float | None = None,
    ) -> events.ConnectionRestored: ...
    @overload
    def wait_for(
        self, event: Literal["outbox"], *, check: Check[events.Outbox] | None = None, timeout: float | None = None,
    ) -> events.Outbox: ...
    # until here: wait_for

class AsyncWaits:
    def _wait_for(self, wanted: Wanted, timeout: float | None) -> Any: ...
    @overload
    def wait_for(
        self, event: type[_Waited], *, check: Check[_Waited] | None = None, timeout: float | None = None
    ) -> Coroutine[Any, Any, _Waited]: ...
    @overload
    def wait_for(
        self, event: tuple[type[_Waited], type[_Or]], *, check: Check[_Waited | _Or] | None = None, timeout: float | None = None
    ) -> Coroutine[Any, Any, _Waited | _Or]: ...
    @overload
    def wait_for(
        self,
        event: tuple[events.EventName | type[Event], ...] | None,
        *,
        check: Check[Event] | None = None,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Event]: ...
    # made from the tables: wait_for of aio
    @overload
    def wait_for(
        self, event: Literal["ready"], *, check: Check[events.Ready] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.Ready]: ...
    @overload
    def wait_for(
        self, event: Literal["restored"], *, check: Check[events.Restored] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.Restored]: ...
    @overload
    def wait_for(
        self, event: Literal["restoreTimeout"], *, check: Check[events.RestoreTimeout] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.RestoreTimeout]: ...
    @overload
    def wait_for(
        self, event: Literal["restoreFailed"], *, check: Check[events.RestoreFailed] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.RestoreFailed]: ...
    @overload
    def wait_for(
        self, event: Literal["restoredOffline"], *, check: Check[events.RestoredOffline] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.RestoredOffline]: ...
    @overload
    def wait_for(
        self, event: Literal["messageReceived"], *, check: Check[events.MessageReceived] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.MessageReceived]: ...
    @overload
    def wait_for(
        self, event: Literal["error"], *, check: Check[events.ErrorEvent] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.ErrorEvent]: ...
    @overload
    def wait_for(
        self, event: Literal["started"], *, check: Check[events.Started] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.Started]: ...
    @overload
    def wait_for(
        self, event: Literal["ended"], *, check: Check[events.Ended] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.Ended]: ...
    @overload
    def wait_for(
        self, event: Literal["agentTypingStarted"], *, check: Check[events.AgentTypingStarted] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.AgentTypingStarted]: ...
    @overload
    def wait_for(
        self, event: Literal["agentTypingStopped"], *, check: Check[events.AgentTypingStopped] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.AgentTypingStopped]: ...
    @overload
    def wait_for(
        self, event: Literal["pollingStarted"], *, check: Check[events.PollingStarted] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.PollingStarted]: ...
    @overload
    def wait_for(
        self, event: Literal["pollingStopped"], *, check: Check[events.PollingStopped] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.PollingStopped]: ...
    @overload
    def wait_for(
        self, event: Literal["clientConnected"], *, check: Check[events.ClientConnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.ClientConnected]: ...
    @overload
    def wait_for(
        self, event: Literal["clientDisconnected"], *, check: Check[events.ClientDisconnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.ClientDisconnected]: ...
    @overload
    def wait_for(
        self, event: Literal["agentConnected"], *, check: Check[events.AgentConnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.AgentConnected]: ...
    @overload
    def wait_for(
        self, event: Literal["agentDisconnected"], *, check: Check[events.AgentDisconnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.AgentDisconnected]: ...
    @overload
    def wait_for(
        self, event: Literal["supervisorConnected"], *, check: Check[events.SupervisorConnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.SupervisorConnected]: ...
    @overload
    def wait_for(
        self, event: Literal["supervisorDisconnected"], *, check: Check[events.SupervisorDisconnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.SupervisorDisconnected]: ...
    @overload
    def wait_for(
        self, event: Literal["botConnected"], *, check: Check[events.BotConnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.BotConnected]: ...
    @overload
    def wait_for(
        self, event: Literal["botDisconnected"], *, check: Check[events.BotDisconnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.BotDisconnected]: ...
    @overload
    def wait_for(
        self, event: Literal["clientTypingStarted"], *, check: Check[events.ClientTypingStarted] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.ClientTypingStarted]: ...
    @overload
    def wait_for(
        self, event: Literal["clientTypingStopped"], *, check: Check[events.ClientTypingStopped] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.ClientTypingStopped]: ...
    @overload
    def wait_for(
        self, event: Literal["disconnected"], *, check: Check[events.Disconnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.Disconnected]: ...
    @overload
    def wait_for(
        self, event: Literal["reconnected"], *, check: Check[events.Reconnected] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.Reconnected]: ...
    @overload
    def wait_for(
        self, event: Literal["chatServerWentOffline"], *, check: Check[events.ChatServerWentOffline] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.ChatServerWentOffline]: ...
    @overload
    def wait_for(
        self, event: Literal["chatServerBackOnline"], *, check: Check[events.ChatServerBackOnline] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.ChatServerBackOnline]: ...
    @overload
    def wait_for(
        self, event: Literal["connectionPending"], *, check: Check[events.ConnectionPending] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.ConnectionPending]: ...
    @overload
    def wait_for(
        self, event: Literal["connectionRestored"], *, check: Check[events.ConnectionRestored] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.ConnectionRestored]: ...
    @overload
    def wait_for(
        self, event: Literal["outbox"], *, check: Check[events.Outbox] | None = None, timeout: float | None = None,
    ) -> Coroutine[Any, Any, events.Outbox]: ...
    # until here: wait_for of aio
