"""Events: iterators, queues and handlers."""

from __future__ import annotations

import asyncio
import sys
import textwrap
import threading
from typing import Any

import pytest
import webchat
import webchat.aio
from conftest import SECONDS, Calls, Face
from simulator import Simulator


async def test_iteration_ends_when_the_chat_is_closed(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        events = chat.events()
        names = [(await face(events.next(SECONDS))).name for _ in range(3)]
        await face.until(chat, "ready")
    if face.name == "sync":
        names += [event.name for event in events]
        assert list(events) == []
    else:
        names += [event.name async for event in events]
        assert [event async for event in events] == []
    assert names[:3] == ["ready", "started", "pollingStarted"]


async def test_the_queue_ends_when_the_chat_is_closed(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        await face.until(chat, "ready")
    for _ in range(2):
        with pytest.raises(webchat.ClosedError):
            while await face(chat.next_event(SECONDS)):
                pass


async def test_ready_comes_to_every_stream(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        await face.until(chat, "started")
        for _ in range(2):
            events = chat.events()
            assert (await face(events.next(SECONDS))).name == "ready"


async def test_handlers_are_called_in_order(face: Face, simulator: Simulator) -> None:
    every, started = Calls(), Calls()
    async with face.open(simulator.config()) as chat:
        assert chat.on(None, every) is every
        chat.on("started", started)
        await face(chat.start_chat(nickname="Jo"))
        seen = [await every.next() for _ in range(4)]
        assert [event.name for event in seen] == ["ready", "started", "pollingStarted", "clientConnected"]
        assert sorted(event.time for event in seen) == [event.time for event in seen]
        assert (await started.next()).data["sessionID"] == seen[1].data["sessionID"]
    assert every.threads == started.threads
    assert (every.threads == {threading.main_thread().ident}) == (face.name == "aio")


async def test_a_handler_by_decorator_gets_the_ready_that_was(face: Face, simulator: Simulator) -> None:
    calls = Calls()
    async with face.started(simulator) as chat:
        await face.until(chat, "started")

        decorate = chat.on("WebChatService.ready")
        assert decorate(calls) is calls
        assert (await calls.next()).name == "ready"


async def test_a_handler_that_is_off_is_not_called(face: Face, simulator: Simulator) -> None:
    first, second, other = Calls(), Calls(), Calls()
    async with face.started(simulator) as chat:
        for handler in (first, second, other):
            chat.on("messageReceived", handler)
        assert chat.off("messageReceived", first)
        assert not chat.off("messageReceived", first)
        await face(chat.send_message("one"))
        await second.next()
        await other.next()
        assert chat.off("messageReceived")
        await face(chat.send_message("two"))
        await face.until_text(chat, "two")
        assert first.arrived.empty() and second.arrived.empty() and other.arrived.empty()


async def test_an_unknown_event_is_refused(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        with pytest.raises(webchat.InvalidArgumentError, match="messageRecieved"):
            chat.on("messageRecieved", print)


async def test_a_failing_handler_is_reported_and_disturbs_nobody(face: Face, simulator: Simulator, unraisable: list[Any]) -> None:
    told: list[Any] = unraisable
    if face.name == "aio":
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    calls = Calls()

    def fail(event: webchat.Event) -> None:
        raise LookupError(event.name)

    async with face.open(simulator.config()) as chat:
        chat.on("ready", fail)
        chat.on("started", fail)
        chat.on("started", calls)
        await face(chat.start_chat(nickname="Jo"))
        await calls.next()
    assert [str(error) for error in told] == ["ready", "started"]


async def test_handlers_of_aio_may_be_coroutine_functions(simulator: Simulator) -> None:
    calls = Calls()
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    async with webchat.aio.Chat(simulator.config()) as chat:

        @chat.on("started")
        async def answer(event: webchat.Event) -> None:
            calls(await chat.send_message("from a handler"))
            raise LookupError("after it")

        await chat.start_chat(nickname="Jo")
        assert (await calls.next())["statusCode"] == 0
    assert [str(error) for error in told] == ["after it"]


async def test_streams_of_aio_that_are_dropped_cost_nothing(simulator: Simulator) -> None:
    async with webchat.aio.Chat(simulator.config()) as chat:
        for _ in range(3):
            chat.events()
        listeners = [chat.events()]
        await chat.start_chat(nickname="Jo")
        assert (await listeners[0].next(SECONDS)) is not None


async def test_an_event_shows_no_private_text(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        started = await face.until(chat, "started")
        assert repr(started) == f"<webchat.Event started at {started.time}>"
        assert started.data is started.data
        assert started.messages == []
        assert (await face.until(chat, "pollingStarted")).data == {}


@pytest.mark.skipif(sys.version_info < (3, 10), reason="there is no match statement")
def test_events_match(simulator: Simulator) -> None:
    program = """
        def look(event):
            match event:
                case webchat.Event("started", {"sessionID": session}):
                    return session
                case webchat.Event(name="ready"):
                    return "ready"
    """
    names: dict[str, Any] = {"webchat": webchat}
    exec(textwrap.dedent(program), names)
    with webchat.Chat(simulator.config()) as chat:
        events = chat.events()
        chat.start_chat(nickname="Jo")
        assert names["look"](next(events)) == "ready"
        assert names["look"](next(events)) == chat.get_session_data()["sessionID"]
