"""The threads that call the application's callables.

They are daemon threads of Python's own: when the process ends while a callable runs, the interpreter knows what to do with it. There is one
for the chats of a runtime. Where a program's threads are greenlets it is a greenlet too, beside those that made the chats.
"""

from __future__ import annotations

import sys
import threading
import weakref
from typing import Any, Callable, Optional

from . import _greenlets, _webchat
from .errors import UnsupportedError

_known: weakref.WeakValueDictionary[tuple[Any, Any], _webchat.Calls] = weakref.WeakValueDictionary()
"""The ways to the threads, by runtime and, where threads are greenlets, by hub."""

_greenlets_that_call: weakref.WeakSet[Any] = weakref.WeakSet()


def way(runtime: Optional[_webchat.Runtime]) -> _webchat.Calls:
    """The way to the thread for chats that are made here with this runtime; it is started when there is none."""
    greenlets = _greenlets.running()
    if greenlets is not None and not greenlets.are_threads:
        greenlets = None
    key = runtime, greenlets and greenlets.hub
    known = _known.get(key)
    if known is not None:
        return known
    calls, requested = _webchat.Calls.channel(_report)
    if greenlets is None:
        threading.Thread(target=_run, args=(requested, None), name="webchat-callbacks", daemon=True).start()
    else:
        greenlets.begin(_run, requested, greenlets)
    _known[key] = calls
    return calls


def is_caller(greenlet: Any) -> bool:
    """Whether this greenlet makes calls: there, nothing may block."""
    return greenlet in _greenlets_that_call


def _run(requested: _webchat.Requested, greenlets: Optional[_greenlets.Greenlets]) -> None:
    """Makes the calls, one at a time, until nobody can ask for any."""
    if greenlets is None:
        _webchat.make_calls()
    else:
        _greenlets_that_call.add(greenlets.current())
    may_come = True
    while may_come:
        try:
            call = requested.take()
            if call is None:
                waiting = requested.next()
                call, may_come = waiting.wait() if greenlets is None else greenlets.wait(waiting)
                del waiting
        except UnsupportedError:
            # A forked process has this greenlet, too.
            return
        if call is not None:
            _make(greenlets, *call)
        # Nothing is to be kept alive while the next call is waited for.
        del call


def _make(greenlets: Optional[_greenlets.Greenlets], function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    try:
        function(*arguments)
    except BaseException as error:
        if greenlets is not None and isinstance(error, KeyboardInterrupt):
            # It was meant for the program, which just did not run.
            greenlets.begin(_raise, error)
        else:
            _report(error, function)


def _raise(error: BaseException) -> None:
    raise error


_Unraisable: Any = next(each for each in tuple.__subclasses__() if each.__name__ == "UnraisableHookArgs")
"""What :func:`sys.unraisablehook` is called with. The interpreter has no public name for it."""


def _report(error: BaseException, function: Any) -> None:
    """Tells :func:`sys.unraisablehook` that ``function`` raised."""
    sys.unraisablehook(_Unraisable((type(error), error, error.__traceback__, None, function)))
