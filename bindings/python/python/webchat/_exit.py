"""The end of the process: chats are closed while the interpreter still works. And forks."""

from __future__ import annotations

import atexit
import os
import time
import weakref

from . import _webchat

_PATIENCE = 2.0
"""Seconds that the end of the process waits for session data to be stored."""

_chats: weakref.WeakSet[_webchat.Chat] = weakref.WeakSet()


def watch(chat: _webchat.Chat) -> None:
    """Has ``chat`` closed when the process ends."""
    _chats.add(chat)


def _close_all() -> None:
    chats = list(_chats)
    for chat in chats:
        chat.close()
    end = time.monotonic() + _PATIENCE
    for chat in chats:
        chat.wait_closed(max(0.0, end - time.monotonic()))


def _forked() -> None:
    # The threads have stayed in the parent. Without chats there were none, and the child can have its own.
    if _chats:
        atexit.unregister(_close_all)
        _webchat.after_fork()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
