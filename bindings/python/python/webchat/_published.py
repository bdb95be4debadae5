"""What the library publishes becomes an event here: called by it for each."""

from __future__ import annotations

from . import _webchat
from ._event import Event, _set_known, _set_source
from ._events import CLASSES

_new = object.__new__


def event(number: int, source: _webchat.Published) -> Event:
    """The event with this number."""
    event = _new(CLASSES[number - 1])
    _set_source(event, source)
    _set_known(event, None)
    return event
