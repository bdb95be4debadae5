"""What becomes of a command of the bus."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Generator
from concurrent import futures
from typing import Any, Callable, Literal, Optional

from ..errors import Error, InvalidArgumentError, TimeoutError, WrongThreadError
from ._places import Place, run

State = Literal["pending", "resolved", "rejected"]
Callback = Callable[[Any], object]


class Rejected(Error):
    """A command of a plugin was rejected, with what :attr:`value` says.

    >>> demo = bus.registerPlugin("Demo")
    >>> demo.registerCommand("refuse", lambda e: e.deferred.reject("not today"))
    True
    >>> demo.ready()
    >>> try:
    ...     bus.command("Demo.refuse").result(30)
    ... except webchat.bus.Rejected as error:
    ...     print(error.value)
    not today
    """

    kind = "rejected"

    value: Any
    """What the plugin rejected it with."""

    def __init__(self, value: Any = None) -> None:
        super().__init__(value if isinstance(value, str) else "the command was rejected")
        self.value = value


class Promise:
    """What becomes of a command: it is resolved or rejected, once.

    Callbacks are called with one argument: what the command was resolved with, or what it was rejected with, which is the specification's
    text or the server's response; ``None`` where that is nothing. They are called in the order in which they were registered, where the
    handlers of the bus are. One that is registered there after the outcome is called at once. What one raises is reported, and keeps none
    from being called.

    >>> promise = bus.command("WebChatService.startChat", {"nickname": "Jo"})
    >>> promise = promise.done(lambda e: print("started:", e["statusCode"])).fail(print).always(lambda e: print("over"))
    >>> promise.result(30)["statusCode"]
    started: 0
    over
    0

    A promise can be awaited, too, in any event loop, and waited for: there a rejection is an exception.
    """

    __slots__ = ("__weakref__", "_callbacks", "_is_firing", "_lock", "_outcome", "_place", "_state", "_value")

    def __init__(self, place: Place) -> None:
        self._place = place
        self._lock = threading.RLock()
        self._state: State = "pending"
        self._value: Any = None
        self._callbacks: deque[tuple[Optional[State], Callback]] = deque()
        self._is_firing = False
        # Whoever awaits it cannot cancel it for others.
        self._outcome: futures.Future[Any] = futures.Future()
        self._outcome.set_running_or_notify_cancel()

    def done(self, *callbacks: Callback) -> Promise:
        """Has ``callbacks`` called with what the command is resolved with. Returns the promise.

        >>> bus.command("WebChatService.getAgents").done(lambda e: print(e["agents"])).result(30)
        {}
        {'agents': {}}
        """
        return self._attach("resolved", callbacks)

    def fail(self, *callbacks: Callback) -> Promise:
        """Has ``callbacks`` called with what the command is rejected with. Returns the promise.

        >>> bus.command("WebChatService.endChat").fail(print).exception(30)
        There is no active chat session
        NoSessionError('There is no active chat session')
        """
        return self._attach("rejected", callbacks)

    def always(self, *callbacks: Callback) -> Promise:
        """Has ``callbacks`` called with either. Returns the promise.

        >>> bus.command("WebChatService.verifySession").always(lambda e: print("over")).result(30)
        over
        {'sessionActive': False}
        """
        return self._attach(None, callbacks)

    def then(self, done: Optional[Callback] = None, fail: Optional[Callback] = None) -> None:
        """Registers one callback of each kind, and returns nothing: nothing can be chained to it.

        >>> promise = bus.command("WebChatService.getAgents")
        >>> promise.then(lambda e: print("agents:", len(e["agents"])), print)
        >>> promise.result(30)
        agents: 0
        {'agents': {}}
        """
        if done is not None:
            self.done(done)
        if fail is not None:
            self.fail(fail)

    def state(self) -> State:
        """How far it is.

        >>> promise = bus.command("WebChatService.getStats")
        >>> stats = promise.result(30)
        >>> promise.state()
        'resolved'
        """
        return self._state

    def result(self, timeout: Optional[float] = None) -> Any:
        """Waits, and returns what the command was resolved with, once the callbacks there were have been called.

        Raises why it was rejected: a subclass of :class:`webchat.Error`, of another plugin's command :class:`Rejected`, or the exception
        that it was rejected with. :class:`webchat.TimeoutError` after ``timeout`` seconds, :class:`webchat.WrongThreadError` where the
        handlers of the bus are, which it would keep from being called.

        >>> bus.command("WebChatService.verifySession").result(30)
        {'sessionActive': False}
        """
        error = self.exception(timeout)
        if error is not None:
            raise error
        return self._value

    def exception(self, timeout: Optional[float] = None) -> Optional[BaseException]:
        """Waits as :meth:`result` does, and returns what that would raise; ``None`` of a command that was resolved.

        >>> bus.command("WebChatService.dance").exception(30)
        UnsupportedError('Command does not exist')
        """
        if not self._outcome.done() and self._place.is_here():
            raise WrongThreadError("an outcome was waited for in a handler, which it would wait for")
        until = None if timeout is None else time.monotonic() + timeout
        try:
            error = self._outcome.exception(timeout)
        except futures.TimeoutError:
            raise TimeoutError(f"there was no outcome within {timeout:g} s") from None
        if self._callbacks and not self._place.is_here():
            # They came after the outcome, and are about to be called.
            called = threading.Event()
            self._place.post(called.set)
            called.wait(None if until is None else max(until - time.monotonic(), 0))
        return error

    def __await__(self) -> Generator[Any, None, Any]:
        return asyncio.wrap_future(self._outcome).__await__()

    def __repr__(self) -> str:
        return f"<webchat.bus.Promise {self._state}>"

    def _attach(self, state: Optional[State], callbacks: tuple[Callback, ...]) -> Promise:
        for callback in callbacks:
            if not callable(callback):
                raise InvalidArgumentError(f"a callback has to be callable, which {type(callback).__name__} is not")
        with self._lock:
            self._callbacks.extend((state, callback) for callback in callbacks)
            is_settled = self._state != "pending"
        if is_settled:
            run(self._place, self._fire)
        return self

    def _settle(self, state: State, value: Any, error: Optional[BaseException]) -> None:
        """The first outcome counts."""
        with self._lock:
            if self._state != "pending":
                return
            self._state, self._value = state, value
        run(self._place, self._finish, error)

    def _finish(self, error: Optional[BaseException]) -> None:
        try:
            self._fire()
        finally:
            if error is None:
                self._outcome.set_result(self._value)
            else:
                self._outcome.set_exception(error)

    def _fire(self) -> None:
        """Calls the callbacks that are left. Always where the handlers are."""
        if self._is_firing:
            return
        self._is_firing = True
        try:
            while self._callbacks:
                state, callback = self._callbacks.popleft()
                if state in (None, self._state):
                    self._place.call(callback, self._value)
        finally:
            self._is_firing = False

    def _take(self, value: Any, error: Optional[BaseException]) -> None:
        """The outcome of a chat's command."""
        if error is None:
            self._settle("resolved", value, None)
        else:
            self._settle("rejected", said(error), error)


class Deferred:
    """How a command of a plugin ends: by :meth:`resolve` or :meth:`reject`, from any thread; the first call counts.

    >>> demo = bus.registerPlugin("Demo")
    >>> demo.registerCommand("add", lambda e: e.deferred.resolve(e.data["a"] + e.data["b"]))
    True
    >>> demo.ready()
    >>> bus.command("Demo.add", {"a": 2, "b": 3}).result(30)
    5
    """

    __slots__ = ("_promise",)

    def __init__(self, promise: Promise) -> None:
        self._promise = promise

    def resolve(self, value: Any = None) -> None:
        """The command was carried out.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.registerCommand("close", lambda e: e.deferred.resolve())
        True
        """
        self._promise._settle("resolved", value, None)

    def reject(self, value: Any = None) -> None:
        """The command was not carried out, for the reason that ``value`` says. An exception is raised for those who wait, as it is.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.registerCommand("open", lambda e: e.deferred.reject("Already opened"))
        True
        """
        if isinstance(value, BaseException):
            self._promise._settle("rejected", said(value), value)
        else:
            self._promise._settle("rejected", value, Rejected(value))

    def promise(self) -> Promise:
        """What the command's caller has.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.registerCommand("demo", lambda e: e.deferred.promise().always(print) and e.deferred.resolve("done"))
        True
        """
        return self._promise

    def state(self) -> State:
        """As :meth:`Promise.state`.

        >>> demo = bus.registerPlugin("Demo")
        >>> demo.registerCommand("demo", lambda e: print(e.deferred.state()) or e.deferred.resolve())
        True
        """
        return self._promise.state()


def said(error: BaseException) -> Any:
    """What a callback is told of an error: the server's response where there is one, else the specification's text."""
    if isinstance(error, Rejected):
        return error.value
    if isinstance(error, Error):
        return error.message if error.response is None else error.response
    return error
