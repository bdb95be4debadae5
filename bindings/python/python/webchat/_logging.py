"""The library's log, written to :mod:`logging` by a thread of its own: a handler that is slow, or waits for the program, holds up no chat."""

from __future__ import annotations

from typing import Callable

from . import _callbacks, _webchat

_WARNING = 30

_way: _webchat.Calls | None = None


def begin() -> None:
    """Begins to write the log, unless that has been done."""
    global _way
    if _way is None:
        _way = _callbacks.own_way("webchat-log")
        _webchat.write_log(_way, _write)


def flush(seconds: float) -> None:
    """Waits until what was told has been written."""
    import threading

    written = threading.Event()
    if _callbacks.current() is None and _webchat.when_written(written.set):
        written.wait(seconds)


def when_written(function: Callable[[], object]) -> bool:
    """Has ``function`` called, by the thread of the log, when what was told has been written; false when it has been."""
    return _webchat.when_written(function)


def _write(name: str, level: int, time: float, text: str, lost: int) -> None:
    import logging

    logger = logging.getLogger(name)
    if lost:
        logger.warning("%d lines were left out: the log is too slow", lost)
    if logger.isEnabledFor(level):
        record = logger.makeRecord(name, level, "webchat", 0, text, (), None)
        # It was told a little earlier.
        record.relativeCreated += (time - record.created) * 1000
        record.created, record.msecs = time, float(int(time * 1000) % 1000)
        logger.handle(record)
