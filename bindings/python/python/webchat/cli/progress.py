"""A bar on the error stream for what takes long; nothing where that is no terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Optional


class Progress:
    """Called with the bytes so far and the bytes in all, as files are sent and fetched. It may be called from any thread."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            columns = (
                progress.TextColumn("{task.description}", markup=False),
                progress.BarColumn(),
                progress.DownloadColumn(),
                progress.TransferSpeedColumn(),
            )
            self._progress = progress.Progress(*columns, console=Console(stderr=True), transient=True)
            self._progress.start()
            self._task = self._progress.add_task(self._what, total=None)
            self._shown = True
        else:
            self._shown = False
        return self

    def __call__(self, done: int, total: Optional[int]) -> None:
        if self._shown:
            self._progress.update(self._task, completed=done, total=total)

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if self._shown:
            self._progress.stop()


def bar(done: int, total: Optional[int]) -> str:
    """How far something is, in a few characters."""
    if not total:
        return f"{done} bytes"
    full = min(10, 10 * done // total)
    return f"[{'█' * full}{'·' * (10 - full)}] {100 * done // total} %"
