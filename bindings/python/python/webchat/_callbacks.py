"""The threads that call the application's callables.

They are daemon threads of Python's own: when the process ends while a callable runs, the interpreter knows what to do with it. There is one
for the chats of a runtime, and one for the log. Where a program's threads are greenlets it is a greenlet too, beside those that made the chats.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import weakref
from typing import Any, Callable, Optional

from . import _greenlets, _webchat
from .errors import UnsupportedError, WrongThreadError

_known: weakref.WeakValueDictionary[tuple[Any, Any], _webchat.Calls] = weakref.WeakValueDictionary()
"""The ways to the threads, by runtime and, where threads are greenlets, by hub."""

_callers: weakref.WeakKeyDictionary[_webchat.Calls, Caller] = weakref.WeakKeyDictionary()
"""Who makes the calls, by the way that they come."""

_here = threading.local()
"""The caller of the running thread, where it is one."""

_by_greenlet: weakref.WeakKeyDictionary[Any, Caller] = weakref.WeakKeyDictionary()


def way(runtime: Optional[_webchat.Runtime]) -> _webchat.Calls:
    """The way to the thread for chats that are made here with this runtime; it is started when there is none."""
    greenlets = _threads()
    key = runtime, greenlets and greenlets.hub
    known = _known.get(key)
    if known is None:
        known = _known[key] = _begin("webchat-callbacks", greenlets)
    return known


def own_way(name: str) -> _webchat.Calls:
    """The way to a thread of its own, in which nothing of the library may be waited for."""
    return _begin(name, _threads(), is_asked=True)


def current() -> Optional[Caller]:
    """Who makes calls in the running thread or greenlet; nobody in others."""
    if _by_greenlet:
        greenlets = _greenlets.running()
        if greenlets is not None:
            return _by_greenlet.get(greenlets.current())
    return getattr(_here, "caller", None)


def is_way_to_here(calls: _webchat.Calls) -> bool:
    """Whether the running thread or greenlet makes the calls that come by this way."""
    caller = current()
    return caller is not None and caller is _callers.get(calls)


def failed(error: BaseException, function: Any) -> None:
    """Reports, where calls are made, what one has raised."""
    caller = current()
    if caller is None:
        report(error, function)
    else:
        caller.failed(error, function)


def _threads() -> Optional[_greenlets.Greenlets]:
    """The running greenlets, where they are the program's threads."""
    greenlets = _greenlets.running()
    return greenlets if greenlets is not None and greenlets.are_threads else None


def _begin(name: str, greenlets: Optional[_greenlets.Greenlets], is_asked: bool = False) -> _webchat.Calls:
    calls, requested = _webchat.Calls.channel(report)
    caller = _callers[calls] = Caller(requested, greenlets, is_asked)
    if greenlets is None:
        threading.Thread(target=caller.run, name=name, daemon=True).start()
    else:
        greenlets.begin(caller.run)
    return calls


class Caller:
    """Makes calls, one at a time, until nobody can ask for any."""

    def __init__(self, requested: _webchat.Requested, greenlets: Optional[_greenlets.Greenlets], is_asked: bool) -> None:
        self._requested = requested
        self._greenlets = greenlets
        self._is_asked = is_asked
        """The library waits for what the running call returns."""

    def run(self) -> None:
        greenlets = self._greenlets
        if greenlets is None:
            _here.caller = self
        else:
            _by_greenlet[greenlets.current()] = self
        may_come = True
        while may_come:
            try:
                while self._call(False):
                    pass
                waiting = self._requested.next()
                may_come = waiting.wait() if greenlets is None else greenlets.wait(waiting)
                # Nothing is to be kept alive while the next call is waited for.
                del waiting
            except UnsupportedError:
                # A forked process has this greenlet, too.
                return

    def wait(self, waiting: _webchat.Waiting) -> Any:
        """Waits inside a call, and makes meanwhile those that the library needs."""
        if self._is_asked:
            raise WrongThreadError("a blocking call was made inside a function that the library itself waits for")
        greenlets = self._greenlets
        try:
            if greenlets is None:
                while not waiting.wait_ready(self._requested):
                    self._call(True)
            else:
                descriptor = waiting.fileno()
                while not waiting.is_ready(self._requested):
                    if not self._call(True):
                        greenlets.wait_readable(descriptor)
            return waiting.result()
        except BaseException:
            waiting.cancel()
            raise

    def _call(self, urgent: bool) -> bool:
        """Makes the next call; false when there is none."""
        call = self._requested.take(urgent)
        if call is None:
            return False
        function, arguments, asks = call
        asked = self._is_asked
        self._is_asked = asked or asks
        try:
            function(*arguments)
        except BaseException as error:
            self.failed(error, function)
        finally:
            self._is_asked = asked
        return True

    def failed(self, error: BaseException, function: Any) -> None:
        if self._greenlets is not None and isinstance(error, KeyboardInterrupt):
            # It was meant for the program, which just did not run.
            self._greenlets.begin(_raise, error)
        else:
            report(error, function)


def _raise(error: BaseException) -> None:
    raise error


_Unraisable: Any = next(each for each in tuple.__subclasses__() if each.__name__ == "UnraisableHookArgs")
"""What :func:`sys.unraisablehook` is called with. The interpreter has no public name for it."""


_reporting = threading.RLock()
"""Held while something is reported. The end of the process keeps it: a thread that is stopped while it writes to ``stderr`` would leave that
locked, which the interpreter takes for a reason to abort when it flushes it."""


def report(error: BaseException, function: Any) -> None:
    """Tells :func:`sys.unraisablehook` that ``function`` raised."""
    # In a forked process a thread that is not there may hold it.
    with contextlib.nullcontext() if _webchat.is_forked() else _reporting:
        sys.unraisablehook(_Unraisable((type(error), error, error.__traceback__, None, function)))


def end_reports(seconds: float) -> None:
    """Waits until what is being reported has been, and lets nothing else be: not any more while the process ends."""
    _reporting.acquire(timeout=seconds)
