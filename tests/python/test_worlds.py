"""Worlds that Python programs live in beside asyncio: uvloop, anyio, trio, and processes that multiprocessing starts anew."""

from __future__ import annotations

import asyncio
import textwrap
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Callable

import programs
import pytest
import webchat
import webchat.aio
import webchat.bus
from conftest import SECONDS
from webchat.testing import Simulator


def needs(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is missing")


async def hold_a_chat(simulator: Simulator) -> list[str]:
    """A chat with handlers, a preprocessor and a stream. Returns what the customer has said."""
    received = asyncio.Event()

    def shout(message: dict[str, Any]) -> dict[str, Any]:
        return {**message, "text": (message.get("text") or "").upper()}

    async def take(event: webchat.MessageReceived) -> None:
        await asyncio.sleep(0)
        if any(message.text == "HELLO" for message in event.messages):
            received.set()

    async with webchat.aio.Chat(simulator.config()) as chat:
        chat.on("messageReceived", take)
        events = chat.events()
        await chat.register_pre_processor(shout)
        await chat.start_chat(nickname="Jo")
        await chat.send_message("hello")
        await asyncio.wait_for(received.wait(), SECONDS)
        await chat.end_chat()
        async for event in events:
            if event.name == "ended":
                break
    return simulator.chat().texts()


@needs("uvloop")
@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")  # of uvloop's own, on new versions of Python
def test_a_chat_is_held_in_uvloop(simulator: Simulator) -> None:
    import uvloop

    loop = uvloop.new_event_loop()
    try:
        assert loop.run_until_complete(hold_a_chat(simulator)) == ["hello"]
    finally:
        loop.close()


def test_a_chat_is_held_in_anyio_with_asyncio(simulator: Simulator) -> None:
    import anyio

    async def main() -> list[str]:
        said: list[str] = []
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0)
            said = await hold_a_chat(simulator)
        return said

    assert anyio.run(main, backend="asyncio") == ["hello"]


@pytest.mark.parametrize("wait", ["command", "stream", "wait_for", "promise"])
def test_a_scope_of_anyio_cancels_what_waits(simulator: Simulator, wait: str) -> None:
    """A scope cancels again and again, until the task has left it."""
    import anyio

    simulator.faults.slow_reply(60, "requestChat")

    async def main() -> tuple[bool, bool]:
        async with webchat.aio.Chat(simulator.config(ajaxTimeout=60000)) as chat:
            bus = webchat.bus.Bus(chat)

            async def take() -> None:
                async for _ in chat.events():
                    pass

            waits: dict[str, Callable[[], Any]] = {
                "command": partial(chat.start_chat, nickname="Jo"),
                "stream": take,
                "wait_for": partial(chat.wait_for, "agentConnected"),
                "promise": lambda: bus.command("WebChatService.startChat"),
            }
            with anyio.move_on_after(0.05) as scope:
                await waits[wait]()
            with anyio.fail_after(SECONDS):
                return scope.cancelled_caught, wait == "promise" or await chat.verify_session()

    is_cancelled, has_session = anyio.run(main)
    assert is_cancelled and has_session is (wait == "promise")


@needs("trio")
def test_a_chat_is_held_in_trio_by_its_threads(simulator: Simulator) -> None:
    """As the README says it: what waits does so in threads of trio's."""
    import trio

    said: list[str] = []

    async def main() -> None:
        with webchat.Chat(simulator.config()) as chat:
            sends, receives = trio.open_memory_channel[webchat.Event](1000)
            token = trio.lowlevel.current_trio_token()
            chat.on("messageReceived", lambda event: token.run_sync_soon(sends.send_nowait, event))
            await trio.to_thread.run_sync(partial(chat.start_chat, nickname="Jo"))
            await trio.to_thread.run_sync(chat.send_message, "hello")
            with trio.fail_after(SECONDS):
                async for event in receives:
                    said.extend(message.text for message in event.messages if message.text)
                    if said:
                        break
            with trio.move_on_after(0.05) as scope:
                await trio.to_thread.run_sync(partial(chat.wait_for, "agentConnected"), abandon_on_cancel=True)
            assert scope.cancelled_caught

    trio.run(main)
    assert said == ["hello"]


@needs("trio")
def test_the_chat_for_asyncio_says_that_trio_is_not_asyncio() -> None:
    import trio

    async def main() -> None:
        with pytest.raises(RuntimeError, match="no running event loop"):
            webchat.aio.Chat()

    trio.run(main)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_that_are_started_anew_have_chats(simulator: Simulator, tmp_path: Path, method: str) -> None:
    """From a program that has used the library; what is not bound to it goes there and back: configurations, events, errors."""
    program = f"""
        import multiprocessing, webchat

        def work(config, number):
            with webchat.Chat(config) as chat:
                chat.start_chat(nickname=f"Jo {{number}}")
                chat.send_message(f"I am {{number}}")
                try: chat.start_chat()
                except webchat.SessionActiveError as error: return number, error, chat.get_transcript()

        if __name__ == "__main__":
            config = {simulator.config()!r}
            chat = webchat.Chat(config)
            chat.start_chat(nickname="parent")
            with multiprocessing.get_context("{method}").Pool(2) as pool:
                for number, error, transcript in pool.starmap(work, [(config, number) for number in range(4)]):
                    print(number, error, type(transcript).__name__)
            print(chat.send_message("still here").delivery)
            chat.close()
    """
    script = tmp_path / "program.py"
    script.write_text(textwrap.dedent(program))
    lines = programs.run_file(script).splitlines()
    assert lines == [*(f"{number} There is already an active chat session Transcript" for number in range(4)), "sent"]
    assert len(simulator.chats()) == 5
