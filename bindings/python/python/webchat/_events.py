# Made from the tables: `make tables`.
"""The events of the specification, a class for each."""

from __future__ import annotations

from typing import ClassVar, Literal

from ._event import Event, OutboxEvent, ParticipantEvent, ReceivedEvent, ResponseEvent, RestoredEvent, StartedEvent, TypingEvent

EventName = Literal[
    "ready",
    "restored",
    "restoreTimeout",
    "restoreFailed",
    "restoredOffline",
    "messageReceived",
    "error",
    "started",
    "ended",
    "agentTypingStarted",
    "agentTypingStopped",
    "pollingStarted",
    "pollingStopped",
    "clientConnected",
    "clientDisconnected",
    "agentConnected",
    "agentDisconnected",
    "supervisorConnected",
    "supervisorDisconnected",
    "botConnected",
    "botDisconnected",
    "clientTypingStarted",
    "clientTypingStopped",
    "disconnected",
    "reconnected",
    "chatServerWentOffline",
    "chatServerBackOnline",
    "connectionPending",
    "connectionRestored",
    "outbox",
]
"""The names of the events."""


class Ready(Event):
    """The service accepts commands. Late listeners get it too.

    When a chat has its configuration; after a stored session has been looked for.
    """

    __slots__ = ()
    name: ClassVar[Literal["ready"]] = "ready"


class Restored(RestoredEvent):
    """A stored session was accepted; its messages follow.

    When the server takes a stored session up again (at the first configuration, or by ``restore``).
    """

    __slots__ = ()
    name: ClassVar[Literal["restored"]] = "restored"
    _session = "begins"


class RestoreTimeout(Event):
    """The stored session is too old, or the server says it has ended.

    Instead of ``restored``, where the session is older than the configuration allows, or has ended at the server.
    """

    __slots__ = ()
    name: ClassVar[Literal["restoreTimeout"]] = "restoreTimeout"


class RestoreFailed(ResponseEvent):
    """The stored session could not be restored; with the response that said so.

    Instead of ``restored``, where the server could not be asked, or refused.
    """

    __slots__ = ()
    name: ClassVar[Literal["restoreFailed"]] = "restoreFailed"


class RestoredOffline(Event):
    """The session was restored while the chat server is offline.

    After ``restored``.
    """

    __slots__ = ()
    name: ClassVar[Literal["restoredOffline"]] = "restoredOffline"


class MessageReceived(ReceivedEvent):
    """New messages, one event for each answer that has visible ones.

    When an answer, a push, a page of history or a replay has messages that no filter hides.
    """

    __slots__ = ()
    name: ClassVar[Literal["messageReceived"]] = "messageReceived"
    _session = "within"


class ErrorEvent(ResponseEvent):
    """An error between client and server, with the server's response.

    When an answer of the server is an error that no command has asked for, or ends the chat.
    """

    __slots__ = ()
    name: ClassVar[Literal["error"]] = "error"


class Started(StartedEvent):
    """The chat session has started.

    When ``startChat`` has succeeded, and where a resumption has opened another session.
    """

    __slots__ = ()
    name: ClassVar[Literal["started"]] = "started"
    _session = "begins"


class Ended(Event):
    """The chat session has ended.

    When the session is over, by ``endChat`` or by the server; once.
    """

    __slots__ = ()
    name: ClassVar[Literal["ended"]] = "ended"
    _session = "ends"


class AgentTypingStarted(TypingEvent):
    """An agent or supervisor started typing.

    When the server tells it.
    """

    __slots__ = ()
    name: ClassVar[Literal["agentTypingStarted"]] = "agentTypingStarted"
    _session = "within"


class AgentTypingStopped(TypingEvent):
    """An agent or supervisor stopped typing; with the notice, where a notice said so.

    When the server tells it, or the one who typed has spoken or left, or the chat ends.
    """

    __slots__ = ()
    name: ClassVar[Literal["agentTypingStopped"]] = "agentTypingStopped"
    _session = "within"


class PollingStarted(Event):
    """Automatic polling has started.

    When a session begins or is restored, and by ``startPoll``.
    """

    __slots__ = ()
    name: ClassVar[Literal["pollingStarted"]] = "pollingStarted"


class PollingStopped(Event):
    """Automatic polling has stopped.

    After ``ended``; by ``endChat`` before it, and by ``stopPoll``.
    """

    __slots__ = ()
    name: ClassVar[Literal["pollingStopped"]] = "pollingStopped"


class ClientConnected(ParticipantEvent):
    """The customer is in the chat.

    When the transcript shows the customer's join, or the first word of one whose join was not seen.
    """

    __slots__ = ()
    name: ClassVar[Literal["clientConnected"]] = "clientConnected"
    _session = "within"


class ClientDisconnected(ParticipantEvent):
    """The customer has left the chat.

    When the transcript shows the leave, and before ``ended`` by ``endChat``.
    """

    __slots__ = ()
    name: ClassVar[Literal["clientDisconnected"]] = "clientDisconnected"
    _session = "within"


class AgentConnected(ParticipantEvent):
    """An agent has joined.

    When the transcript shows the join, or the first word of one whose join was not seen.
    """

    __slots__ = ()
    name: ClassVar[Literal["agentConnected"]] = "agentConnected"
    _session = "within"


class AgentDisconnected(ParticipantEvent):
    """An agent has left.

    When the transcript shows the leave, and once before ``ended`` by ``endChat`` where one is there.
    """

    __slots__ = ()
    name: ClassVar[Literal["agentDisconnected"]] = "agentDisconnected"
    _session = "within"


class SupervisorConnected(ParticipantEvent):
    """A supervisor has joined.

    As ``agentConnected``.
    """

    __slots__ = ()
    name: ClassVar[Literal["supervisorConnected"]] = "supervisorConnected"
    _session = "within"


class SupervisorDisconnected(ParticipantEvent):
    """A supervisor has left.

    As ``agentDisconnected``.
    """

    __slots__ = ()
    name: ClassVar[Literal["supervisorDisconnected"]] = "supervisorDisconnected"
    _session = "within"


class BotConnected(ParticipantEvent):
    """A bot has joined.

    As ``agentConnected``.
    """

    __slots__ = ()
    name: ClassVar[Literal["botConnected"]] = "botConnected"
    _session = "within"


class BotDisconnected(ParticipantEvent):
    """A bot has left.

    When the transcript shows the leave.
    """

    __slots__ = ()
    name: ClassVar[Literal["botDisconnected"]] = "botDisconnected"
    _session = "within"


class ClientTypingStarted(Event):
    """The customer types, and the agent is told.

    When ``sendTyping`` has something to tell.
    """

    __slots__ = ()
    name: ClassVar[Literal["clientTypingStarted"]] = "clientTypingStarted"


class ClientTypingStopped(Event):
    """The customer stopped typing.

    When ``sendTyping`` was last given some time ago, a message has been sent, or the session is over.
    """

    __slots__ = ()
    name: ClassVar[Literal["clientTypingStopped"]] = "clientTypingStopped"


class Disconnected(Event):
    """The servers cannot be reached.

    When a request, or the link, finds no server; once until ``reconnected``.
    """

    __slots__ = ()
    name: ClassVar[Literal["disconnected"]] = "disconnected"


class Reconnected(Event):
    """The servers can be reached again, after ``disconnected``.

    At the first answer, or with the link, after ``disconnected``.
    """

    __slots__ = ()
    name: ClassVar[Literal["reconnected"]] = "reconnected"


class ChatServerWentOffline(Event):
    """The chat server is offline; the session has not ended.

    When more answers in a row than ``pollExceptionLimit`` say that the chat server is away.
    """

    __slots__ = ()
    name: ClassVar[Literal["chatServerWentOffline"]] = "chatServerWentOffline"


class ChatServerBackOnline(Event):
    """The chat server is back.

    After ``chatServerWentOffline``, with the first answer of the chat server.
    """

    __slots__ = ()
    name: ClassVar[Literal["chatServerBackOnline"]] = "chatServerBackOnline"


class ConnectionPending(Event):
    """The chat server did not answer; the service tries again.

    With the first answer which says that the chat server is away.
    """

    __slots__ = ()
    name: ClassVar[Literal["connectionPending"]] = "connectionPending"


class ConnectionRestored(Event):
    """The connection to the chat server works again.

    After ``connectionPending``, with the first answer of the chat server.
    """

    __slots__ = ()
    name: ClassVar[Literal["connectionRestored"]] = "connectionRestored"


class Outbox(OutboxEvent):
    """A message has got further on its way; without its text.

    Where the configuration has ``outbox``, with each step of a message; and for those of a session that is restored, or is not.
    """

    __slots__ = ()
    name: ClassVar[Literal["outbox"]] = "outbox"


CLASSES: tuple[type[Event], ...] = (
    Ready,
    Restored,
    RestoreTimeout,
    RestoreFailed,
    RestoredOffline,
    MessageReceived,
    ErrorEvent,
    Started,
    Ended,
    AgentTypingStarted,
    AgentTypingStopped,
    PollingStarted,
    PollingStopped,
    ClientConnected,
    ClientDisconnected,
    AgentConnected,
    AgentDisconnected,
    SupervisorConnected,
    SupervisorDisconnected,
    BotConnected,
    BotDisconnected,
    ClientTypingStarted,
    ClientTypingStopped,
    Disconnected,
    Reconnected,
    ChatServerWentOffline,
    ChatServerBackOnline,
    ConnectionPending,
    ConnectionRestored,
    Outbox,
)
"""All classes, in the order of the events' numbers, which begin with 1."""
