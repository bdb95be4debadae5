"""What goes over a bus: who is subscribed to what, which commands there are, and what waits."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from typing import Any, Callable, NamedTuple, Optional

from .. import _webchat
from .._event import Event
from .._events import CLASSES
from ..errors import CancelledError, ClosedError, Error, InvalidArgumentError, NotFoundError, UnsupportedError
from ._places import Place
from ._promise import Deferred, Promise

SERVICE = "WebChatService"

NO_PLUGIN = "Could not load plugin file in given location. Check your plugins path option."
NO_COMMAND = "Command does not exist"
CANCELLED = "Command was cancelled by a 'before' function."
CLOSED = "the bus is closed"

Hook = Callable[[dict[str, Any]], Optional[Mapping[str, Any]]]

_EVENTS: dict[str, type[Event]] = {f"{SERVICE}.{kind.name}": kind for kind in CLASSES}


class Envelope(NamedTuple):
    """What subscribers get.

    >>> def greet(e: webchat.bus.Envelope) -> None:
    ...     print(e.publisher, e.event, e.data["name"])
    >>> greet(webchat.bus.Envelope(0, "Demo", "greeted", {"name": "Jo"}))
    Demo greeted Jo
    """

    time: int
    """When it was published, in milliseconds since 1970 UTC."""
    publisher: str
    """The plugin that published it."""
    event: str
    """The event's name, without the publisher's before it."""
    data: Any
    """What it carries, of ``WebChatService`` in the specification's shape; an empty ``dict`` where that is nothing. Subscribers share it."""


class Invocation(NamedTuple):
    """What the function behind a command gets.

    >>> def demo(e: webchat.bus.Invocation) -> None:
    ...     if e.commander == "CXBus":
    ...         e.deferred.resolve(e.data.get("number", 0) + 1)
    ...     else:
    ...         e.deferred.reject("not for you")
    >>> plugin = bus.registerPlugin("Demo")
    >>> plugin.registerCommand("next", demo)
    True
    >>> plugin.ready()
    >>> bus.command("Demo.next", {"number": 6}).result(30)
    7
    """

    time: int
    """When it was given, in milliseconds since 1970 UTC."""
    commander: str
    """The plugin that gave it; ``CXBus`` is the bus itself."""
    command: str
    """The command's name, without the plugin's before it."""
    deferred: Deferred
    """How it ends."""
    data: Any
    """Its options; an empty ``dict`` where there are none."""


def now() -> int:
    return time.time_ns() // 1_000_000


class Given(NamedTuple):
    """A command under way."""

    time: int
    commander: str
    plugin: str
    command: str
    options: Any
    promise: Promise


class Subscription:
    """Somebody who is subscribed to an event. The chat's handler, where it is one of the chat's."""

    def __init__(self, place: Place, subscriber: str, callback: Callable[[Envelope], object]) -> None:
        self.place, self.subscriber, self.callback = place, subscriber, callback
        self.is_live = True

    def __call__(self, event: Event) -> Any:
        return self.callback(Envelope(event.time, SERVICE, event.name, event.data)) if self.is_live else None

    def deliver(self, envelope: Envelope) -> None:
        if self.is_live:
            self.place.call(self.callback, envelope)


class Registered:
    """What the bus knows of a plugin."""

    def __init__(self) -> None:
        self.is_ready = False
        self.waiting: list[Given] = []
        self.commands: dict[str, Callable[[Invocation], object]] = {}
        self.events: list[str] = []


class Traffic:
    """All of it. What is asked for is noted at once, by any thread; calls are made at the place, in the order in which they were asked for."""

    def __init__(self, chat: Any, place: Place) -> None:
        self.chat, self.place = chat, place
        self.plugins: dict[str, Registered] = {}
        self.data: dict[str, Any] = {}
        self.is_closed = False
        self._lock = threading.RLock()
        self._subscriptions: dict[str, list[Subscription]] = {}
        self._sticky: dict[str, Envelope] = {}
        self._hooks: dict[str, list[Hook]] = {}
        self._pending: weakref.WeakSet[Promise] = weakref.WeakSet()

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        # In a forked process the lock may be held by a thread that is not there.
        _webchat.check_process()
        with self._lock:
            yield

    def register(self, name: str) -> bool:
        with self._noted():
            if self.is_closed or name == SERVICE or name in self.plugins:
                return False
            self.plugins[name] = Registered()
            return True

    # Events.

    def subscribe(self, subscriber: str, event: str, callback: Callable[[Envelope], object]) -> None:
        subscription = Subscription(self.place, subscriber, callback)
        kind = _EVENTS.get(event)
        if kind is None and event.startswith(f"{SERVICE}.") and not event.startswith(f"{SERVICE}.data"):
            logging.getLogger("webchat.bus").warning("%s has subscribed to '%s', which nobody publishes", subscriber, event)
        with self._noted():
            self._subscriptions.setdefault(event, []).append(subscription)
            if event in self._sticky:
                self.place.post(subscription.deliver, self._sticky[event])
        if kind is not None:
            self.chat.on(kind, subscription)

    def unsubscribe(self, subscriber: str, event: str) -> bool:
        with self._noted():
            known = self._subscriptions.get(event, [])
            gone = [each for each in known if each.subscriber == subscriber]
            self._subscriptions[event] = [each for each in known if each.subscriber != subscriber]
        self._let_go(event, gone)
        return bool(gone)

    def _let_go(self, event: str, gone: list[Subscription]) -> None:
        for subscription in gone:
            subscription.is_live = False
            if event in _EVENTS:
                self.chat.off(_EVENTS[event], subscription)

    def subscribers(self, publisher: str) -> dict[str, list[str]]:
        with self._noted():
            ours = {event: known for event, known in self._subscriptions.items() if event.startswith(f"{publisher}.") and known}
            return {event: [each.subscriber for each in known] for event, known in ours.items()}

    def publish(self, publisher: str, event: str, full: str, data: Any, sticky: bool = False) -> None:
        envelope = Envelope(now(), publisher, event, {} if data is None else data)
        with self._noted():
            if self.is_closed:
                return
            if sticky:
                self._sticky[full] = envelope
            for subscription in self._subscriptions.get(full, ()):
                self.place.post(subscription.deliver, envelope)

    def write(self, owner: str, name: str, value: Any) -> None:
        full = f"{owner}.{name}"
        with self._noted():
            last = self.data.get(full)
            self.data[full] = value
            if last == value and type(last) is type(value):
                return
            change = {"last": last, "value": value, "time": now()}
            self.publish(owner, "data", f"{owner}.data", {"name": name, **change})
            self.publish(owner, f"data.{name}", f"{owner}.data.{name}", change)
            if isinstance(value, (str, bool, int, float)):
                event = f"data.{name}:{str(value).lower() if isinstance(value, bool) else value}"
                self.publish(owner, event, f"{owner}.{event}", change)

    # Commands.

    def hook(self, command: str, function: Hook) -> None:
        with self._noted():
            self._hooks.setdefault(command, []).append(function)

    def command(self, commander: str, name: str, options: Any) -> Promise:
        plugin, dot, command = name.partition(".")
        if not dot:
            plugin, command = commander, name
        promise = Promise(self.place)
        self._pending.add(promise)
        given = Given(now(), commander, plugin, command, {} if options is None else options, promise)
        self.place.post(self._begin, given)
        return promise

    def _begin(self, given: Given) -> None:
        plugin = self.plugins.get(given.plugin)
        if self.is_closed:
            _reject(given, ClosedError(CLOSED))
        elif plugin is None and given.plugin != SERVICE:
            _reject(given, NotFoundError(NO_PLUGIN, detail=f"'{given.plugin}'"))
        elif plugin is not None and not plugin.is_ready and given.commander != given.plugin:
            plugin.waiting.append(given)
        else:
            self._carry_out(plugin, given)

    def ready(self, name: str) -> None:
        self.place.post(self._get_ready, self.plugins[name])

    def _get_ready(self, plugin: Registered) -> None:
        plugin.is_ready = True
        waiting, plugin.waiting = plugin.waiting, []
        for given in waiting:
            self._begin(given)

    def _carry_out(self, plugin: Optional[Registered], given: Given) -> None:
        function = None if plugin is None else plugin.commands.get(given.command)
        if function is None and (plugin is not None or given.command not in _webchat.COMMAND_NAMES):
            _reject(given, UnsupportedError(NO_COMMAND, detail=f"'{given.plugin}.{given.command}'"))
            return
        options = self._hooked(given)
        if options is None:
            _reject(given, CancelledError(CANCELLED))
        elif function is None:
            self._give(given, options)
        else:
            deferred = Deferred(given.promise)
            call = Invocation(given.time, given.commander, given.command, deferred, options)
            self.place.call(_rejecting(function, deferred), call)

    def _hooked(self, given: Given) -> Any:
        """The options that the hooks have left; ``None`` where one has cancelled the command."""
        options = given.options
        for hook in tuple(self._hooks.get(f"{given.plugin}.{given.command}", ())):
            options = self.place.call(hook, options)
            if not isinstance(options, Mapping):
                return None
        return options

    def _give(self, given: Given, options: Any) -> None:
        if not isinstance(options, Mapping):
            _reject(given, InvalidArgumentError(f"{given.command}: options have to be a mapping, not {type(options).__name__}"))
            return
        if given.command in ("poll", "restore"):
            options = {**options, "commander": given.commander}
        self.place.give(given.command, options, given.promise._take)

    def close(self) -> None:
        if _webchat.is_forked():
            return
        with self._lock:
            self.is_closed = True
            subscriptions, self._subscriptions = self._subscriptions, {}
        for event, gone in subscriptions.items():
            self._let_go(event, gone)
        # Behind the outcomes of the chat's commands.
        self.place.post(self._end)

    def _end(self) -> None:
        for promise in list(self._pending):
            promise._take(None, ClosedError(CLOSED))


def _reject(given: Given, error: Error) -> None:
    given.promise._take(None, error)


def _rejecting(function: Callable[[Invocation], object], deferred: Deferred) -> Callable[[Invocation], Any]:
    """``function``, whose exceptions reject the command, too."""

    def call(invocation: Invocation) -> Any:
        try:
            result = function(invocation)
        except BaseException as error:
            deferred.reject(error)
            raise
        return _awaited(result, deferred) if hasattr(result, "__await__") else result

    return call


async def _awaited(awaitable: Any, deferred: Deferred) -> None:
    try:
        await awaitable
    except BaseException as error:
        deferred.reject(error)
        raise
