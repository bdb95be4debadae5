"""A chat for one command: taken up where it was left, or started; ended with the command, or left to the next one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from .. import Chat, Error
from .options import Customer, Server
from .output import NobodyReads

NICKNAME = "Guest"
"""The customer's name where none is given."""

END_SECONDS = 10.0
"""How long the end of a chat may take."""


class Deadline:
    """A time by which everything has to be done; ``left`` is what is left of it, in seconds."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(0.001, self._until - time.monotonic())


def open_or_start(chat: Chat, customer: Customer, deadline: Deadline) -> bool:
    """Goes on with the stored session, or starts one. Returns whether it is the stored one."""
    # It is answered when a restoration has come to its end.
    if chat.verify_session(timeout=deadline.left):
        return True
    chat.start_chat(**customer.named(NICKNAME), timeout=deadline.left)
    return False


@contextlib.contextmanager
def running(server: Server, customer: Customer, deadline: Deadline, end: bool) -> Iterator[tuple[Chat, Any]]:
    """A running chat and its events. It is ended afterwards, unless the next command can go on with it and ``end`` is false."""
    with Chat(server.config) as chat:
        events = chat.events()
        goes_on = False
        try:
            open_or_start(chat, customer, deadline)
            yield chat, events
            goes_on = server.keeps_chats and not end
        except (KeyboardInterrupt, SystemExit, NobodyReads):
            goes_on = server.keeps_chats and not end
            raise
        finally:
            if not goes_on:
                with contextlib.suppress(Error):
                    chat.end_chat(timeout=END_SECONDS)
