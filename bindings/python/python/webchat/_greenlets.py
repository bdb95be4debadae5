"""Programs of greenlets: gevent and eventlet put greenlets in the place of threads, and their own waiting in the place of what blocks.

Nothing is imported here. A program that has done so has the modules.
"""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional

from . import _webchat
from .errors import WrongThreadError


class Greenlets:
    """How the running thread's greenlets go on."""

    __slots__ = ("are_threads", "begin", "current", "hub", "loop", "wait_readable")

    def __init__(
        self,
        hub: Any,
        loop: Any,
        current: Callable[[], Any],
        wait_readable: Callable[[int], None],
        begin: Callable[..., object],
        are_threads: bool,
    ) -> None:
        self.hub = hub
        """What runs them."""
        self.loop = loop
        """The greenlet in which the hub itself runs."""
        self.current = current
        self.wait_readable = wait_readable
        """Lets the others run until a descriptor is readable."""
        self.begin = begin
        """Has a function called in a greenlet of its own. What ends a program and is raised there ends the main one."""
        self.are_threads = are_threads
        """Whether the program's threads are greenlets."""

    def wait(self, waiting: _webchat.Waiting) -> Any:
        """Waits while the others run, and returns the result."""
        if self.current() is self.loop:
            raise WrongThreadError("a blocking call was made in the hub of the greenlets")
        # What may fail comes before the first look, with which it begins.
        descriptor = waiting.fileno()
        try:
            while not waiting.is_ready():
                self.wait_readable(descriptor)
            return waiting.result()
        except BaseException:
            waiting.cancel()
            raise


def running() -> Optional[Greenlets]:
    """Those of the running thread; ``None`` in programs that have patched nothing."""
    return _gevent() or _eventlet()


def _gevent() -> Optional[Greenlets]:
    monkey: Any = sys.modules.get("gevent.monkey")
    if monkey is None:
        return None
    are_threads = monkey.is_module_patched("threading")
    if not are_threads and not monkey.is_module_patched("socket"):
        return None
    gevent: Any = sys.modules["gevent"]
    hub = gevent.get_hub()

    def wait_readable(descriptor: int) -> None:
        watcher = hub.loop.io(descriptor, 1)
        try:
            hub.wait(watcher)
        finally:
            watcher.close()

    return Greenlets(hub, hub, gevent.getcurrent, wait_readable, gevent.spawn, are_threads)


def _eventlet() -> Optional[Greenlets]:
    patcher: Any = sys.modules.get("eventlet.patcher")
    if patcher is None:
        return None
    are_threads = patcher.is_monkey_patched("thread")
    if not are_threads and not patcher.is_monkey_patched("socket"):
        return None
    hubs: Any = sys.modules["eventlet.hubs"]
    hub = hubs.get_hub()

    def wait_readable(descriptor: int) -> None:
        hubs.trampoline(descriptor, read=True)

    begin = sys.modules["eventlet"].spawn_n
    return Greenlets(hub, hub.greenlet, hubs.greenlet.getcurrent, wait_readable, begin, are_threads)
