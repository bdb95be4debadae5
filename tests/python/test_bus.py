"""The widget bus: commands, promises and plugins (webchatservice.md, 2)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import webchat
import webchat.bus
from conftest import SECONDS, Calls, Face
from webchat.testing import Simulator
from webchat.bus import Bus, Invocation, Plugin

NO_FILTERS = "Missing or invalid filters provided. Please provide a regular expression or an array of regular expressions."
NO_PLUGIN = "Could not load plugin file in given location. Check your plugins path option."


@asynccontextmanager
async def opened(face: Face, simulator: Simulator) -> AsyncIterator[Bus]:
    async with face.open(simulator.config()) as chat:
        bus = Bus(chat)
        yield bus
        bus.close()


def plugin(bus: Bus, name: str, **commands: Any) -> Plugin:
    made = bus.registerPlugin(name)
    assert made
    for command, function in commands.items():
        assert made.registerCommand(command, function)
    return made


def gated(bus: Bus) -> None:
    """With a command that waits for another."""
    gate: list[Invocation] = []

    def let_through(e: Invocation) -> None:
        gate.pop().deferred.resolve("v")
        e.deferred.resolve()

    plugin(bus, "Demo", wait=gate.append, open=let_through).ready()


async def test_a_chat_is_held_over_the_bus(face: Face, simulator: Simulator) -> None:
    told = Calls()
    async with opened(face, simulator) as bus:
        chat = "WebChatService"
        assert bus.subscribe(f"{chat}.started", lambda e: told(e.event)) == f"{chat}.started"
        start = bus.command(f"{chat}.startChat", {"nickname": "Jo", "userData": {"a": 1}})
        start.done(lambda e: told(("done", e["statusCode"]))).fail(told).always(lambda e: told("always"))
        assert [await told.next() for _ in range(3)] == ["started", ("done", 0), "always"]
        answer = await start
        assert answer["statusCode"] == 0 and start.state() == "resolved"
        assert (await bus.command(f"{chat}.sendMessage", {"message": "Hello"}))["statusCode"] == 0
        assert simulator.chat().texts() == ["Hello"]
        assert simulator.chat().state().user_data["a"] == "1"
        transcript = await bus.command(f"{chat}.getTranscript")
        assert {"messages", "originalMessages"} <= set(transcript)
        await bus.command(f"{chat}.endChat")
        assert await bus.command(f"{chat}.verifySession") == {"sessionActive": False}


async def test_a_rejection_is_what_the_specification_says(face: Face, simulator: Simulator) -> None:
    told = Calls()
    async with opened(face, simulator) as bus:
        refused: list[tuple[str, dict[str, Any], str]] = [
            ("sendMessage", {"message": "no chat"}, "There is no active chat session"),
            ("addPrefilter", {"filters": 3}, NO_FILTERS),
            ("dance", {}, "Command does not exist"),
            ("registerPreProcessor", {"preprocessor": 3}, "No preprocessor function provided. Type provided was 'number'."),
            # Nobody on the bus is the service.
            ("poll", {"commander": "WebChatService"}, "Access Denied to private command. Only WebChatService is allowed to invoke this command."),
            ("restore", {}, "Access Denied to private command. Only WebChatService is allowed to invoke this command in Non-Async mode."),
        ]
        for name, options, text in refused:
            promise = bus.command(f"WebChatService.{name}", options).done(told).fail(told)
            assert await told.next() == text
            with pytest.raises(webchat.Error) as raised:
                await promise
            assert raised.value.message == text and promise.state() == "rejected"
        simulator.faults.status(503, "requestChat")
        bus.command("WebChatService.startChat").fail(told)
        assert (await told.next())["status"] == 503


async def test_what_is_no_option_of_a_command_rejects_it(face: Face, simulator: Simulator) -> None:
    options: Any = ["Hello"]
    async with opened(face, simulator) as bus:
        with pytest.raises(webchat.InvalidArgumentError, match="options have to be a mapping, not list"):
            await bus.command("WebChatService.sendMessage", options)
        with pytest.raises(webchat.InvalidArgumentError, match="surrogate"):
            await bus.command("WebChatService.sendMessage", {"message": "\ud800"})


async def test_callables_are_options(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:

        def shout(message: dict[str, Any]) -> dict[str, Any]:
            return {**message, "text": (message.get("text") or "").upper()}

        assert await bus.command("WebChatService.registerPreProcessor", {"preprocessor": shout}) is shout
        received = Calls()
        bus.subscribe("WebChatService.messageReceived", lambda e: received([each["text"] for each in e.data["messages"]]))
        await bus.command("WebChatService.startChat", {"nickname": "Jo"})
        await bus.command("WebChatService.sendMessage", {"message": "hello"})
        while "HELLO" not in await received.next():
            pass


async def test_commands_run_later_in_order_and_one_at_a_time(face: Face, simulator: Simulator) -> None:
    told = Calls()
    async with opened(face, simulator) as bus:
        seen: list[Any] = []

        def carry_out(e: Invocation) -> None:
            seen.append(e.data["number"])
            if e.data["number"] == 0:
                bus.command("Demo.run", {"number": 100}).always(told)
                assert seen == [0], "it ran inside the call"
            e.deferred.resolve(e.data["number"])

        demo = plugin(bus, "Demo", run=carry_out)
        demo.ready()
        promises = [bus.command("Demo.run", {"number": number}) for number in range(50)]
        assert [await promise for promise in promises] == list(range(50))
        assert await told.next() == 100 and sorted(seen) == [*range(50), 100]
        assert [number for number in seen if number < 100] == list(range(50))


async def test_the_function_of_a_command_is_told_who_gave_it(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        demo = plugin(bus, "Demo", tell=lambda e: e.deferred.resolve((e.commander, e.command, e.data, e.time > 1e12)))
        other = plugin(bus, "Other")
        demo.ready()
        assert await bus.command("Demo.tell") == ("CXBus", "tell", {}, True)
        assert await other.command("Demo.tell", {"a": 1}) == ("Other", "tell", {"a": 1}, True)
        assert await demo.command("tell") == ("Demo", "tell", {}, True)


async def test_commands_wait_until_their_plugin_is_ready(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        seen: list[int] = []

        def carry_out(e: Invocation) -> None:
            seen.append(e.data["n"])
            e.deferred.resolve()

        demo = plugin(bus, "Demo", run=carry_out)
        early = [bus.command("Demo.run", {"n": number}) for number in range(3)]
        await demo.command("run", {"n": 100})  # its own do not wait
        assert seen == [100] and [each.state() for each in early] == ["pending"] * 3
        demo.ready()
        late = bus.command("Demo.run", {"n": 3})
        await late
        assert seen == [100, 0, 1, 2, 3] and [each.state() for each in early] == ["resolved"] * 3


async def test_what_is_not_there_is_rejected(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        with pytest.raises(webchat.NotFoundError) as raised:
            await bus.command("WebChat.open")
        assert raised.value.message == NO_PLUGIN and raised.value.detail == "'WebChat'"
        plugin(bus, "Demo").ready()
        for name in ("Demo.open", "open", "Demo.", "."):
            with pytest.raises(webchat.Error, match="Command does not exist|Could not load plugin"):
                await bus.command(name)


async def test_a_name_is_taken_once(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        assert isinstance(bus.registerPlugin("Demo"), Plugin)
        assert [bus.registerPlugin(name) for name in ("Demo", "WebChatService", "CXBus")] == [False] * 3
        for name in ("", "a.b"):
            with pytest.raises(webchat.InvalidArgumentError):
                bus.registerPlugin(name)


async def test_hooks_run_in_order_and_change_the_options(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        bus.before("WebChatService.sendMessage", lambda options: {"message": options["message"] + " a"})
        bus.before("WebChatService.sendMessage", lambda options: {"message": options["message"] + " b"})
        await bus.command("WebChatService.startChat", {"nickname": "Jo"})
        await bus.command("WebChatService.sendMessage", {"message": "Hello"})
        assert simulator.chat().texts() == ["Hello a b"]


@pytest.mark.parametrize("answer", [False, None, "", "text", 1, ["list"]])
async def test_a_hook_cancels(face: Face, simulator: Simulator, answer: Any) -> None:
    called: list[Any] = []
    async with opened(face, simulator) as bus:
        demo = plugin(bus, "Demo", run=called.append)
        demo.ready()
        bus.before("Demo.run", lambda options: answer)
        bus.before("Demo.run", lambda options: pytest.fail("the one before has cancelled it"))
        told = Calls()
        promise = bus.command("Demo.run").fail(told)
        assert await told.next() == "Command was cancelled by a 'before' function."
        with pytest.raises(webchat.CancelledError):
            await promise
        assert called == []


async def test_an_outcome_counts_once(face: Face, simulator: Simulator) -> None:
    def twice(e: Invocation) -> None:
        e.deferred.resolve(1)
        e.deferred.resolve(2)
        e.deferred.reject(3)

    async with opened(face, simulator) as bus:
        plugin(bus, "Demo", twice=twice).ready()
        told: list[Any] = []
        promise = bus.command("Demo.twice").done(told.append).fail(told.append).always(told.append)
        assert await promise == 1
        assert told == [1, 1] and promise.state() == "resolved"


async def test_callbacks_are_called_in_order_of_registration(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        gated(bus)
        seen: list[str] = []
        promise = bus.command("Demo.wait")
        promise.always(lambda e: seen.append("1")).done(lambda e: seen.append("2"), lambda e: seen.append("3"))
        promise.fail(lambda e: seen.append("never"))
        promise.then(lambda e: seen.append("4"), lambda e: seen.append("never"))
        assert promise.state() == "pending" and seen == []
        await bus.command("Demo.open")
        assert await promise == "v" and seen == ["1", "2", "3", "4"]


async def test_one_that_is_registered_after_the_outcome_is_called_at_once(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        told = Calls()

        def late(e: Invocation) -> None:
            settled.done(seen.append)
            seen.append("behind it")
            e.deferred.resolve()

        plugin(bus, "Demo", first=lambda e: e.deferred.resolve("value"), late=late).ready()
        settled = bus.command("Demo.first")
        await settled
        seen: list[Any] = []
        await bus.command("Demo.late")
        assert seen == ["value", "behind it"]
        settled.done(told)  # from wherever this is
        assert await told.next() == "value"


async def test_one_that_is_registered_by_a_callback_is_called_behind_the_others(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        plugin(bus, "Demo", run=lambda e: e.deferred.resolve()).ready()
        seen: list[int] = []
        promise = bus.command("Demo.run")

        def register(_: Any) -> None:
            promise.done(lambda e: seen.append(3))
            seen.append(1)

        promise.done(register)
        promise.done(lambda e: seen.append(2))
        await promise
        assert seen == [1, 2, 3]


async def test_a_thread_may_end_a_command(face: Face, simulator: Simulator) -> None:
    def begin(e: Invocation) -> None:
        threading.Thread(target=e.deferred.resolve, args=(threading.get_ident(),)).start()

    async with opened(face, simulator) as bus:
        plugin(bus, "Demo", run=begin).ready()
        told = Calls()
        place = await bus.command("Demo.run").done(lambda e: told(threading.get_ident()))
        assert await told.next() == place, "the callback was called elsewhere"


async def test_a_plugin_rejects_with_what_it_likes(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        plugin(bus, "Demo", refuse=lambda e: e.deferred.reject(e.data.get("with"))).ready()
        for value in ("Already opened", {"status": 1}, None):
            told = Calls()
            promise = bus.command("Demo.refuse", {"with": value}).fail(told)
            assert await told.next() == value
            with pytest.raises(webchat.bus.Rejected) as raised:
                await promise
            assert raised.value.value == value
        error = KeyError("x")
        with pytest.raises(KeyError) as key:
            await bus.command("Demo.refuse", {"with": error})
        assert key.value is error


async def test_the_end_of_the_bus_ends_its_commands(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        bus = Bus(chat)
        plugin(bus, "Demo", never=lambda e: None).ready()
        plugin(bus, "Late")
        promises = [bus.command(name) for name in ("Demo.never", "Late.run")]
        bus.close()
        promises.append(bus.command("WebChatService.getStats"))
        for promise in promises:
            with pytest.raises(webchat.ClosedError):
                await promise
        assert bus.registerPlugin("Other") is False
        assert await face(chat.verify_session()) is False, "the chat was not the bus's"


def test_a_bus_closes_the_chat_that_it_has_made(simulator: Simulator) -> None:
    with Bus(simulator.config()) as bus:
        bus.command("WebChatService.startChat", {"nickname": "Jo"}).result(SECONDS)
    with pytest.raises(webchat.ClosedError):
        bus.chat.get_stats()


def test_a_chat_may_be_configured_over_the_bus(simulator: Simulator) -> None:
    with Bus() as bus:
        stats = bus.command("WebChatService.getStats")
        bus.command("WebChatService.configure", simulator.config()).result(SECONDS)
        assert stats.result(SECONDS)["duration"] is False
        assert "already" in str(bus.command("WebChatService.configure", simulator.config()).exception(SECONDS))


def test_waiting_has_a_limit_and_a_place(simulator: Simulator) -> None:
    with Bus(simulator.config()) as bus:
        waits: list[BaseException] = []

        def wait(e: Invocation) -> None:
            try:
                bus.command("WebChatService.getStats").result()
            except webchat.WrongThreadError as error:
                waits.append(error)
            e.deferred.resolve(bus.chat.get_stats().duration)

        plugin(bus, "Demo", wait=wait, never=lambda e: None).ready()
        assert bus.command("Demo.wait").result(SECONDS) is None and len(waits) == 1
        with pytest.raises(webchat.TimeoutError, match="within 0.01 s"):
            bus.command("Demo.never").result(0.01)


async def test_coroutine_functions_are_awaited(simulator: Simulator) -> None:
    async with webchat.aio.Chat(simulator.config()) as chat:
        bus = Bus(chat)

        async def add(e: Invocation) -> None:
            agents = await bus.command("WebChatService.getAgents")
            e.deferred.resolve(e.data["a"] + len(agents["agents"]))

        async def fail(e: Invocation) -> None:
            await asyncio.sleep(0)
            raise LookupError("no")

        reported: asyncio.Queue[Any] = asyncio.Queue()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.put_nowait(context["exception"]))
        plugin(bus, "Demo", add=add, fail=fail).ready()
        done = asyncio.Event()

        async def tell(value: Any) -> None:
            await asyncio.sleep(0)
            done.set()

        assert await bus.command("Demo.add", {"a": 5}).done(tell) == 5
        await asyncio.wait_for(done.wait(), SECONDS)
        with pytest.raises(LookupError):
            await bus.command("Demo.fail")
        assert (await asyncio.wait_for(reported.get(), SECONDS)).args == ("no",) and reported.empty()


async def test_who_gives_up_awaiting_leaves_the_command_to_others(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        gated(bus)
        promise = bus.command("Demo.wait")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(promise, 0.01)
        await bus.command("Demo.open")
        assert await promise == "v"
