"""The Genesys WebChatService for Python programs.

:class:`Chat` is one customer's chat, for code that waits; :class:`webchat.aio.Chat` is the same for asyncio. Commands, events, options,
results and texts are those of the Genesys WebChatService::

    import webchat

    with webchat.Chat({"dataURL": "https://gms.example.com/genesys/2/chat/support"}) as chat:
        chat.start_chat(nickname="Jo")
        chat.send_message("Hello")
        for event in chat.events():
            match event:
                case webchat.MessageReceived(messages=messages):
                    for message in messages:
                        print(message.sender.name, message.text)
                case webchat.Ended():
                    break
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Protocol

from . import _files, _logging, _published as _published, _webchat  # native code calls _published; freezers see what Python imports
from ._commands import Commands
from ._event import Event, ParticipantEvent, ResponseEvent, TypingEvent

# made from the tables: events
from ._events import (
    AgentConnected,
    AgentDisconnected,
    AgentTypingStarted,
    AgentTypingStopped,
    BotConnected,
    BotDisconnected,
    ChatServerBackOnline,
    ChatServerWentOffline,
    ClientConnected,
    ClientDisconnected,
    ClientTypingStarted,
    ClientTypingStopped,
    ConnectionPending,
    ConnectionRestored,
    Disconnected,
    Ended,
    ErrorEvent,
    MessageReceived,
    Outbox,
    PollingStarted,
    PollingStopped,
    Ready,
    Reconnected,
    RestoreFailed,
    RestoreTimeout,
    Restored,
    RestoredOffline,
    Started,
    SupervisorConnected,
    SupervisorDisconnected,
)
# until here: events
from ._events import EventName
from ._messages import Content, File, Message, Participant, Transcript
from ._results import Agent, Agents, Answer, Downloaded, FileLimits, Stats
from ._waiting import wait
from ._waits import Waits
from ._webchat import Reply, Runtime, __version__
from .errors import *
from .errors import ClosedError, TimeoutError, WrongThreadError
from .errors import __all__ as _errors

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
    *_errors,
]


_LOG_PATIENCE = 1.0
"""Seconds that closing a chat waits for the log."""


class SessionStore(Protocol):
    """Keeps a chat's session data, so that the chat can be restored later, also by another process.

    Called in order and one at a time. What fails, or takes more than five seconds, fails no chat: the log has the reason, what was not
    stored cannot be restored, and when nothing can be loaded at the start, ``error`` is published after ``ready``. Chats may share a
    store: each loads before it changes what belongs to a session, and leaves the session of another alone.

    >>> class Memory:
    ...     def __init__(self) -> None:
    ...         self.kept: dict[str, str] = {}
    ...
    ...     def load(self) -> dict[str, str]:
    ...         return self.kept
    ...
    ...     def apply(self, changes: dict[str, str | None]) -> None:
    ...         for key, value in changes.items():
    ...             self.kept.pop(key, None)
    ...             if value is not None:
    ...                 self.kept[key] = value
    >>> store = Memory()
    >>> with webchat.Chat(config, store=store) as first:
    ...     answer = first.start_chat(nickname="Jo")
    >>> with webchat.Chat(config, store=store) as second:
    ...     print(second.wait_for("restored", timeout=30).name, second.verify_session())
    restored True
    """

    def load(self) -> Mapping[str, str] | None:
        """Returns everything stored."""

    def apply(self, changes: dict[str, str | None]) -> None:
        """Carries out all changes: a key's new value, or ``None`` when it is deleted."""


class SessionKeeper(Protocol):
    """Keeps an asynchronous chat, so that it goes on in another process or on another machine; without effect for other chats.

    These are the functions of ``transport.async`` and ``async``, whose names there say what a page does with them. They are called in
    order and one at a time. What fails, or takes more than five seconds, fails no chat. Whoever has what is kept can take part in the chat.

    >>> class Keeper:
    ...     def __init__(self) -> None:
    ...         self.kept: dict[str, Any] | None = None
    ...
    ...     def store_session(self, session: dict[str, Any]) -> None:
    ...         self.kept = session
    ...
    ...     def load_session(self) -> dict[str, Any] | None:
    ...         return self.kept
    ...
    ...     def forget_session(self, lost: dict[str, Any]) -> None:
    ...         self.kept = None
    >>> keeper = Keeper()
    >>> with webchat.Chat(asynchronous, session_keeper=keeper) as first:
    ...     answer = first.start_chat(nickname="Jo")
    >>> with webchat.Chat(asynchronous, session_keeper=keeper) as second:
    ...     print(second.wait_for("restored", timeout=30).asynchronous)
    True
    """

    def store_session(self, session: dict[str, Any]) -> None:
        """Keeps what there is in place of what was kept before: ``{"messageIndex", "token"}`` of Nexus, ``{"secureKey", "sessionID",
        "alias", "userId"}`` of GMS. Called whenever there is something new: at the start, after a restoration, of Nexus after each
        batch of messages. The original's ``getSessionData``."""

    def load_session(self) -> Mapping[str, Any] | str | None:
        """Returns what was kept, as it was given, as JSON text, or just Nexus's token; ``None`` when there is none. The
        original's ``setSessionData``."""

    def forget_session(self, lost: dict[str, Any]) -> None:
        """Forgets what was kept: the server does not know the session any more. ``lost`` is ``{"sessionData", "response"}``: where several
        chats share what is kept, it is to be forgotten only if it is of that session. Not called when a chat ends as it should. The
        original's ``deleteSessionData``."""


class Chat(Commands, Waits):
    """One customer's chat.

    ``config`` is the object of ``_genesys.widgets.webchat``, as a mapping or as JSON text; without it the command :meth:`configure`
    configures the chat, and has to come first: commands given before it wait for it 5 s at most, then raise
    :class:`InvalidConfigurationError`. ``store`` keeps the session data (see :class:`SessionStore`); by default the configuration says
    where. Its ``connection`` says how connections are made: ``proxy``, ``noProxy``, ``rootCertificates``, ``clientCertificate``,
    ``minimumTls`` and more (docs/reference/configuration.md). ``session_keeper`` keeps an asynchronous chat besides the store, and wins over it: a
    :class:`SessionKeeper`, or its three functions as a tuple. Chats made without a ``runtime`` share a default one.

    Commands wait for their outcome; Ctrl-C ends the waiting and cancels the command. They may be given from any thread. Where gevent or
    eventlet have patched the program, other greenlets run while one waits.

    Handlers, preprocessors, the typing preview input, the store and the keeper run on the runtime's one callback thread, one at a time.
    Handlers may give commands, and wait for them: other handlers wait meanwhile, and what the library asks is answered. In preprocessors, the
    preview input, the store and the keeper commands raise :class:`WrongThreadError`, since the library waits for those. An exception goes to :func:`sys.unraisablehook`. Where
    the program's threads are greenlets, that thread is a greenlet beside the one that made the chat.

    Leaving the ``with`` block closes the chat; so does dropping it, and the end of the program. Closing does not end the session at the
    server: that is :meth:`end_chat`.

    Once a process has used the library, those that it forks cannot: there everything raises :class:`UnsupportedError` at once, apart from
    :meth:`off` and :meth:`close`, which do nothing. The start methods ``spawn`` and ``forkserver`` of ``multiprocessing`` avoid that.

    >>> with webchat.Chat(config) as chat:
    ...     answer = chat.start_chat(nickname="Jo")
    ...     print(chat.wait_for("agentConnected", timeout=30).participant.name)
    ...     answer = chat.send_message("Hello")
    ...     answer = chat.end_chat()
    Sam
    """

    def __init__(
        self,
        config: Any = None,
        *,
        store: SessionStore | None = None,
        session_keeper: Any = None,
        runtime: Runtime | None = None,
    ) -> None:
        Commands.__init__(self, config, store, session_keeper, runtime)
        Waits.__init__(self)
        self._mark(0)

    @property
    def nowait(self) -> Any:
        """The same commands, without waiting: each returns a :class:`concurrent.futures.Future` at once. What is wrong with its options is
        raised at once, too. Cancelling it cancels the command; its callbacks run on the thread of handlers, where it cannot be waited for::

            chat.nowait.send_message("Hello").add_done_callback(lambda outcome: print(outcome.exception()))

        >>> started = chat.nowait.start_chat(nickname="Jo")
        >>> started.result(30)["statusCode"]
        0
        """
        from ._nowait import NoWait

        return NoWait(self)

    def _call(self, name: str, options: Any, timeout: float | None) -> Any:
        self._mark(self._native.mark())
        return wait(self._native.call(name, options, timeout))

    def _then(self, outcome: Any, read: Callable[[Any], Any]) -> Any:
        return read(outcome)

    def _in_steps(self, prepare: Callable[[], Any], give: Callable[[Any], Any], landing: _files.Landing | None) -> Any:
        try:
            outcome = give(prepare())
            return outcome if landing is None else landing.finish(outcome)
        finally:
            if landing is not None:
                landing.give_up()

    def _tell(self, function: Callable[..., Any], number: int | None = None) -> Callable[..., Any]:
        return function

    def _ask(self, function: Callable[[Any], Any]) -> Callable[[Any, Reply], None]:
        def answer(argument: Any, reply: Reply) -> None:
            try:
                result = function(argument)
            except BaseException:
                reply.fail()
                raise
            reply(result)

        return answer

    def events(self) -> Events:
        """Iterates over the events, in order, until the chat is closed: from the beginning, when it is asked for before the program's first
        command or nobody has asked for events before; else from now on, beginning with ``ready`` (see :meth:`on`).

        >>> events = chat.events()
        >>> next(events).name
        'ready'
        """
        return Events(self._native.events())

    def next_event(self, timeout: float | None = None) -> Event | None:
        """Waits for the next event; returns ``None`` when none comes within ``timeout`` seconds.

        Raises :class:`ClosedError` once the chat is closed and every event was returned. From the first call on events are kept
        until they are returned; which, see :meth:`events`.

        >>> chat.next_event(timeout=30).name
        'ready'
        """
        return Events(self._native.queue()).next(timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Closes the chat: every command gets its outcome, and no event comes any more. What is stored of the session stays.

        Waits at most ``timeout`` seconds until everything is stored, and the log has been told; not at all inside a function that the
        library waits for.

        >>> chat.close()
        >>> chat.verify_session()
        Traceback (most recent call last):
            ...
        webchat.errors.ClosedError: the service is closed
        """
        if _webchat.is_forked():
            return
        closed = self._native.closed(timeout)
        self._native.close()
        try:
            wait(closed)
        except WrongThreadError:
            return
        _logging.flush(_LOG_PATIENCE)

    def __enter__(self) -> Chat:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Events:
    """The events of a chat, in order, until it is closed. It keeps the chat alive.

    >>> events = chat.events()
    >>> answer = chat.start_chat(nickname="Jo")
    >>> for event in events:
    ...     print(event.name)
    ...     if event.name == "started":
    ...         break
    ready
    started
    """

    def __init__(self, native: _webchat.Events) -> None:
        self._native = native

    def __iter__(self) -> Events:
        return self

    def __next__(self) -> Event:
        try:
            event: Event = wait(self._native.next(None))
        except ClosedError:
            raise StopIteration from None
        return event

    def next(self, timeout: float | None = None) -> Event | None:
        """The next event; ``None`` when none comes within ``timeout`` seconds. Raises :class:`ClosedError` after the last.

        >>> events = chat.events()
        >>> events.next(timeout=30).name
        'ready'
        """
        event: Event | None = wait(self._native.next(timeout))
        return event


def __getattr__(name: str) -> Any:
    """``webchat.aio``, which takes asyncio, comes with its first use; so does ``webchat.bus``."""
    if name == "aio":
        import webchat.aio as aio

        return aio
    if name == "bus":
        import webchat.bus as bus

        return bus
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), "aio", "bus"})
