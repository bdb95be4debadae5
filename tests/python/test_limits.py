"""What waits for a program is bounded, and nothing is lost at the bound."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
import webchat
from conftest import SECONDS, Calls, Face
from webchat.testing import Simulator

MANY = 1_100
"""More messages than may wait."""


async def until_polls_wait(face: Face, simulator: Simulator, chat: Any) -> None:
    """Time passes with commands that take some: it is enough for polls, but at last those wait."""

    def polls() -> int:
        return len(simulator.log("refresh"))

    simulator.faults.latency(0.05, "send", times=10_000)
    before = -1
    while polls() != before:
        before = polls()
        for _ in range(10):
            await face(chat.send_message("x"))
    simulator.faults.clear()


def texts_of(event: webchat.Event) -> list[str]:
    return [message.text for message in event.messages if message.sender.is_agent and message.text is not None]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("way", ["stream", "handler"])
async def test_a_program_that_takes_no_events_loses_none(face: Face, simulator: Simulator, way: str) -> None:
    gate, native_gate, calls = asyncio.Event(), threading.Event(), Calls()

    async def later(event: webchat.Event) -> None:
        await gate.wait()
        calls(event)

    def blocking(event: webchat.Event) -> None:
        native_gate.wait(SECONDS * 3)
        calls(event)

    async with face.started(simulator) as chat:
        if way == "stream":
            stream = chat.events()
        else:
            chat.on(None, later if face.name == "aio" else blocking)
        sam = simulator.chat().agent("Sam")
        for number in range(MANY):
            sam.say(str(number))
        await until_polls_wait(face, simulator, chat)
        gate.set()
        native_gate.set()
        texts: list[str] = []
        while len(texts) < MANY:
            event = await (face(stream.next(SECONDS)) if way == "stream" else calls.next())
            if event.name == "messageReceived":
                texts += texts_of(event)
        assert texts == [str(number) for number in range(MANY)]


async def test_commands_under_way_are_bounded(face: Face) -> None:
    chat = face.chat_class()
    done: list[Any] = []
    with_outcome = threading.Event()

    def finish(*outcome: Any) -> None:
        done.append(outcome)
        with_outcome.set()

    # Without a configuration commands wait for it.
    for _ in range(10_000):
        chat._native.submit("getStats", None, None, finish)
    with pytest.raises(webchat.BusyError, match="10000 commands"):
        await face(chat.get_stats())
    assert not done
    chat._native.close()
    assert await asyncio.to_thread(with_outcome.wait, SECONDS)


async def test_the_transcript_is_bounded(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator, config=simulator.config(maxTranscriptBytes=5_000)) as chat:
        assert not (await face(chat.get_transcript())).truncated
        for number in range(20):
            await face(chat.send_message(f"{number} " + "x" * 500))
        await face.until_text(chat, "19 " + "x" * 500)
        transcript = await face(chat.get_transcript())
        texts = [message.text.split()[0] for message in transcript]
        assert transcript.truncated is True
        assert 1 < len(texts) < 8 and texts == [str(number) for number in range(20 - len(texts), 20)]
        assert len(transcript.original_messages) == len(texts)
