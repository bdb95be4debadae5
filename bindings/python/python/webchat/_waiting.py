"""The one place where Python waits for the library."""

from __future__ import annotations

from typing import Any

from . import _callbacks, _greenlets, _webchat


def wait(waiting: _webchat.Waiting) -> Any:
    """Waits, and returns the result. In programs of greenlets the others run meanwhile."""
    caller = _callbacks.current()
    if caller is not None:
        return caller.wait(waiting)
    greenlets = _greenlets.running()
    return waiting.wait() if greenlets is None else greenlets.wait(waiting)
