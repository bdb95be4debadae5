"""Events: iterators, queues and handlers."""

from __future__ import annotations

import asyncio
import signal
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import webchat
import webchat.aio
from conftest import SECONDS, Calls, Face
from webchat.testing import Simulator
from test_callables import Store


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


async def restored(face: Face, simulator: Simulator, text: str) -> Any:
    """A chat that has told of a restored message, and had no command."""
    store = Store()
    async with face.started(simulator, store=store) as chat:
        await face(chat.send_message(text))
    chat = face.chat_class(simulator.config(), store=store)
    assert (await face.until_text(chat, text)).restoring is True
    return chat


async def test_who_listens_before_the_first_command_misses_nothing(face: Face, simulator: Simulator) -> None:
    every, received, late = Calls(), Calls(), Calls()
    chat = await restored(face, simulator, "before")
    chat.on(None, every)
    chat.on("messageReceived", received)
    streams = [chat.events() for _ in range(2)]
    names = ["ready", "restored", "clientConnected", "messageReceived"]
    assert [(await every.next()).name for _ in names] == names
    assert (await received.next()).messages[-1].text == "before"
    for stream in streams:
        assert [(await face(stream.next(SECONDS))).name for _ in names] == names
    await face(chat.get_agents())  # the first command: who comes after it hears of what is new alone
    chat.on("messageReceived", late)
    await face(chat.send_message("after"))
    for calls in (received, late):
        assert [message.text for message in (await calls.next()).messages] == ["after"]
    for stream in streams:
        event = await face(stream.next(SECONDS))
        while event.name != "messageReceived":
            event = await face(stream.next(SECONDS))
        assert [message.text for message in event.messages] == ["after"]
    await face(chat.close())
    assert received.arrived.empty() and late.arrived.empty()


async def test_a_handler_takes_itself_off_in_its_first_call(face: Face, simulator: Simulator) -> None:
    calls = Calls()

    def once(event: webchat.Event) -> None:
        calls(event.name, chat.off(None, once))

    chat = await restored(face, simulator, "before")
    chat.on(None, once)
    assert await calls.next() == ("ready", True)
    await face(chat.close())
    assert calls.arrived.empty()


async def test_handlers_come_and_go_in_many_threads(face: Face, simulator: Simulator) -> None:
    """None is lost: whoever was put on can be taken off."""

    def toggle(count: int) -> list[bool]:
        def handler(event: webchat.Event) -> None: ...

        gone = []
        for _ in range(count):
            chat.on("messageReceived", handler)
            gone.append(chat.off("messageReceived", handler))
        return gone

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        async with face.open(simulator.config()) as chat:
            with ThreadPoolExecutor(8) as threads:
                for gone in threads.map(toggle, [500] * 8):
                    assert all(gone)
            assert not chat.off("messageReceived")
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timers")
async def test_a_signal_handler_asks_for_events_while_its_thread_waits_for_them(simulator: Simulator) -> None:
    program = textwrap.dedent(
        f"""
        import signal, sys, webchat

        def nested(*_):
            print("inside", flush=True)
            try:
                while event := chat.next_event():
                    print(event.name, flush=True)
            except webchat.ClosedError:
                print("nested", flush=True)

        chat = webchat.Chat({simulator.config()!r})
        while (event := chat.next_event()).name != "ready":
            pass
        signal.signal(signal.SIGUSR1, nested)
        print("waiting", flush=True)
        try:
            chat.next_event()
        except webchat.ClosedError:
            print("outer", flush=True)
        """
    )
    # The command and the end come from a thread of the program, once the signal handler is waiting inside the other wait.
    closer = textwrap.dedent(
        """
        import threading, os, signal

        def act():
            sys.stdin.readline()
            os.kill(os.getpid(), signal.SIGUSR1)
            sys.stdin.readline()
            chat.start_chat(nickname="Jo")
            sys.stdin.readline()
            chat.close()

        threading.Thread(target=act, daemon=True).start()
        """
    )
    program = program.replace('print("waiting"', closer + '\nprint("waiting"', 1)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    output = process.stdout

    async def line() -> str:
        read = await asyncio.wait_for(output.readline(), SECONDS)
        return read.decode().strip()

    try:
        assert await line() == "waiting"
        process.stdin.write(b"signal\n")
        assert await line() == "inside"
        process.stdin.write(b"start\n")
        assert await line() == "started"
        process.stdin.write(b"close\n")
        seen = [await line()]
        while seen[-1] != "outer":
            seen.append(await line())
        assert seen[-2] == "nested"
        await asyncio.wait_for(process.communicate(), SECONDS)
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


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
        with pytest.raises(webchat.InvalidArgumentError, match="'messageRecieved'; did you mean 'messageReceived'"):
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


async def test_an_event_shows_no_keys(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        started = await face.until(chat, "started")
        assert repr(started) == "Started()" and started.session_data["secureKey"]
        assert started.data is started.data
        assert started.messages == ()
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
                case webchat.AgentConnected(participant=webchat.Participant("Agent", name)):
                    return name
                case webchat.MessageReceived([*_, webchat.Message(text)]):
                    return text
    """
    names: dict[str, Any] = {"webchat": webchat}
    exec(textwrap.dedent(program), names)
    with webchat.Chat(simulator.config()) as chat:
        events = chat.events()
        chat.start_chat(nickname="Jo")
        assert names["look"](next(events)) == "ready"
        assert names["look"](next(events)) == chat.get_session_data()["sessionID"]
        simulator.chat().agent("Sam")
        assert names["look"](chat.wait_for("agentConnected", timeout=SECONDS)) == "Sam"
        chat.send_message("Hello")
        assert names["look"](chat.wait_for(webchat.MessageReceived, check=names["look"], timeout=SECONDS)) == "Hello"
