"""The calls that the library asks for, made by an event loop itself: it watches a descriptor for them, as it does for its sockets. No other
thread has a part in it."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from contextvars import Context
from typing import Any

from . import _callbacks, _webchat
from .errors import UnsupportedError

_AT_ONCE = 64
"""How many calls are made before the loop goes on with what else there is."""

_known: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, weakref.ref[_webchat.Calls]] = weakref.WeakKeyDictionary()


def way(loop: asyncio.AbstractEventLoop) -> _webchat.Calls:
    """The way to ``loop``, which is the one that runs, for the chats that are made in it."""
    known = _known.get(loop)
    calls = None if known is None else known()
    if calls is None:
        calls, requested = _webchat.Calls.channel(_callbacks.report)
        _Caller(loop, requested)
        _known[loop] = weakref.ref(calls)
    return calls


class _Caller:
    """Makes calls whenever there are some, until nobody can ask for any. The loop alone keeps it: once that is closed this is gone, and
    the library knows that nobody is there to be called."""

    def __init__(self, loop: asyncio.AbstractEventLoop, requested: _webchat.Requested) -> None:
        self._loop, self._requested = loop, requested
        self._taken: deque[Any] = deque()
        """Calls that were taken and are still to be made."""
        self._descriptor = requested.fileno()
        loop.add_reader(self._descriptor, self._make)

    def _make(self) -> None:
        taken = self._taken
        if not taken:
            try:
                taken.extend(self._requested.take_several(_AT_ONCE))
            except UnsupportedError:
                # A forked process has this loop, too, and shares its descriptors with the parent.
                return
            if not taken and self._requested.is_over:
                self._loop.remove_reader(self._descriptor)
        while taken:
            function, arguments, _ = taken.popleft()
            try:
                # What it does to context variables is its own.
                Context().run(function, *arguments)
            except (SystemExit, KeyboardInterrupt):
                # The descriptor tells nothing of what was taken.
                if taken:
                    self._loop.call_soon(self._make)
                raise
            except BaseException as error:
                self._loop.call_exception_handler({"message": f"an exception in {function!r}", "exception": error})
