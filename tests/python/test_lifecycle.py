"""Chats come and go: garbage collection, the end of the process."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import weakref
from typing import Any

import programs
import pytest
import webchat
import webchat.aio
from conftest import SECONDS, Calls, Face
from webchat.testing import Simulator


async def collected(*references: weakref.ref[Any]) -> bool:
    """Whether all are gone, once callables that were on their way have been called."""
    gc.collect()
    for _ in range(10):
        await asyncio.sleep(0)
    gc.collect()
    return all(reference() is None for reference in references)


class Holder:
    """Holds a chat, and is held by it."""

    def __init__(self, chat: Any) -> None:
        self.chat = chat

    def handle(self, event: webchat.Event) -> None: ...

    def preprocess(self, message: dict[str, Any]) -> None: ...

    def typed(self) -> str:
        return ""


async def test_a_chat_in_cycles_with_its_callables_is_collected(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as other:
        chat = face.chat_class(simulator.config())
        holder = Holder(chat)
        chat.on("messageReceived", holder.handle)
        await face(chat.register_pre_processor(holder.preprocess))
        await face(chat.register_typing_preview_input(holder.typed))
        await face(other.get_agents())
        gone = weakref.ref(chat), weakref.ref(holder), weakref.ref(chat._native)
        del chat, holder
        assert await collected(*gone)


async def test_a_store_that_holds_its_chat_is_collected(face: Face, simulator: Simulator) -> None:
    class Store:
        chat: Any

        def load(self) -> None: ...

        def apply(self, changes: Any) -> None: ...

    store = Store()
    store.chat = face.chat_class(simulator.config(), store=store)
    await face.until(store.chat, "ready")
    await face(store.chat.verify_session())
    gone = weakref.ref(store), weakref.ref(store.chat)
    del store
    assert await collected(*gone)


async def test_the_collector_leaves_alone_what_an_open_chat_uses(face: Face, simulator: Simulator) -> None:
    """It runs while threads of the library let go of callables."""
    died: list[str] = []

    class Watched:
        def __del__(self) -> None:
            died.append(type(self).__name__)

    class Store(Watched):
        def load(self) -> None: ...

        def apply(self, changes: Any) -> None: ...

    class Keeper(Watched):
        def store_session(self, session: Any) -> None: ...

        def load_session(self) -> None: ...

        def forget_session(self, lost: Any) -> None: ...

    class Preprocessor(Watched):
        def __call__(self, message: dict[str, Any]) -> None: ...

    class Preview(Watched):
        def __call__(self) -> str:
            return ""

    over = threading.Event()

    def collect() -> None:
        while not over.is_set():
            gc.collect()

    collector = threading.Thread(target=collect)
    async with face.started(simulator, store=Store(), session_keeper=Keeper()) as chat:
        await face(chat.register_pre_processor(Preprocessor()))
        await face(chat.register_typing_preview_input(Preview()))
        collector.start()
        try:
            for number in range(40):
                # The server takes a few only; to be refused is as good here.
                with contextlib.suppress(webchat.RejectedError):
                    await face(chat.send_file(bytes(100_000), name=f"{number}.bin", progress=lambda *_: None))
        finally:
            over.set()
            collector.join()
        assert died == []


async def test_an_event_in_a_cycle_is_collected(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        event = await face.until(chat, "started")

        class Mark: ...

        mark = Mark()
        gone = weakref.ref(mark)
        event.data["cycle"] = [event, mark]
        del event, mark
        assert await collected(gone)


async def test_dropping_a_chat_closes_it(face: Face, simulator: Simulator) -> None:
    chat = face.chat_class(simulator.config())
    calls = Calls()
    chat.on("started", calls)
    await face(chat.start_chat(nickname="Jo"))
    await calls.next()
    gone = weakref.ref(chat._native)
    del chat
    assert await collected(gone)


def test_a_dropped_chat_without_cycles_goes_at_once(simulator: Simulator) -> None:
    chat = webchat.Chat(simulator.config())
    chat.on("started", print)
    gone = weakref.ref(chat)
    del chat
    assert gone() is None


async def test_an_iterator_keeps_its_chat_open(face: Face, simulator: Simulator) -> None:
    events = face.chat_class(simulator.config()).events()
    gc.collect()
    event = await face(events.next(SECONDS))
    assert event.name == "ready"
    assert await face(events.next(0)) is None


async def test_handlers_that_are_removed_are_let_go(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        holder = Holder(None)
        gone = weakref.ref(holder)
        chat.on("started", holder.handle)
        chat.off("started")
        del holder
        assert await collected(gone)


async def test_the_callables_of_a_command_are_let_go(face: Face, simulator: Simulator) -> None:
    class Progress:
        def __call__(self, sent: int, total: int | None) -> None: ...

    async with face.started(simulator) as chat:
        progress = Progress()
        gone = weakref.ref(progress)
        await face(chat.send_file(b"x", name="a.txt", progress=progress))
        del progress
        # An event that comes later was handed over later.
        await face(chat.send_message("x"))
        await face.until_text(chat, "x")
        assert await collected(gone)


def test_a_runtime_without_a_sensible_number_of_threads_is_refused() -> None:
    with pytest.raises(webchat.InvalidArgumentError, match="at most 1024"):
        webchat.Runtime(worker_threads=1025)


def run(program: str, simulator: Simulator) -> str:
    return programs.run(programs.source(program, simulator.config()))


STORE = """
class Store:
    def load(self): return {}
    def apply(self, changes): print("apply", sorted(changes), flush=True)
"""


def test_the_end_of_the_process_closes_chats(simulator: Simulator) -> None:
    program = STORE + "chat = webchat.Chat(CONFIG, store=Store())\nchat.on(None, lambda e: None)\nchat.start_chat(nickname='Jo')"
    assert "state.session" in run(program, simulator)


def test_the_process_may_end_while_events_come(simulator: Simulator) -> None:
    program = """
        chats = [webchat.Chat(CONFIG) for _ in range(5)]
        for chat in chats:
            chat.on(None, lambda event: event.data)
            chat.start_chat(nickname="Jo")
        for number in range(20):
            for chat in chats:
                chat.send_message(str(number))
    """
    assert run(program, simulator) == ""


def test_a_loop_may_end_before_its_chats(simulator: Simulator) -> None:
    program = """
        async def main():
            chat = webchat.aio.Chat(CONFIG)
            chat.on(None, lambda event: None)
            await chat.start_chat(nickname="Jo")
            return chat
        chat = asyncio.run(main())
    """
    assert run(program, simulator) == ""


async def test_two_hundred_chats_of_asyncio(simulator: Simulator) -> None:
    async def one(number: int) -> str:
        async with webchat.aio.Chat(simulator.config(ajaxTimeout=20000)) as chat:
            events = chat.events()
            await chat.start_chat(nickname=f"Jo {number}")
            await chat.send_message(f"I am {number}")
            async for event in events:
                for message in event.messages:
                    if message.text == f"I am {number}":
                        return str(message.sender.name)
        return "nobody"

    names = await asyncio.wait_for(asyncio.gather(*map(one, range(200))), 2 * SECONDS)
    assert names == [f"Jo {number}" for number in range(200)]
