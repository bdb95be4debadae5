"""The thread that calls the application's callables.

It is a daemon thread of Python's own: when the process ends while a callable runs, the interpreter knows what to do with it.
"""

from __future__ import annotations

import threading

from . import _webchat


def start(requested: _webchat.Requested) -> None:
    """Starts a thread that makes the calls, one at a time, until nobody can ask for any."""
    threading.Thread(target=_run, args=(requested,), name="webchat-callbacks", daemon=True).start()


def _run(requested: _webchat.Requested) -> None:
    for function, arguments in requested:
        try:
            function(*arguments)
        except BaseException as error:
            _webchat.report(error, function)
        # Nothing is to be kept alive while the next call is waited for.
        del function, arguments
