"""What a plugin does with the bus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable, Literal, Optional, Union

from .. import _webchat
from ..errors import InvalidArgumentError
from ._promise import Promise
from ._traffic import SERVICE, Envelope, Hook, Invocation, Traffic

_ABSENT: Any = object()


class Plugin:
    """A plugin's interface to the bus, from :meth:`registerPlugin`. The names of its methods are the widget bus's own.

    >>> demo = bus.registerPlugin("Demo")
    >>> demo.subscribe("WebChatService.started", lambda e: print("subscribed to", e.event))
    'WebChatService.started'
    >>> demo.republish("ready")
    >>> demo.ready()
    >>> demo.command("WebChatService.startChat", {"nickname": "Jo"}).result(30)["statusCode"]
    subscribed to started
    0
    """

    __slots__ = ("_name", "_traffic")

    def __init__(self, name: str, traffic: Traffic) -> None:
        self._name, self._traffic = name, traffic

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__} {self._name}>"

    # Events.

    def subscribe(self, event: str, callback: Optional[Callable[[Envelope], object]] = None) -> Union[str, Literal[False]]:
        """Has ``callback`` called with an :class:`Envelope` for each event of exactly this name, such as ``WebChatService.ended``, also of
        a plugin that is not there yet. Returns the name; false where there is no callback.

        Who publishes comes before who subscribes, in order, but for what was republished: that comes at once, ``WebChatService.ready``
        above all. What ``WebChatService`` publishes comes from the beginning to whoever subscribes before the first command is given
        (:meth:`webchat.Chat.on`). A name that ``WebChatService`` does not publish is named in the log.

        >>> bus.subscribe("WebChatService.ended", lambda e: print("ended", e.data))
        'WebChatService.ended'
        >>> bus.subscribe("WebChatService.ended")
        False
        """
        if callback is None:
            return False
        if not callable(callback):
            raise InvalidArgumentError(f"a callback has to be callable, which {type(callback).__name__} is not")
        self._traffic.subscribe(self._name, event, callback)
        return event

    def unsubscribe(self, event: str) -> bool:
        """Takes off all that this plugin has subscribed to the event: none is called any more. False if there were none.

        >>> name = bus.subscribe("WebChatService.ended", print)
        >>> bus.unsubscribe("WebChatService.ended"), bus.unsubscribe("WebChatService.ended")
        (True, False)
        """
        return self._traffic.unsubscribe(self._name, event)

    def publish(self, event: str, data: Any = None) -> None:
        """Publishes an event of this plugin's, to those who are subscribed to ``<plugin>.<event>`` now.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.publish("opened", {"by": "Jo"})
        """
        self._traffic.publish(self._name, event, f"{self._name}.{event}", data)

    def republish(self, event: str, data: Any = None) -> None:
        """Publishes a state of this plugin's: those who subscribe later get it, too, right after they have subscribed.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.republish("ready")
        """
        self._traffic.publish(self._name, event, f"{self._name}.{event}", data, sticky=True)

    def publishDirect(self, event: str, data: Any = None) -> None:
        """Publishes an event under exactly this name, without the plugin's before it.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.publishDirect("WebChat.opened")
        """
        self._traffic.publish(self._name, event, event, data)

    def registerEvents(self, events: Iterable[str]) -> bool:
        """Says which events this plugin publishes, for :meth:`registry`; any may be published without.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.registerEvents(["opened", "closed"])
        True
        """
        known = self._traffic.plugins[self._name].events
        known.extend(event for event in events if event not in known)
        return True

    def subscribers(self) -> dict[str, list[str]]:
        """Which plugins are subscribed to events of this one, in order, by the event's full name.

        >>> demo = bus.registerPlugin("Demo")
        >>> name = bus.subscribe("Demo.opened", print)
        >>> demo.subscribers()
        {'Demo.opened': ['CXBus']}
        """
        return self._traffic.subscribers(self._name)

    # Commands.

    def command(self, command: str, options: Optional[Mapping[str, Any]] = None) -> Promise:
        """Gives a command, such as ``WebChatService.sendMessage``; without a plugin's name it is one of this plugin's. It runs later, never
        inside the call, behind those that were given before, and behind the functions of :meth:`before`.

        Options of ``WebChatService`` are the specification's; functions and patterns are callables and patterns of :mod:`re`, files what
        :meth:`webchat.Chat.send_file` takes. Commands of a plugin that is not ready yet wait until it is.

        >>> bus.command("WebChatService.startChat", {"nickname": "Jo"}).done(lambda e: print("started")).result(30)["statusCode"]
        started
        0
        >>> bus.command("WebChatService.sendMessage", {"message": "Hello"}).result(30)["statusCode"]
        0
        """
        return self._traffic.command(self._name, command, options)

    def before(self, command: str, function: Hook) -> None:
        """Has ``function`` called before each command of this full name that is given over the bus, with its options: it returns the
        options to go on with. Anything but a mapping, and an exception, cancels the command. There may be several, which are called in the
        order in which they were registered. None can be taken off.

        >>> bus.before("WebChatService.sendMessage", lambda options: {**options, "message": options["message"].strip()})
        >>> bus.before("WebChatService.endChat", lambda options: None)
        >>> bus.command("WebChatService.endChat").exception(30)
        CancelledError("Command was cancelled by a 'before' function.")
        """
        if not callable(function):
            raise InvalidArgumentError(f"a function has to be callable, which {type(function).__name__} is not")
        self._traffic.hook(command, function)

    def registerCommand(self, command: str, function: Callable[[Invocation], object]) -> bool:
        """Has ``function`` carry out a command of this plugin's: it gets an :class:`Invocation`, and ends it by its ``deferred``, then or
        later; an exception rejects it. Of the same name the last function counts. False where it is no function.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.registerCommand("double", lambda e: e.deferred.resolve(2 * e.data["number"]))
        True
        >>> demo.command("double", {"number": 4}).result(30)
        8
        """
        if not callable(function):
            return False
        self._traffic.plugins[self._name].commands[command] = function
        return True

    def ready(self) -> None:
        """Says that this plugin carries out commands: those that others have given so far are, in order. Its own never wait. The event of
        that name is published by :meth:`republish`.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.republish("ready")
        >>> demo.ready()
        """
        self._traffic.ready(self._name)

    # What there is.

    def data(self, name: str, value: Any = _ABSENT) -> Any:
        """Reads a value of this plugin's, or with the plugin's name before it another's; ``None`` where there is none. With ``value``, writes
        one of its own; a change publishes ``data``, ``data.<name>`` and, of texts and numbers, ``data.<name>:<value>``, with ``last``,
        ``value`` and ``time``.

        ``WebChatService`` has ``sessionActive``, ``agentTyping`` and ``sleeping``, which is always false.

        >>> bus.data("WebChatService.sessionActive")
        False
        >>> demo = bus.registerPlugin("Demo")
        >>> demo.data("open", True)
        True
        >>> bus.data("Demo.open")
        True
        """
        owner, dot, own = name.partition(".")
        if not dot:
            owner, own = self._name, name
        if value is _ABSENT:
            return self._traffic.data.get(f"{owner}.{own}")
        if owner != self._name:
            raise InvalidArgumentError(f"'{name}' is written by its own plugin alone")
        self._traffic.write(owner, own, value)
        return value

    def registry(self) -> dict[str, dict[str, list[str]]]:
        """The plugins, each with its commands and the events that it says it publishes.

        >>> bus.registry()["WebChatService"]["commands"][:2]
        ['configure', 'startChat']
        """
        service = {"commands": list(_webchat.COMMAND_NAMES), "events": list(_webchat.EVENT_NAMES)}
        others = {name: {"commands": list(it.commands), "events": list(it.events)} for name, it in self._traffic.plugins.copy().items()}
        return {SERVICE: service, **others}

    def namespace(self) -> str:
        """This plugin's name.

        >>> bus.namespace()
        'CXBus'
        """
        return self._name

    def registerPlugin(self, name: str) -> Union[Plugin, Literal[False]]:
        """The interface of a new plugin; false where the name is taken, or the bus is closed.

        >>> bus.registerPlugin("Demo")
        <webchat.bus.Plugin Demo>
        >>> bus.registerPlugin("Demo"), bus.registerPlugin("WebChatService")
        (False, False)
        """
        if not name or "." in name:
            raise InvalidArgumentError(f"'{name}' is no name for a plugin: commands and events have it before a dot")
        return Plugin(name, self._traffic) if self._traffic.register(name) else False
