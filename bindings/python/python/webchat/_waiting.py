"""The one place where Python waits for the library."""

from __future__ import annotations

from typing import Any

from . import _callbacks, _greenlets, _webchat
from .errors import WrongThreadError


def wait(waiting: _webchat.Waiting) -> Any:
    """Waits, and returns the result. In programs of greenlets the others run meanwhile."""
    greenlets = _greenlets.running()
    if greenlets is None:
        return waiting.wait()
    if _callbacks.is_caller(greenlets.current()):
        raise WrongThreadError("a blocking call was made inside a handler")
    return greenlets.wait(waiting)
