"""The widget bus (CXBus) on which a chat is the plugin ``WebChatService``, for programs and extensions that are written for it.

What ran in a page reads the same here; names are the widget bus's own, data have the specification's shape::

    from webchat.bus import Bus

    with Bus({"dataURL": "https://gms.example.com/genesys/2/chat/support"}) as bus:
        demo = bus.registerPlugin("Demo")
        demo.subscribe("WebChatService.messageReceived", lambda e: print(e.data["messages"]))
        demo.subscribe("WebChatService.ready", lambda e: demo.command("WebChatService.startChat", {"nickname": "Jo"})
            .done(lambda e: print("started"))
            .fail(lambda e: print("not started:", e)))
        demo.ready()

Everything that the bus calls (subscribers, callbacks of promises, functions of commands, those of ``before``) it calls one at a time and in
the order in which it was asked for, never inside the call that asks: on the thread of the handlers of a :class:`webchat.Chat`, or on the
event loop of a :class:`webchat.aio.Chat`, where subscribers, callbacks and functions of commands may be coroutine functions. An exception of
one keeps no other from being called: it goes to :func:`sys.unraisablehook`, or to the loop's exception handler. The methods may be called
from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Union

from .. import Chat
from .._commands import Commands
from .._event import Event
from .._events import CLASSES, AgentTypingStarted, AgentTypingStopped
from ._places import OnLoop, OnThread, Place
from ._plugin import Plugin
from ._promise import Deferred, Promise, Rejected
from ._traffic import SERVICE, Envelope, Invocation, Traffic

if TYPE_CHECKING:
    from .. import aio

__all__ = ["Bus", "Deferred", "Envelope", "Invocation", "Plugin", "Promise", "Rejected"]

for _public in (Deferred, Plugin, Promise, Rejected, Envelope, Invocation):
    _public.__module__ = __name__


class Bus(Plugin):
    """The bus itself. As a plugin it is ``CXBus``.

    ``chat`` is a :class:`webchat.Chat` or a :class:`webchat.aio.Chat`, which :meth:`close` leaves as it is, or the configuration for a
    :class:`webchat.Chat` of its own, which it closes. What the chat's own methods do goes round the functions of :meth:`before`.

    >>> with webchat.bus.Bus(config) as own:
    ...     promise = own.command("WebChatService.startChat", {"nickname": "Jo"}).done(lambda e: print("started"))
    ...     answer = promise.result(30)
    started
    """

    __slots__ = ("__weakref__", "_chat", "_is_own")

    def __init__(self, chat: Union[Chat, aio.Chat, Mapping[str, Any], str, None] = None) -> None:
        self._is_own = not isinstance(chat, Commands)
        self._chat: Any = chat if isinstance(chat, Commands) else Chat(chat)
        place: Place = OnThread(self._chat) if isinstance(self._chat, Chat) else OnLoop(self._chat)
        traffic = Traffic(self._chat, place)
        super().__init__("CXBus", traffic)
        traffic.register("CXBus")
        self.ready()
        _keep_data(traffic)

    @property
    def chat(self) -> Any:
        """The chat.

        >>> bus.chat is chat
        True
        """
        return self._chat

    def close(self) -> None:
        """Closes the bus, and the chat if it is the bus's own. Every command gets its outcome, and nothing is delivered any more.

        >>> own = webchat.bus.Bus(config)
        >>> own.close()
        >>> own.registerPlugin("Demo")
        False
        """
        if self._is_own:
            self._chat.close()
        self._traffic.close()

    def __enter__(self) -> Bus:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _keep_data(traffic: Traffic) -> None:
    """The values that ``WebChatService`` has on the bus, for who is subscribed to what changes them, too."""
    traffic.data.update({f"{SERVICE}.{name}": False for name in ("sessionActive", "agentTyping", "sleeping")})

    def note(event: Event) -> None:
        if event._session == "within":
            traffic.write(SERVICE, "agentTyping", isinstance(event, AgentTypingStarted))
        else:
            traffic.write(SERVICE, "agentTyping", False)
            traffic.write(SERVICE, "sessionActive", event._session == "begins")

    for kind in CLASSES:
        if kind._session in ("begins", "ends") or kind in (AgentTypingStarted, AgentTypingStopped):
            traffic.chat.on(kind, note)
