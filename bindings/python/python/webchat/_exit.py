"""The end of the process: chats are closed while the interpreter still works."""

from __future__ import annotations

import atexit
import time
import weakref

from . import _waiting, _webchat

_PATIENCE = 2.0
"""Seconds that the end of the process waits for session data to be stored."""

_chats: weakref.WeakSet[_webchat.Chat] = weakref.WeakSet()


def watch(chat: _webchat.Chat) -> None:
    """Has ``chat`` closed when the process ends."""
    _chats.add(chat)


def _close_all() -> None:
    if _webchat.is_forked():
        return
    _webchat.take_leave()
    chats = list(_chats)
    for chat in chats:
        chat.close()
    end = time.monotonic() + _PATIENCE
    for chat in chats:
        _waiting.wait(chat.closed(max(0.0, end - time.monotonic())))
    _webchat.leave()


atexit.register(_close_all)
