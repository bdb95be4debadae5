"""What the events have in common; ``_events`` has a class for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, Protocol

from ._messages import Message, Participant
from ._results import Agent, Agents
from ._value import _make_public, given, maybe, raw_of, show

if TYPE_CHECKING:
    from ._events import EventName


class _Source(Protocol):
    """Where an event comes from: the library, which makes Python values of what is asked for, or a program."""

    @property
    def time(self) -> int: ...
    @property
    def data(self) -> Any: ...
    @property
    def messages(self) -> list[dict[str, Any]] | None: ...


class _Given:
    """An event that a program made."""

    __slots__ = ("data", "messages", "time")

    def __init__(self, time: int, data: Any) -> None:
        self.time = time
        self.data = data
        self.messages = None


class Event:
    """An event: what was published, and when. Each has a class of its own, such as :class:`webchat.MessageReceived`.

    Events cannot be changed. They are equal when they are of one class and carry the same, whenever they were published. They can be
    hashed, copied and pickled, and matched by class and attributes. Programs can make them, to try their handlers:

    >>> event = webchat.MessageReceived([webchat.Message("Hi")])
    >>> event.name, event.messages[0].text
    ('messageReceived', 'Hi')
    """

    __slots__ = ("__weakref__", "_known", "_source")
    __match_args__: ClassVar[tuple[str, ...]] = ("name", "data")

    name: ClassVar[EventName]
    """The specification's name, such as ``messageReceived``."""
    _session: ClassVar[Literal["begins", "within", "ends"] | None] = None
    _shown: ClassVar[tuple[str, ...]] = ()

    _source: _Source
    _known: tuple[Message, ...] | None
    """Its messages, once somebody has asked for them."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _make_public(cls)

    def __init__(self, *, time: int = 0) -> None:
        self._give(time, {})

    def _give(self, time: int, data: Any) -> None:
        if not hasattr(self, "name"):
            raise TypeError(f"webchat.{type(self).__name__} is what several events have in common; make one of those")
        _set_source(self, _Given(time, data))
        _set_known(self, None)

    @property
    def time(self) -> int:
        """When it was published, in milliseconds since 1970 UTC."""
        return self._source.time

    @property
    def data(self) -> Any:
        """What it carries, in the specification's shape: a ``dict``, empty where that is nothing. The same object each time. It is not to be
        changed."""
        return self._source.data

    @property
    def raw(self) -> dict[str, Any]:
        """All of it, as subscribers of the widget bus get it: ``{"time", "publisher", "event", "data"}``."""
        return {"time": self.time, "publisher": "WebChatService", "event": self.name, "data": self.data}

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages that it is about: those received, or the notice of a participant or of typing; none of other events."""
        messages = self._known
        if messages is None:
            raw = self._source.messages
            messages = tuple(map(_as_message, self._said() if raw is None else raw))
            _set_known(self, messages)
        return messages

    def _said(self) -> Iterable[Any]:
        """The messages in ``data``."""
        return ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        same: bool = self.data == other.data
        return same

    def __hash__(self) -> int:
        return hash((type(self), self.messages))

    def __repr__(self) -> str:
        return show(self, self._shown)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _remade, (type(self), self.time, self.data)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be deleted")


_make_public(Event)
_set_source: Callable[[Event, _Source], None] = vars(Event)["_source"].__set__
_set_known: Callable[[Event, tuple[Message, ...] | None], None] = vars(Event)["_known"].__set__
_as_message = Message.from_raw


def _remade(kind: type[Event], time: int, data: Any) -> Event:
    event = kind.__new__(kind)
    _set_source(event, _Given(time, data))
    _set_known(event, None)
    return event


class RestoredEvent(Event):
    __slots__ = ()
    __match_args__ = ("asynchronous",)
    _shown = ("asynchronous",)

    def __init__(self, *, asynchronous: bool | None = None, time: int = 0) -> None:
        self._give(time, given(**{"async": asynchronous}))

    @property
    def asynchronous(self) -> bool | None:
        """Whether the chat is asynchronous. ``None`` where the back end does not know the difference."""
        value: bool | None = self.data.get("async")
        return value


class OutboxEvent(Event):
    __slots__ = ()
    __match_args__ = ("local_id", "state")
    _shown = ("local_id", "state", "restored", "request_id", "reason")

    def __init__(
        self,
        local_id: int,
        state: str,
        *,
        restored: bool = False,
        request_id: int | None = None,
        reason: str | None = None,
        time: int = 0,
    ) -> None:
        self._give(time, given(localID=local_id, state=state, restored=restored, requestID=request_id, reason=reason))

    @property
    def local_id(self) -> int:
        """The message's local id: it counts the messages of the session from 1, also where several processes sent them."""
        value: int = self.data["localID"]
        return value

    @property
    def state(self) -> str:
        """``queued``, ``sending``, ``sent``, ``rejected`` or ``unknown``; ``sent`` may follow ``unknown``."""
        value: str = self.data["state"]
        return value

    @property
    def restored(self) -> bool:
        """Whether it was given to a process before this one."""
        value: bool = self.data["restored"]
        return value

    @property
    def request_id(self) -> int | None:
        """The request id of the command that gave it, where this process did."""
        value: int | None = self.data.get("requestID")
        return value

    @property
    def reason(self) -> str | None:
        """Why it was rejected, or is unknown."""
        value: str | None = self.data.get("reason")
        return value


class StartedEvent(Event):
    __slots__ = ()
    __match_args__ = ("session_data",)

    def __init__(self, session_data: Mapping[str, Any] = {}, *, time: int = 0) -> None:
        self._give(time, dict(session_data))

    @property
    def session_data(self) -> dict[str, Any]:
        """The session's data, in the names of the back end. Whoever has them can take part in the chat."""
        value: dict[str, Any] = self.data
        return value


class ReceivedEvent(Event):
    __slots__ = ()
    __match_args__ = ("messages",)
    _shown = ("messages", "restoring", "old_messages")

    def __init__(
        self,
        messages: Iterable[Message] = (),
        *,
        original_messages: Iterable[Any] = (),
        restoring: bool = False,
        old_messages: bool = False,
        session_data: Mapping[str, Any] = {},
        idle_time_count_down: Any = None,
        time: int = 0,
    ) -> None:
        data = {
            "messages": raw_of(tuple(messages)),
            "originalMessages": list(original_messages),
            "restoring": restoring,
            "oldMessages": old_messages,
            "sessionData": dict(session_data),
        }
        self._give(time, {**data, **given(idleTimeCountDown=idle_time_count_down)})

    @property
    def original_messages(self) -> list[dict[str, Any]]:
        """The messages as the server sent them."""
        value: list[dict[str, Any]] = self.data["originalMessages"]
        return value

    @property
    def restoring(self) -> bool:
        """Whether it is the replay after a restore."""
        value: bool = self.data["restoring"]
        return value

    @property
    def old_messages(self) -> bool:
        """Whether they are older ones, fetched by :meth:`webchat.Chat.fetch_history`."""
        value: bool = self.data["oldMessages"]
        return value

    @property
    def session_data(self) -> dict[str, Any]:
        """The session's data, in the names of the back end. Whoever has them can take part in the chat."""
        value: dict[str, Any] = self.data["sessionData"]
        return value

    @property
    def idle_time_count_down(self) -> Any:
        """The server's idle countdown, as it sent it; ``None`` where it sent none."""
        return self.data.get("idleTimeCountDown")

    def _said(self) -> Iterable[Any]:
        messages: list[Any] = self.data["messages"]
        return messages


class ResponseEvent(Event):
    """An event with a response of the server: :class:`webchat.ErrorEvent` and :class:`webchat.RestoreFailed`."""

    __slots__ = ()
    __match_args__ = ("response",)

    def __init__(self, response: Any = None, *, time: int = 0) -> None:
        self._give(time, {} if response is None else response)

    @property
    def response(self) -> Any:
        """The server's response, as it came; of an HTTP failure what stands for it. It can hold private text."""
        return self.data


class TypingEvent(Event):
    """Somebody at the other end has begun or stopped typing: :class:`webchat.AgentTypingStarted` and :class:`webchat.AgentTypingStopped`."""

    __slots__ = ()
    __match_args__ = ("message",)
    _shown = ("message",)

    def __init__(self, message: Message | None = None, *, time: int = 0) -> None:
        self._give(time, {} if message is None else message.raw)

    @property
    def message(self) -> Message | None:
        """The notice; ``None`` where no notice said so."""
        return self.messages[0] if self.messages else None

    @property
    def participant(self) -> Participant:
        """Who types; without a name where no notice said so."""
        return self.messages[0].sender if self.messages else Participant(type="Agent")

    def _said(self) -> Iterable[Any]:
        return (self.data,) if self.data else ()


class ParticipantEvent(Event):
    """Somebody has come or gone: what :class:`webchat.AgentConnected`, :class:`webchat.AgentDisconnected` and those of clients, supervisors
    and bots have in common."""

    __slots__ = ()
    __match_args__ = ("participant",)
    _shown = ("participant", "num_agents_connected")

    def __init__(
        self,
        *,
        message: Message | None = None,
        agents: Mapping[str, Agent] | None = None,
        num_agents_connected: int = 0,
        time: int = 0,
    ) -> None:
        data = given(message=maybe(raw_of, message), agents=maybe(raw_of, agents))
        self._give(time, {**data, "numAgentsConnected": num_agents_connected})

    @property
    def message(self) -> Message | None:
        """The notice. ``None`` where :meth:`webchat.Chat.end_chat` publishes the event by itself."""
        return self.messages[0] if self.messages else None

    @property
    def participant(self) -> Participant:
        """Who came or went: the notice's sender; without a name where there is no notice."""
        if self.messages:
            return self.messages[0].sender
        role = self.name.removesuffix("Connected").removesuffix("Disconnected")
        return Participant(type=role.capitalize())

    @property
    def agents(self) -> Agents | None:
        """The agents by their ids, those who left included. ``None`` where ``message`` is."""
        return maybe(Agents.from_raw, self.data.get("agents"))

    @property
    def num_agents_connected(self) -> int:
        """How many agents and supervisors are in the chat after it."""
        value: int = self.data["numAgentsConnected"]
        return value

    def _said(self) -> Iterable[Any]:
        return (self.data["message"],) if "message" in self.data else ()
