"""Event loops: a chat belongs to one, and what waits in it is held."""

from __future__ import annotations

import asyncio
import gc
import inspect
import threading
import weakref
from collections.abc import Awaitable
from contextvars import ContextVar
from typing import Any, Callable

import pytest
import webchat
import webchat.aio
from conftest import SECONDS, Calls
from webchat import _loops
from webchat.testing import Simulator


async def elsewhere(work: Callable[[], Awaitable[Any]]) -> Any:
    """What comes of ``work`` in another event loop, on a thread of its own."""

    async def run() -> Any:
        return await work()

    return await asyncio.get_running_loop().run_in_executor(None, lambda: asyncio.run(run()))


async def test_in_another_loop_nothing_is_done(simulator: Simulator) -> None:
    async with webchat.aio.Chat(simulator.config()) as chat:
        await chat.start_chat(nickname="Jo")
        events = chat.events()
        refused: list[Callable[[], Awaitable[Any]]] = [
            lambda: chat.send_message("twice"),
            lambda: chat.command("sendMessage", {"message": "twice"}),
            lambda: chat.register_pre_processor(lambda message: message),
            chat.end_chat,
            chat.close,
            chat.next_event,
            events.next,
            events.__anext__,
        ]
        for work in refused:
            with pytest.raises(webchat.WrongThreadError, match="another event loop"):
                await elsewhere(work)
        await chat.send_message("once")
        assert simulator.chat().texts() == ["once"]
        assert await chat.verify_session() is True


def test_after_its_loop_a_chat_does_nothing(simulator: Simulator) -> None:
    async def first() -> webchat.aio.Chat:
        chat = webchat.aio.Chat(simulator.config())
        await chat.start_chat(nickname="Jo")
        return chat

    async def second(chat: webchat.aio.Chat) -> None:
        with pytest.raises(webchat.WrongThreadError):
            await chat.send_message("no")

    chat = asyncio.run(first())
    asyncio.run(second(chat))
    assert simulator.chat().texts() == []


async def start(chat: webchat.aio.Chat) -> None:
    await chat.start_chat(nickname="Jo")


async def take(chat: webchat.aio.Chat) -> None:
    async for _ in chat.events():
        pass


async def take_one_by_one(chat: webchat.aio.Chat) -> None:
    while True:
        await chat.next_event()


async def close(chat: webchat.aio.Chat) -> None:
    await chat.close(60)


@pytest.mark.parametrize("wait", [start, take, take_one_by_one, close])
async def test_a_task_that_waits_is_not_collected(simulator: Simulator, wait: Callable[[webchat.aio.Chat], Awaitable[None]]) -> None:
    """Nobody but the library has the task, and nobody but the task has the chat."""
    stored = asyncio.get_running_loop().create_future()

    class Store:
        def load(self) -> None: ...

        async def apply(self, changes: dict[str, str | None]) -> None:
            await asyncio.shield(stored)

    async def work() -> None:
        chat = webchat.aio.Chat(simulator.config(ajaxTimeout=60000), store=Store())
        if wait is close:
            await chat.start_chat(nickname="Jo")
        entered.set()
        await wait(chat)

    entered, simulator_is_slow = asyncio.Event(), wait is start
    if simulator_is_slow:
        simulator.faults.slow_reply(60, "requestChat")
    task = weakref.ref(asyncio.ensure_future(work()))
    await asyncio.wait_for(entered.wait(), SECONDS)
    for _ in range(5):
        await asyncio.sleep(0)
        gc.collect()
    left = task()
    assert left is not None and not left.done()
    left.cancel()
    stored.set_result(None)
    with pytest.raises(asyncio.CancelledError):
        await left


async def test_the_task_of_a_handler_is_not_collected(simulator: Simulator) -> None:
    entered, ended = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def handler(_: webchat.Event) -> None:
        gate = asyncio.get_running_loop().create_future()
        tasks.append(weakref.ref(asyncio.current_task()))
        gates.append(weakref.ref(gate))
        entered.set()
        await gate
        ended.set_result(None)

    tasks: list[weakref.ref[Any]] = []
    gates: list[weakref.ref[Any]] = []
    chat = webchat.aio.Chat(simulator.config())
    chat.on("ready", handler)
    await asyncio.wait_for(entered.wait(), SECONDS)
    del chat
    gc.collect()
    assert tasks[0]() is not None
    gates[0]().set_result(None)  # type: ignore[union-attr]
    await asyncio.wait_for(ended, SECONDS)


async def test_tasks_of_a_loop_that_was_closed_are_let_go(simulator: Simulator) -> None:
    def abandon() -> weakref.ref[Any]:
        loop = asyncio.new_event_loop()

        async def wait(entered: asyncio.Event) -> None:
            chat = webchat.aio.Chat(simulator.config())
            await chat.next_event()
            entered.set()
            await take(chat)

        async def begin() -> asyncio.Task[None]:
            entered = asyncio.Event()
            task = asyncio.ensure_future(wait(entered))
            await entered.wait()
            return task

        task = loop.run_until_complete(begin())
        loop.close()
        # Nobody is to be told that it never ends.
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        return weakref.ref(task)

    abandoned = await asyncio.get_running_loop().run_in_executor(None, abandon)
    async with webchat.aio.Chat(simulator.config()):
        gc.collect()
        assert abandoned() is None


async def test_a_command_of_a_coroutine_that_is_given_up_is_cancelled(simulator: Simulator) -> None:
    async with webchat.aio.Chat() as chat:
        coroutine = chat.start_chat(nickname="Jo")
        assert inspect.iscoroutine(coroutine)
        coroutine.send(None)
        coroutine.close()
        await chat.configure(simulator.config())
        assert await chat.verify_session() is False
        assert simulator.chats() == []


async def test_a_thread_may_add_handlers(simulator: Simulator) -> None:
    calls = Calls()
    async with webchat.aio.Chat(simulator.config()) as chat:
        thread = threading.Thread(target=chat.on, args=("started", calls))
        thread.start()
        thread.join()
        await chat.start_chat(nickname="Jo")
        assert (await calls.next()).name == "started"


def callers() -> int:
    """How many loops make calls for chats."""
    gc.collect()
    return sum(isinstance(each, _loops._Caller) for each in gc.get_objects())


async def test_the_loop_makes_the_calls_for_as_long_as_there_are_chats(simulator: Simulator) -> None:
    threads = threading.active_count()
    first, second = (webchat.aio.Chat(simulator.config()) for _ in range(2))
    told = asyncio.get_running_loop().create_future()
    first.on("ready", lambda _: told.set_result(threading.current_thread()))
    assert await asyncio.wait_for(told, SECONDS) is threading.current_thread()
    assert threading.active_count() <= threads + 1, "that of the log"
    assert callers() == 1
    await first.close()
    await second.close()
    del first, second
    while callers():
        await asyncio.sleep(0)


def test_a_loop_that_was_closed_is_asked_nothing(simulator: Simulator) -> None:
    async def begin() -> webchat.aio.Chat:
        return webchat.aio.Chat(simulator.config())

    chat = asyncio.run(begin())
    assert callers() == 0
    # What is asked for now is let go.
    chat._native.when_closed(lambda: None)
    chat._native.close()
    assert webchat._waiting.wait(chat._native.closed(SECONDS))


def test_calls_that_come_with_one_that_ends_the_loop_are_made_when_it_goes_on() -> None:
    made: list[int] = []
    loop = asyncio.new_event_loop()
    calls = _loops.way(loop)

    def call(number: int) -> None:
        made.append(number)
        if number == 1:
            raise KeyboardInterrupt
        if number == 3:
            loop.stop()

    for number in (1, 2, 3):
        calls.post(call, number)
    with pytest.raises(KeyboardInterrupt):
        loop.run_forever()
    loop.call_later(SECONDS, loop.stop)
    loop.run_forever()
    loop.close()
    assert made == [1, 2, 3]


async def test_handlers_have_a_context_of_their_own(simulator: Simulator) -> None:
    variable: ContextVar[str] = ContextVar("variable", default="nobody's")
    variable.set("the program's")
    seen: list[str] = []
    both = asyncio.Event()

    def handler(_: webchat.Event) -> None:
        seen.append(variable.get())
        variable.set("a handler's")
        if len(seen) == 2:
            both.set()

    async with webchat.aio.Chat(simulator.config()) as chat:
        chat.on("ready", handler)
        chat.on("ready", handler)
        await asyncio.wait_for(both.wait(), SECONDS)
    assert seen == ["nobody's", "nobody's"] and variable.get() == "the program's"
