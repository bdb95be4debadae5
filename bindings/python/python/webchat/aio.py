"""The chat for asyncio: commands are awaited, events come by ``async for``.

import asyncio, webchat.aio

async def main():
    async with webchat.aio.Chat({"dataURL": "https://gms.example.com/genesys/2/chat/support"}) as chat:
        await chat.start_chat(nickname="Jo")
        async for event in chat.events():
            print(event.name)

asyncio.run(main())
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import weakref
from collections.abc import Awaitable, Iterator, Mapping
from functools import partial
from typing import Any, Callable

from . import _files, _logging, _loops, _webchat
from ._aio_stores import SessionKeeper, SessionStore
from ._commands import Commands
from ._event import Event
from ._waits import AsyncWaits, Search, Wanted
from ._webchat import Reply, Runtime
from .errors import ClosedError, Error, WrongThreadError

__all__ = ["Chat", "Events", "SessionKeeper", "SessionStore"]

_under_way: set[asyncio.Task[Any]] = set()
"""The tasks that wait for the library, and those of callables of the application: an event loop itself holds no task that waits."""


class Chat(Commands, AsyncWaits):
    """One customer's chat. It belongs to the event loop that runs when it is made; in another one its commands raise
    :class:`webchat.WrongThreadError`, before anything has been done.

    It is made as :class:`webchat.Chat` is, and has the same commands, to be awaited. Cancelling the task that awaits a command cancels
    the command.

    Handlers, preprocessors, the typing preview input, the store and the keeper run on the loop, and may be coroutine functions. An
    exception goes to the loop's exception handler.

    Leaving the ``async with`` block closes the chat; so does dropping it, and the end of the program. Closing does not end the session
    at the server: that is :meth:`end_chat`.

    >>> async def main() -> None:
    ...     async with webchat.aio.Chat(config) as chat:
    ...         await chat.start_chat(nickname="Jo")
    ...         print((await chat.wait_for("agentConnected", timeout=30)).participant.name)
    ...         await chat.send_message("Hello")
    ...         await chat.end_chat()
    >>> asyncio.run(main())
    Sam
    """

    _holds = True

    def __init__(
        self,
        config: Any = None,
        *,
        store: SessionStore | None = None,
        session_keeper: Any = None,
        runtime: Runtime | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: Events | None = None
        # What waited in a loop that has been closed goes on nowhere.
        _under_way.difference_update([task for task in _under_way if task.get_loop().is_closed()])
        super().__init__(config, store, session_keeper, runtime)
        self._marks: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._mark(0)

    async def _call(self, name: str, options: Any, timeout: float | None) -> Any:
        _check(self._loop)
        outcome: asyncio.Future[Any] = self._loop.create_future()
        request, mark = self._native.submit(name, options, timeout, partial(_settle, outcome))
        task = asyncio.current_task(self._loop)
        if task is not None:
            self._marks[task] = mark
            _under_way.add(task)
        try:
            return await outcome
        except Error as error:
            error.request_id = request
            raise
        except BaseException:
            self._native.cancel(request)
            raise
        finally:
            _under_way.discard(task)

    async def _then(self, outcome: Any, read: Callable[[Any], Any]) -> Any:
        return read(await outcome)

    def _wait_for(self, wanted: Wanted, timeout: float | None) -> Awaitable[Event]:
        _check(self._loop)
        task = asyncio.current_task(self._loop)
        mark = None if task is None else self._marks.get(task)
        return self._found(wanted, Events(self._native, self._loop, partial(self._native.look, mark)), timeout)

    async def _found(self, wanted: Wanted, events: Events, timeout: float | None) -> Event:
        search = Search(wanted, events._native.is_over, timeout)
        while True:
            try:
                event = await events.next(search.left())
            except ClosedError:
                raise search.closed() from None
            if search.ends_with(event):
                self._mark(events._native.mark)
                assert event is not None
                return event

    def _mark(self, mark: int) -> None:
        """Behind which event the task begins to look."""
        task = asyncio.current_task(self._loop)
        if task is not None:
            self._marks[task] = mark

    async def _in_steps(self, prepare: Callable[[], Any], give: Callable[[Any], Any], landing: _files.Landing | None) -> Any:
        _check(self._loop)
        try:
            outcome = await give(await self._loop.run_in_executor(None, prepare))
            return outcome if landing is None else await self._loop.run_in_executor(None, landing.finish, outcome)
        finally:
            if landing is not None:
                landing.give_up()

    def _tell(self, function: Callable[..., Any], number: int | None = None) -> Callable[..., Any]:
        if number is not None:
            return partial(_handle, self._loop, self._handlers, number, function)
        return partial(_run, self._loop, function)

    def _ask(self, function: Callable[[Any], Any]) -> Callable[[Any, Reply], None]:
        return partial(_answer, self._loop, function)

    def _way(self, runtime: Runtime | None) -> _webchat.Calls:
        return _loops.way(self._loop)

    def events(self) -> Events:
        """Iterates over the events, in order, until the chat is closed; which, see :meth:`webchat.Chat.events`.

        >>> async def main() -> None:
        ...     async with webchat.aio.Chat(config) as chat:
        ...         async for event in chat.events():
        ...             print(event.name)
        ...             break
        >>> asyncio.run(main())
        ready
        """
        return Events(self._native, self._loop)

    async def next_event(self, timeout: float | None = None) -> Event | None:
        """Waits for the next event; returns ``None`` when none comes within ``timeout`` seconds.

        Raises :class:`webchat.ClosedError` once the chat is closed and every event was returned. From the first call on events are
        kept until they are returned; which, see :meth:`events`.

        >>> async def main() -> None:
        ...     async with webchat.aio.Chat(config) as chat:
        ...         print((await chat.next_event(timeout=30)).name)
        >>> asyncio.run(main())
        ready
        """
        if self._queue is None:
            self._queue = self.events()
        return await self._queue.next(timeout)

    async def close(self, timeout: float = 5.0) -> None:
        """Closes the chat: every command gets its outcome, and no event comes any more. What is stored of the session stays.

        Waits at most ``timeout`` seconds until everything is stored.

        >>> async def main() -> None:
        ...     chat = webchat.aio.Chat(config)
        ...     await chat.start_chat(nickname="Jo")
        ...     await chat.close()
        >>> asyncio.run(main())
        """
        if _webchat.is_forked():
            return
        _check(self._loop)
        limit = None if timeout is None else float(timeout)
        closed: asyncio.Future[None] = self._loop.create_future()
        self._native.when_closed(partial(_settle, closed, None, None))
        self._native.close()
        with _held():
            await asyncio.wait([closed], timeout=limit)
            written: asyncio.Future[None] = self._loop.create_future()
            if _logging.when_written(partial(_hand_over, self._loop, _settle, written, None, None)):
                await asyncio.wait([written], timeout=1.0)

    async def __aenter__(self) -> Chat:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Events:
    """The events of a chat, in order, until it is closed.

    >>> async def main() -> None:
    ...     async with webchat.aio.Chat(config) as chat:
    ...         events = chat.events()
    ...         await chat.start_chat(nickname="Jo")
    ...         async for event in events:
    ...             print(event.name)
    ...             if event.name == "started":
    ...                 break
    >>> asyncio.run(main())
    ready
    started
    """

    def __init__(self, native: _webchat.Chat, loop: asyncio.AbstractEventLoop, source: Callable[..., Any] | None = None) -> None:
        # It keeps the chat, which keeps what is called below.
        self._chat, self._loop = native, loop
        self._waiting: set[asyncio.Future[None]] = set()
        self._native = (source or native.events)(partial(_wake, weakref.ref(self)))

    def __aiter__(self) -> Events:
        return self

    async def __anext__(self) -> Event:
        try:
            event = await self.next()
        except ClosedError:
            raise StopAsyncIteration from None
        assert event is not None
        return event

    async def next(self, timeout: float | None = None) -> Event | None:
        """The next event; ``None`` when none comes within ``timeout`` seconds. Raises :class:`webchat.ClosedError` after the last.

        Where the task is cancelled, the event stays for the next call.

        >>> async def main() -> None:
        ...     async with webchat.aio.Chat(config) as chat:
        ...         print((await chat.events().next(timeout=30)).name)
        >>> asyncio.run(main())
        ready
        """
        _check(self._loop)
        end = None if timeout is None else self._loop.time() + timeout
        while True:
            event: Event | None = self._native.take()
            if event is not None or (end is not None and self._loop.time() >= end):
                return event
            await self._change(end)

    async def _change(self, end: float | None) -> None:
        """Waits until there may be an event, or the time is over."""
        change: asyncio.Future[None] = self._loop.create_future()
        timer = None if end is None else self._loop.call_at(end, _over, change)
        self._waiting.add(change)
        try:
            with _held():
                await change
        finally:
            self._waiting.discard(change)
            if timer is not None:
                timer.cancel()


def _check(loop: asyncio.AbstractEventLoop) -> None:
    """Fails where nothing can be waited for, before anything is done."""
    if asyncio._get_running_loop() is not loop:
        _webchat.check_process()
        raise WrongThreadError("the chat belongs to another event loop, the one that ran when it was made")


@contextlib.contextmanager
def _held() -> Iterator[None]:
    """Holds the running task, while it waits for something that does not."""
    task = asyncio.current_task()
    if task is None:
        yield
        return
    _under_way.add(task)
    try:
        yield
    finally:
        _under_way.discard(task)


def _hand_over(loop: asyncio.AbstractEventLoop, function: Callable[..., Any], *arguments: Any) -> None:
    """Has ``function`` called on the loop. When the loop is closed, nobody is there to be told."""
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        if not loop.is_closed():
            raise


def _settle(outcome: asyncio.Future[Any], value: Any, error: BaseException | None, held: _webchat.Held | None = None) -> None:
    if outcome.done():
        return
    if error is None:
        outcome.set_result(value)
    else:
        outcome.set_exception(error)


def _wake(events: weakref.ref[Events]) -> None:
    stream = events()
    if stream is not None:
        for change in stream._waiting:
            _over(change)


def _over(change: asyncio.Future[None]) -> None:
    if not change.done():
        change.set_result(None)


def _handle(
    loop: asyncio.AbstractEventLoop,
    handlers: Mapping[int, Any],
    number: int,
    function: Callable[[Event], Any],
    event: Event,
    held: _webchat.Held,
) -> None:
    """Calls a handler, unless it was taken off meanwhile. The event counts as waiting until the handler is through with it."""
    if number in handlers:
        result = function(event)
        if result is not None and inspect.isawaitable(result):
            _spawn(loop, result, held)


def _run(loop: asyncio.AbstractEventLoop, function: Callable[..., Any], *arguments: Any) -> None:
    result = function(*arguments)
    if result is not None and inspect.isawaitable(result):
        _spawn(loop, result)


def _answer(loop: asyncio.AbstractEventLoop, function: Callable[[Any], Any], argument: Any, reply: Reply) -> None:
    try:
        result = function(argument)
    except BaseException:
        reply.fail()
        raise
    if inspect.isawaitable(result):
        _spawn(loop, _answer_later(result, reply))
    else:
        reply(result)


async def _answer_later(result: Awaitable[Any], reply: Reply) -> None:
    try:
        reply(await result)
    finally:
        reply.fail()


def _spawn(loop: asyncio.AbstractEventLoop, awaitable: Awaitable[Any], held: _webchat.Held | None = None) -> None:
    async def wait(held: _webchat.Held | None) -> None:
        await awaitable

    def finished(task: asyncio.Task[Any]) -> None:
        _under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            loop.call_exception_handler({"message": "an exception in a callable of a chat", "exception": error, "task": task})

    task = loop.create_task(wait(held))
    _under_way.add(task)
    task.add_done_callback(finished)
