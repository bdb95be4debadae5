"""The end of the process: chats are closed while the interpreter still works."""

from __future__ import annotations

import atexit
import time
import weakref

from . import _callbacks, _logging, _waiting, _webchat

_PATIENCE = 2.0
"""Seconds that the end of the process waits for session data to be stored."""

_REPORT = 1.0
"""Seconds that it waits for a report of what a handler has raised."""

_chats: set[weakref.ref[_webchat.Chat]] = set()
"""Only single operations on it: at the end threads may still make chats."""


def watch(chat: _webchat.Chat) -> None:
    """Has ``chat`` closed when the process ends."""
    _chats.add(weakref.ref(chat, _chats.discard))


def _close_all() -> None:
    if _webchat.is_forked():
        return
    _webchat.take_leave()
    try:
        chats = [chat for chat in (reference() for reference in list(_chats)) if chat is not None]
        for chat in chats:
            chat.close()
        end = time.monotonic() + _PATIENCE
        for chat in chats:
            _waiting.wait(chat.closed(max(0.0, end - time.monotonic())))
        _logging.flush(max(0.0, end - time.monotonic()))
    finally:
        _webchat.leave()
        _callbacks.end_reports(_REPORT)


atexit.register(_close_all)
