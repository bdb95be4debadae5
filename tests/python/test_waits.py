"""Waiting for a certain event."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import webchat
import webchat.aio
from conftest import SECONDS, Calls, Face
from webchat.testing import Simulator


def says(text: str) -> Callable[[webchat.Event], bool]:
    return lambda event: any(message.text == text for message in event.messages)


async def test_names_classes_and_tuples_are_waited_for(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        assert isinstance(await face(chat.wait_for("started", timeout=SECONDS)), webchat.Started)
        sam = simulator.chat().agent("Sam")
        joined = await face(chat.wait_for(webchat.AgentConnected, timeout=SECONDS))
        assert joined.participant.name == "Sam"
        sam.say("one")
        event = await face(chat.wait_for((webchat.Ended, "messageReceived"), check=says("one"), timeout=SECONDS))
        assert isinstance(event, webchat.MessageReceived)
        sam.leave()
        left = await face(chat.wait_for(webchat.ParticipantEvent, timeout=SECONDS))
        assert isinstance(left, webchat.AgentDisconnected)


async def test_what_a_command_brings_is_not_missed_however_fast_it_came(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        await face.until(chat, "ready")
        assert (await face(chat.wait_for("ready"))).name == "ready"
        await face(chat.start_chat(nickname="Jo"))
        sam = simulator.chat().agent("Sam")
        sam.say("Hello Jo")
        await face.until_text(chat, "Hello Jo")  # all of it has come by now
        for name in ("started", "agentConnected", "messageReceived"):
            assert (await face(chat.wait_for(name, timeout=0))).name == name
        await face(chat.send_message("Hello Sam"))
        await face.until_text(chat, "Hello Sam")
        event = await face(chat.wait_for("messageReceived", timeout=0))
        assert event.messages[-1].text == "Hello Sam"
        with pytest.raises(webchat.TimeoutError):
            await face(chat.wait_for("messageReceived", timeout=0))


async def test_who_has_given_no_command_waits_for_what_comes(face: Face, simulator: Simulator) -> None:
    """As a handler does that asks something back."""
    async with face.started(simulator) as chat:
        sam = simulator.chat().agent("Sam")
        sam.say("one")
        await face.until_text(chat, "one")
        begun = threading.Event()

        def is_ready(event: webchat.Event) -> bool:
            begun.set()
            return isinstance(event, webchat.MessageReceived)

        async def task() -> Any:
            return await chat.wait_for((webchat.Ready, webchat.MessageReceived), check=is_ready, timeout=SECONDS)

        def thread() -> Any:
            return chat.wait_for((webchat.Ready, webchat.MessageReceived), check=is_ready, timeout=SECONDS)

        loop = asyncio.get_running_loop()
        waiting = asyncio.ensure_future(task()) if face.name == "aio" else loop.run_in_executor(None, thread)
        # It has begun, with `ready`.
        assert await loop.run_in_executor(None, begun.wait, SECONDS)
        sam.say("two")
        assert [message.text for message in (await waiting).messages] == ["two"]
        # This one has given a command before all that.
        await face(chat.wait_for("messageReceived", check=says("one"), timeout=0))


async def test_a_wait_that_is_given_up_loses_nothing(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        sam = simulator.chat().agent("Sam")
        sam.say("Hello Jo")
        await face.until_text(chat, "Hello Jo")
        with pytest.raises(webchat.TimeoutError, match="no botConnected within 0 s"):
            await face(chat.wait_for("botConnected", timeout=0))
        with pytest.raises(TimeoutError, match=r"agentConnected or botConnected that passes the check within 0\.05 s"):
            await face(chat.wait_for(("agentConnected", "botConnected"), check=lambda event: False, timeout=0.05))

        def fail(event: webchat.Event) -> bool:
            raise LookupError(event.name)

        with pytest.raises(LookupError, match="messageReceived"):
            await face(chat.wait_for("messageReceived", check=fail, timeout=SECONDS))
        assert (await face(chat.wait_for("agentConnected"))).participant.name == "Sam"
        await face(chat.wait_for("messageReceived", check=says("Hello Jo"), timeout=0))


async def test_wrong_names_are_refused_with_the_nearest(face: Face, simulator: Simulator) -> None:
    wrong = {
        "messageRecieved": "'messageRecieved'; did you mean 'messageReceived'",
        "agent_connected": "did you mean 'agentConnected'",
        "WebChatService.Ended": "did you mean 'ended'",
        "Other.ended": "no event called 'Other.ended'",
        "zzz": "webchat.EventName has all names",
        3: "which 3 is not",
        int: "which int is not",
        webchat.Error: "which Error is not",
    }
    async with face.open(simulator.config()) as chat:
        for name, text in wrong.items():
            for call in (chat.on, chat.off, chat.wait_for, lambda name: chat.wait_for(("ready", name))):
                with pytest.raises(webchat.InvalidArgumentError, match=text):
                    await face(call(name))


async def test_what_cannot_be_called_is_no_handler(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        for name in ("ended", None):
            for give in (chat.on, lambda name, handler: chat.on(name)(handler)):
                with pytest.raises(webchat.InvalidArgumentError, match="which 5 cannot be"):
                    give(name, 5)


async def test_the_end_of_the_session_ends_a_wait_for_what_needs_one(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        for waits_first in (True, False):
            simulator.chat().agent("Sam")
            await face(chat.wait_for("agentConnected", timeout=SECONDS))
            if waits_first and face.name == "aio":
                waiting = asyncio.ensure_future(chat.wait_for("botConnected"))
                await asyncio.sleep(0)
                await chat.end_chat()
                with pytest.raises(webchat.NoSessionError):
                    await waiting
            else:
                await face(chat.end_chat())
                await face.until(chat, "ended")
            for wanted in ("messageReceived", webchat.ParticipantEvent, (webchat.MessageReceived, "botConnected")):
                with pytest.raises(webchat.NoSessionError, match="the chat session has ended without "):
                    await face(chat.wait_for(wanted, check=lambda event: False))
            assert (await face(chat.wait_for(("botConnected", webchat.Ended), timeout=SECONDS))).name == "ended"
            # The end is known to who begins behind it, too.
            with pytest.raises(webchat.NoSessionError):
                await face(chat.wait_for("agentConnected"))
            # Another session: what it brings is waited for.
            await face(chat.start_chat(nickname="Jo"))


async def test_closing_ends_a_wait(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        await face(chat.wait_for("ready", timeout=SECONDS))
        if face.name == "sync":
            waits: Any = asyncio.get_running_loop().run_in_executor(None, chat.wait_for, "agentConnected")
        else:
            waits = asyncio.ensure_future(chat.wait_for("agentConnected"))
        await face(chat.close())
        with pytest.raises(webchat.ClosedError, match="closed without agentConnected"):
            await waits
        with pytest.raises(webchat.ClosedError):
            await face(chat.wait_for("agentConnected"))


async def test_several_wait_at_once_and_take_nothing_from_each_other(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        await face(chat.wait_for("clientConnected", timeout=SECONDS))
        loop = asyncio.get_running_loop()

        def begin(name: str) -> Any:
            if face.name == "aio":
                return chat.wait_for(name, timeout=SECONDS)
            return loop.run_in_executor(None, lambda: chat.wait_for(name, timeout=SECONDS))

        waits = [begin(name) for name in ("agentConnected", "agentTypingStarted", "agentConnected")]
        sam = simulator.chat().agent("Sam")
        sam.type()
        names = [event.name for event in await asyncio.gather(*waits)]
        assert names == ["agentConnected", "agentTypingStarted", "agentConnected"]


@pytest.fixture
def patient() -> Iterator[Simulator]:
    """A server that keeps customers who do not poll."""
    with Simulator(arguments=["--client-timeout", "3600"]) as running:
        yield running


async def test_what_nobody_looks_for_is_forgotten_and_holds_nobody_back(face: Face, patient: Simulator) -> None:
    """More events than are remembered, and than may wait where somebody takes none."""
    async with face.started(patient) as chat:
        calls = Calls()
        chat.on("messageReceived", calls)

        async def other() -> None:
            for _ in range(700):
                await face(chat.stop_poll())
                await face(chat.start_poll())

        if face.name == "aio":
            await asyncio.ensure_future(other())
        else:
            await asyncio.get_running_loop().run_in_executor(None, asyncio.run, other())
        patient.chat().agent("Sam").say("Hello Jo")
        assert (await calls.next()).messages
        seen = 0
        with pytest.raises(webchat.TimeoutError):
            while await face(chat.wait_for(("pollingStarted", webchat.PollingStopped), timeout=0)):
                seen += 1
        assert 1_000 < seen <= 1_024


def test_a_handler_may_wait_for_what_was(simulator: Simulator) -> None:
    got: list[webchat.Event] = []
    over = threading.Event()
    with webchat.Chat(simulator.config()) as chat:

        @chat.on("started")
        def wait(event: webchat.Started) -> None:
            got.append(chat.wait_for("ready", timeout=SECONDS))
            over.set()

        chat.start_chat(nickname="Jo")
        assert over.wait(SECONDS) and got == [webchat.Ready()]


async def test_a_wait_of_aio_begins_with_the_call(simulator: Simulator) -> None:
    async with webchat.aio.Chat(simulator.config()) as chat:
        await chat.wait_for("ready", timeout=SECONDS)
        started, dropped = chat.wait_for("started"), chat.wait_for("ended")
        dropped.close()
        await chat.start_chat(nickname="Jo")
        await chat.next_event(SECONDS)
        assert (await started).session_data["secureKey"]


async def test_a_cancelled_wait_of_aio_loses_nothing(simulator: Simulator) -> None:
    async with webchat.aio.Chat(simulator.config()) as chat:
        await chat.start_chat(nickname="Jo")
        await chat.wait_for("clientConnected", timeout=SECONDS)
        for _ in range(3):
            waits = asyncio.ensure_future(chat.wait_for("agentConnected"))
            reads = asyncio.ensure_future(chat.next_event())
            await asyncio.sleep(0)
            waits.cancel()
            reads.cancel()
            await asyncio.wait([waits, reads])
            assert waits.cancelled()
        simulator.chat().agent("Sam")
        waits = asyncio.ensure_future(chat.wait_for("agentConnected"))
        joined = await chat.wait_for("agentConnected", timeout=SECONDS)
        # It has come for this one as well, which is cancelled before it could run.
        waits.cancel()
        await asyncio.wait([waits])
        assert joined.participant.name == "Sam"
        events = chat.events()
        first = asyncio.ensure_future(events.next())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        if not first.cancelled():
            assert first.result()
        else:
            ready = await events.next(SECONDS)
            assert ready is not None and ready.name == "ready"


if sys.version_info >= (3, 11):

    async def test_a_wait_of_aio_heeds_asyncios_timeout(simulator: Simulator) -> None:
        async with webchat.aio.Chat(simulator.config()) as chat:
            await chat.start_chat(nickname="Jo")
            await chat.wait_for("clientConnected", timeout=SECONDS)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await chat.wait_for("agentConnected")
            simulator.chat().agent("Sam")
            async with asyncio.timeout(SECONDS):
                assert (await chat.wait_for("agentConnected")).num_agents_connected == 1
                async for event in chat.events():
                    assert event.name == "ready"
                    break
