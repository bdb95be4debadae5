"""Where the callables of a bus are called, one at a time and in order: on the thread of a chat's handlers, or on its event loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Any, Callable, Protocol

from .. import _callbacks, _webchat

Settle = Callable[[Any, "BaseException | None"], None]
"""Is called with what a command resolves with, or with the error that it is rejected with."""


class Place(Protocol):
    """Where calls are made."""

    def post(self, function: Callable[..., object], *arguments: Any) -> None:
        """Has ``function`` called there, behind everything posted before."""

    def is_here(self) -> bool:
        """Whether this is there."""

    def call(self, function: Callable[..., object], *arguments: Any) -> Any:
        """Calls a callable of the program, there; what it raises is reported, and costs nothing else. Returns what it returns."""

    def give(self, name: str, options: Any, settle: Settle) -> None:
        """Gives the chat a command; ``settle`` is called there."""


def run(place: Place, function: Callable[..., object], *arguments: Any) -> None:
    """Calls ``function`` at once where this is the place, else as soon as it is its turn there."""
    if place.is_here():
        function(*arguments)
    else:
        place.post(function, *arguments)


class OnThread:
    """The thread, or greenlet, that calls the handlers of a :class:`webchat.Chat`."""

    def __init__(self, chat: Any) -> None:
        self._chat = chat
        self._calls: _webchat.Calls = chat._calls

    def post(self, function: Callable[..., object], *arguments: Any) -> None:
        self._calls.post(function, *arguments)

    def is_here(self) -> bool:
        return _callbacks.is_way_to_here(self._calls)

    def call(self, function: Callable[..., object], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except BaseException as error:
            _callbacks.failed(error, function)
            return None

    def give(self, name: str, options: Any, settle: Settle) -> None:
        def settled(outcome: Any) -> None:
            error = outcome.exception()
            settle(None if error else outcome.result(), error)

        try:
            outcome = self._chat.nowait.command(name, options)
        except Exception as error:
            settle(None, error)
        else:
            outcome.add_done_callback(settled)


class OnLoop:
    """The event loop of a :class:`webchat.aio.Chat`."""

    def __init__(self, chat: Any) -> None:
        self._chat = chat
        self._loop: asyncio.AbstractEventLoop = chat._loop
        self._tasks: set[asyncio.Task[Any]] = set()
        """Nobody else holds them."""

    def post(self, function: Callable[..., object], *arguments: Any) -> None:
        _webchat.check_process()
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            # When the loop is closed, nobody is there to be called.
            if not self._loop.is_closed():
                raise

    def is_here(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    def call(self, function: Callable[..., object], *arguments: Any) -> Any:
        try:
            result = function(*arguments)
        except Exception as error:
            self._report(error)
            return None
        if inspect.isawaitable(result):
            self._spawn(result, self._finished)
        return result

    def give(self, name: str, options: Any, settle: Settle) -> None:
        def settled(task: asyncio.Task[Any]) -> None:
            self._tasks.discard(task)
            error = asyncio.CancelledError() if task.cancelled() else task.exception()
            settle(None if error else task.result(), error)

        try:
            outcome = self._chat.command(name, options)
        except Exception as error:
            settle(None, error)
        else:
            self._spawn(outcome, settled)

    def _spawn(self, awaitable: Awaitable[Any], finished: Callable[[asyncio.Task[Any]], None]) -> None:
        async def wait() -> Any:
            return await awaitable

        task = self._loop.create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._report(error)

    def _report(self, error: BaseException) -> None:
        self._loop.call_exception_handler({"message": "an exception in a callable of a bus", "exception": error})
