"""Where a chat is shown and what is typed comes from: as lines here, in a terminal with an input line that stays put in ``terminal``."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import Callable, Optional

from . import output
from .words import Line

END, LEAVE, STAY = "end", "leave", "stay"
"""What becomes of a chat: it is ended, it is left open at the server, or it goes on."""


class Screen:
    """Shows lines as they are, and reads what comes on the standard input."""

    echoes = False
    """Whether what is typed stays to be seen without being shown."""

    def __init__(self) -> None:
        self.on_typing: Optional[Callable[[str], None]] = None
        """Called with what has been typed so far."""
        self._lines: asyncio.Queue[Optional[str]] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, daemon=True).start()

    def show(self, line: Line) -> None:
        """Shows a line."""
        output.line(str(line))

    def status(self, **facts: object) -> None:
        """Takes what is to be seen all the time: ``typing``, ``connected``, ``sending``, ``progress``."""

    async def read(self) -> str:
        """The next line that is typed. Raises :class:`EOFError` at the end, :class:`KeyboardInterrupt` at Ctrl-C."""
        line = await self._lines.get()
        if line is None:
            raise EOFError
        return line

    async def ask(self) -> str:
        """Asks what is to become of the chat: :data:`END`, :data:`LEAVE` or :data:`STAY`."""
        return END

    def stop(self) -> None:
        """Ends the reading."""
        self._lines.put_nowait(None)

    def _read(self) -> None:
        # Not by sys.stdin, whose lock the interpreter would miss at its end.
        rest = b""
        while True:
            try:
                more = os.read(sys.stdin.fileno(), 65536)
            except (OSError, ValueError):
                more = b""
            *lines, rest = (rest + more).split(b"\n")
            for line in lines if more else [*lines, rest] if rest else lines:
                self._hand_over(line.decode("utf-8", "replace").rstrip("\r"))
            if not more:
                self._hand_over(None)
                return

    def _hand_over(self, line: Optional[str]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
        except RuntimeError:
            pass  # the loop is closed: nobody reads any more
