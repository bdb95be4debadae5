"""Commands that do not come to their end: cancelled, interrupted, closed, or given where they must not be."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import threading
from typing import Any

import pytest
import webchat
import webchat.aio
from conftest import SECONDS, Calls, Face
from webchat.testing import Simulator


async def test_cancelling_the_task_cancels_the_command(simulator: Simulator) -> None:
    async with webchat.aio.Chat() as chat:
        events = chat.events()
        waits_for_configuration = asyncio.ensure_future(chat.start_chat(nickname="Jo"))
        await asyncio.sleep(0)
        waits_for_configuration.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits_for_configuration
        await chat.configure(simulator.config())
        assert (await events.next(SECONDS)) is not None
        assert await chat.verify_session() is False
        assert simulator.chats() == []


async def test_a_message_is_cancelled_while_others_go_on(simulator: Simulator) -> None:
    async with webchat.aio.Chat(simulator.config()) as chat:
        await chat.start_chat(nickname="Jo")
        simulator.faults.latency(0.3, "send")
        first = asyncio.ensure_future(chat.send_message("first"))
        second = asyncio.ensure_future(chat.send_message("second"))
        third = asyncio.ensure_future(chat.send_message("third"))
        await asyncio.sleep(0)
        second.cancel()
        assert (await first)["statusCode"] == 0
        assert (await third)["statusCode"] == 0
        with pytest.raises(asyncio.CancelledError):
            await second
        assert simulator.chat().texts() == ["first", "third"]


async def test_closing_ends_every_command(face: Face, simulator: Simulator) -> None:
    loop = asyncio.get_running_loop()
    chat = face.chat_class()

    def wait() -> Any:
        return loop.run_in_executor(None, chat.get_agents) if face.name == "sync" else asyncio.ensure_future(chat.get_agents())

    waiting = [wait() for _ in range(3)]
    await asyncio.sleep(0)
    await face(chat.close())
    for outcome in waiting:
        with pytest.raises(webchat.ClosedError):
            await outcome
    with pytest.raises(webchat.ClosedError):
        await face(chat.get_agents())
    await face(chat.close())


async def test_closing_ends_a_send_under_way(face: Face, simulator: Simulator) -> None:
    loop = asyncio.get_running_loop()
    async with face.started(simulator) as chat:
        await face(chat.stop_poll())
        # No answer tells that it arrived: not that of a poll that was under way either.
        for operation in ("send", "refresh"):
            simulator.faults.slow_reply(60, operation)
        outcome = (
            loop.run_in_executor(None, chat.send_message, "Hello")
            if face.name == "sync"
            else asyncio.ensure_future(chat.send_message("Hello"))
        )
        while not simulator.chat().texts():
            await asyncio.sleep(0)
    with pytest.raises((webchat.ClosedError, webchat.OutcomeUnknownError)):
        await outcome


async def test_a_handler_may_wait_for_commands(simulator: Simulator) -> None:
    calls = Calls()
    with webchat.Chat(simulator.config()) as chat:

        @chat.on("started")
        def say(_: webchat.Event) -> None:
            chat.send_message("from a handler")
            assert chat.events().next(SECONDS) is not None

        @chat.on("ended")
        def read(_: webchat.Event) -> None:
            calls([message.text for message in chat.get_transcript()])

        chat.start_chat(nickname="Jo")
        while "from a handler" not in (message.text for message in chat.get_transcript()):
            chat.next_event(SECONDS)
        chat.end_chat()
        assert "from a handler" in await calls.next()


def texts(event: Any) -> list[str]:
    return [message.text for message in event.messages if message.text is not None]


class Store(dict[str, str]):
    """A store in Python, whose functions the library waits for."""

    def load(self) -> dict[str, str]:
        return dict(self)

    def apply(self, changes: dict[str, str | None]) -> None:
        for key, value in changes.items():
            self.pop(key, None)
            if value is not None:
                self[key] = value


async def test_what_a_command_in_a_handler_needs_is_answered_meanwhile(simulator: Simulator) -> None:
    calls, store = Calls(), Store()
    handled: list[str] = []
    with webchat.Chat(simulator.config(), store=store) as chat:
        chat.register_pre_processor(lambda message: {**message, "text": message.get("text", "").upper()})

        @chat.on("started")
        def leave(_: webchat.Event) -> None:
            kim = simulator.chat().agent("Kim")
            kim.say("hello")
            events = chat.events()
            # The preprocessor sees it before.
            while "HELLO" not in texts(events.next(SECONDS)):
                pass
            # What is stored is forgotten.
            chat.end_chat(timeout=SECONDS)
            assert handled == [], "no other handler runs meanwhile"
            chat.verify_session()

        chat.on("messageReceived", lambda event: handled.extend(texts(event)))
        chat.on("ended", lambda event: calls(store.copy()))
        chat.start_chat(nickname="Jo")
        assert await calls.next() == {}
        assert "HELLO" in handled


async def test_a_function_that_the_library_waits_for_may_not_wait(simulator: Simulator) -> None:
    calls = Calls()
    with webchat.Chat(simulator.config()) as chat:

        def ask(_: dict[str, Any]) -> None:
            for blocking in (chat.get_agents, chat.next_event, chat.events().next, lambda: chat.send_message("no")):
                with pytest.raises(webchat.WrongThreadError, match="waits for"):
                    blocking()
            calls("refused")

        chat.register_pre_processor(ask)
        chat.start_chat(nickname="Jo")
        assert await calls.next() == "refused"
        assert simulator.chat().texts() == []


async def test_nothing_is_done_when_an_argument_is_of_a_wrong_type(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        for timeout in ("5", object(), -1.0, float("nan")):
            with pytest.raises((TypeError, ValueError)):
                await face(chat.send_message("no", timeout=timeout))
        for timeout in ("five", object()):
            with pytest.raises((TypeError, ValueError)):
                await face(chat.close(timeout))
        with pytest.raises(webchat.InvalidArgumentError):
            await face(chat.send_message("half a pair: \ud800"))
        await face(chat.send_message("yes"))
        assert simulator.chat().texts() == ["yes"]


async def test_a_handler_may_close_the_chat(face: Face, simulator: Simulator) -> None:
    calls = Calls()
    chat = face.chat_class(simulator.config())

    def close(_: webchat.Event) -> Any:
        calls("called")
        return chat.close()

    chat.on("started", close)
    try:
        await face(chat.start_chat(nickname="Jo"))
    except webchat.ClosedError:
        pass
    assert await calls.next() == "called"
    await face(chat.close())


INTERRUPTED = """
    import sys, webchat
    chat = webchat.Chat({config})
    try:
        # The signal may come before this returns.
        chat.on("ready", lambda event: print("waiting", flush=True))
        {call}
    except KeyboardInterrupt:
        print(chat.verify_session(), flush=True)
"""


@pytest.mark.parametrize("call", ["list(chat.events())", "list(iter(chat.next_event, None))", "chat.start_chat(nickname='Jo')"])
def test_ctrl_c_ends_the_waiting(simulator: Simulator, call: str) -> None:
    simulator.faults.latency(60, "requestChat")
    config = simulator.config(ajaxTimeout=60000)
    program = textwrap.dedent(INTERRUPTED).format(config=config, call=call)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "False\n"
        assert process.wait() == 0


def test_signals_arrive_while_a_command_waits(simulator: Simulator) -> None:
    seen: list[int] = []
    previous = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    try:
        with webchat.Chat() as chat:
            threading.Timer(0.05, signal.raise_signal, [signal.SIGUSR1]).start()
            with pytest.raises(webchat.TimeoutError):
                chat.get_agents(timeout=0.5)
        assert seen == [signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR1, previous)


async def test_threads_may_share_a_chat(simulator: Simulator) -> None:
    with webchat.Chat(simulator.config()) as chat:
        chat.start_chat(nickname="Jo")
        loop = asyncio.get_running_loop()
        sends = [loop.run_in_executor(None, chat.send_message, f"message {number}") for number in range(8)]
        answers = await asyncio.gather(*sends)
        assert all(answer["statusCode"] == 0 for answer in answers)
        assert sorted(simulator.chat().texts()) == [f"message {number}" for number in range(8)]
