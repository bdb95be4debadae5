"""The widget bus: events, values and what goes wrong (webchatservice.md, 2)."""

from __future__ import annotations

import gc
import pickle
import threading
import weakref
from functools import partial
from typing import Any

import programs
import pytest
import webchat
import webchat.bus
from conftest import Calls, Face
from webchat.testing import Simulator
from test_bus import opened, plugin
from webchat.bus import Bus, Envelope, Invocation


async def settle(bus: Bus) -> None:
    """Comes back when everything has been delivered that was published before."""
    if not bus.registry().get("Settling"):
        plugin(bus, "Settling", settle=lambda e: e.deferred.resolve()).ready()
    await bus.command("Settling.settle")


async def test_envelopes_have_the_shape_of_the_bus(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        demo = plugin(bus, "Demo")
        told, other = Calls(), Calls()
        bus.subscribe("Demo.opened", told)
        bus.subscribe("WebChatService.started", other)
        demo.publish("opened", {"by": "Jo"})
        demo.publish("opened")
        first, second = await told.next(), await told.next()
        assert (first.publisher, first.event, first.data) == ("Demo", "opened", {"by": "Jo"})
        assert second.data == {} and first.time <= second.time and first.time > 1e12
        await bus.command("WebChatService.startChat", {"nickname": "Jo"})
        started = await other.next()
        assert (started.publisher, started.event) == ("WebChatService", "started") and started.data["sessionID"]
        assert pickle.loads(pickle.dumps(started)) == started


async def test_the_events_of_a_chat_come_in_order(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        names: list[str] = []
        ended = Calls()
        for name in bus.registry()["WebChatService"]["events"]:
            bus.subscribe(f"WebChatService.{name}", lambda e: names.append(e.event))
        bus.subscribe("WebChatService.pollingStopped", ended)
        await bus.command("WebChatService.startChat", {"nickname": "Jo"})
        await bus.command("WebChatService.endChat")
        await ended.next()
        await settle(bus)
        assert [name for name in names if name in ("ready", "started", "pollingStarted", "ended")] == ["ready", "started", "pollingStarted", "ended"]


async def test_subscribers_are_called_later_in_order_with_exact_names(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        demo = plugin(bus, "Demo")
        seen: list[Any] = []

        def note(number: int, e: Envelope) -> None:
            seen.append((number, e.data["n"]))

        for number in range(3):
            bus.subscribe("Demo.test", partial(note, number))
        for name in ("Demo", "Demo.*", "test", "Demo.tes", "demo.test", "*"):
            bus.subscribe(name, lambda e: seen.append("never"))
        for n in range(3):
            demo.publish("test", {"n": n})
        assert not seen or face.name == "sync", "it was called inside the call"
        await settle(bus)
        assert seen == [(number, n) for n in range(3) for number in range(3)]


async def test_a_plugin_may_publish_before_anybody_has_heard_of_it(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        told = Calls()
        assert bus.subscribe("Later.event", told) == "Later.event"
        assert bus.subscribe("Later.event") is False
        plugin(bus, "Later").publish("event", 5)
        assert (await told.next()).data == 5
        with pytest.raises(webchat.InvalidArgumentError):
            bus.subscribe("Later.event", 5)  # type: ignore[arg-type]


async def test_what_is_republished_stays(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        demo = plugin(bus, "Demo")
        seen: list[Any] = []
        bus.subscribe("Demo.ready", lambda e: seen.append(("early", e.data)))
        demo.publish("ready", 0)
        demo.republish("ready", 1)
        bus.subscribe("Demo.ready", lambda e: seen.append(("between", e.data)))
        demo.republish("ready", 2)
        bus.subscribe("Demo.ready", lambda e: seen.append(("late", e.data)))
        demo.publish("other", 3)
        bus.subscribe("Demo.other", lambda e: seen.append("never"))
        await settle(bus)
        assert seen == [("early", 0), ("early", 1), ("between", 1), ("early", 2), ("between", 2), ("late", 2)]


async def test_ready_is_sticky_and_nothing_else_of_a_chat(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        early, late = Calls(), Calls()
        bus.subscribe("WebChatService.ready", early)
        assert (await early.next()).data == {}
        await bus.command("WebChatService.startChat", {"nickname": "Jo"})
        seen: list[str] = []
        bus.subscribe("WebChatService.started", lambda e: seen.append(e.event))
        bus.subscribe("WebChatService.ready", late)
        assert (await late.next()).event == "ready"
        await settle(bus)
        assert seen == []


async def test_a_late_subscriber_misses_nothing_before_the_first_command(face: Face, simulator: Simulator) -> None:
    """The restored messages of a stored session above all."""

    class Store:
        def __init__(self) -> None:
            self.kept: dict[str, str] = {}

        def load(self) -> dict[str, str]:
            return self.kept

        def apply(self, changes: dict[str, Any]) -> None:
            for key, value in changes.items():
                if value is None:
                    self.kept.pop(key, None)
                else:
                    self.kept[key] = value

    store = Store()
    async with face.started(simulator, store=store) as chat:
        await face(chat.send_message("before"))
    async with face.open(simulator.config(), store=store) as chat:
        bus = Bus(chat)
        first, second = Calls(), Calls()
        bus.subscribe("WebChatService.restored", first)
        await first.next()
        bus.subscribe("WebChatService.messageReceived", second)
        assert [each["text"] for each in (await second.next()).data["messages"] if "text" in each] == ["before"]
        assert bus.data("WebChatService.sessionActive") is True
        bus.close()


async def test_unsubscribing_takes_off_all_of_a_plugin(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        demo, other = plugin(bus, "Demo"), plugin(bus, "Other")
        seen: list[str] = []
        for name in ("Demo.test", "WebChatService.started"):
            other.subscribe(name, lambda e: seen.append("never"))
            other.subscribe(name, lambda e: seen.append("never"))
            bus.subscribe(name, lambda e: seen.append(e.event))
        assert demo.subscribers() == {"Demo.test": ["Other", "Other", "CXBus"]}
        assert [other.unsubscribe(name) for name in ("Demo.test", "WebChatService.started", "Demo.test")] == [True, True, False]
        assert demo.subscribers() == {"Demo.test": ["CXBus"]}
        demo.publish("test")
        await bus.command("WebChatService.startChat", {"nickname": "Jo"})
        await settle(bus)
        assert seen == ["test", "started"]


async def test_who_is_taken_off_is_not_called_with_what_waits(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        demo, other = plugin(bus, "Demo"), plugin(bus, "Other")
        seen: list[str] = []
        bus.subscribe("Demo.test", lambda e: other.unsubscribe("Demo.test"))
        other.subscribe("Demo.test", lambda e: seen.append("never"))
        demo.publish("test")
        await settle(bus)
        assert seen == []


async def test_an_event_may_be_published_without_the_plugins_name(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        told = Calls()
        for name in ("WebChat.opened", "plain", "WebChatService.ended"):
            bus.subscribe(name, told)
            plugin(bus, f"Demo{len(name)}").publishDirect(name, {"n": 1})
            envelope = await told.next()
            assert (envelope.publisher, envelope.event, envelope.data) == (f"Demo{len(name)}", name, {"n": 1})


@pytest.mark.parametrize("number", [0, 1])
async def test_an_exception_of_one_keeps_no_other_from_being_called(number: int, simulator: Simulator, unraisable: list[Any]) -> None:
    def bad(_: Any) -> None:
        raise LookupError("mine")

    face = Face(["sync", "aio"][number])
    async with opened(face, simulator) as bus:
        if face.name == "aio":
            bus.chat._loop.set_exception_handler(lambda _, context: unraisable.append(context["exception"]))
        seen: list[str] = []
        demo = plugin(bus, "Demo", bad=bad, good=lambda e: e.deferred.resolve("value"))
        demo.ready()
        for name in ("Demo.test", "WebChatService.started"):
            bus.subscribe(name, bad)
            bus.subscribe(name, lambda e: seen.append(e.event))
        demo.publish("test")
        promise = bus.command("Demo.good").done(bad, seen.append).always(bad, seen.append)
        assert await promise == "value"
        with pytest.raises(LookupError):
            await bus.command("Demo.bad")
        bus.before("Demo.good", bad)
        with pytest.raises(webchat.CancelledError):
            await bus.command("Demo.good")
        await bus.command("WebChatService.startChat", {"nickname": "Jo"})
        await settle(bus)
        assert seen == ["test", "value", "value", "started"]
        assert [type(each) for each in unraisable] == [LookupError] * 6


async def test_values_are_published_when_they_change(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        demo = plugin(bus, "Demo")
        seen: list[Any] = []

        def note(name: str, e: Envelope) -> None:
            seen.append((name, e.data["last"], e.data["value"], e.data["time"] > 1e12))

        for name in ("data", "data.open", "data.open:true", "data.open:false", "data.open:5", "data.open:None"):
            bus.subscribe(f"Demo.{name}", partial(note, name))
        assert demo.data("open") is None
        for value in (True, True, False, 5, None):
            assert demo.data("open", value) == value
        await settle(bus)
        changes = [(None, True, "true"), (True, False, "false"), (False, 5, "5"), (5, None, "")]
        assert seen == [
            (name, last, value, True)
            for last, value, text in changes
            for name in ("data", "data.open", *([f"data.open:{text}"] if text else []))
        ]
        demo.data("open", {"a": 1})
        assert bus.data("Demo.open") == {"a": 1} and bus.data("Demo.none") is None and demo.data("Demo.open", 6) == 6
        with pytest.raises(webchat.InvalidArgumentError, match="its own plugin"):
            bus.data("Demo.open", 7)


async def test_a_chat_has_values_on_the_bus(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        changed, typing = Calls(), Calls()
        bus.subscribe("WebChatService.data.sessionActive", lambda e: changed(e.data["value"]))
        bus.subscribe("WebChatService.data.agentTyping:true", typing)
        seen: list[Any] = []
        bus.subscribe("WebChatService.started", lambda e: seen.append(bus.data("WebChatService.sessionActive")))
        names = ("sessionActive", "agentTyping", "sleeping")
        assert [bus.data(f"WebChatService.{name}") for name in names] == [False] * 3
        await bus.command("WebChatService.startChat", {"nickname": "Jo"})
        assert await changed.next() is True and seen == [True]
        kim = simulator.chat().agent("Kim")
        kim.type()
        assert (await typing.next()).data["last"] is False
        await bus.command("WebChatService.endChat")
        assert await changed.next() is False
        assert [bus.data(f"WebChatService.{name}") for name in names] == [False] * 3


async def test_the_registry_says_what_there_is(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        demo = plugin(bus, "Demo", open=lambda e: None, close=lambda e: None)
        assert demo.registerEvents(["opened", "closed"]) and demo.registerEvents(["opened"])
        assert demo.registerCommand("bad", 5) is False  # type: ignore[arg-type]
        registry = bus.registry()
        assert list(registry) == ["WebChatService", "CXBus", "Demo"]
        assert registry["Demo"] == {"commands": ["open", "close"], "events": ["opened", "closed"]}
        assert {"startChat", "poll"} <= set(registry["WebChatService"]["commands"])
        assert len(registry["WebChatService"]["events"]) == 30
        assert (demo.namespace(), bus.namespace()) == ("Demo", "CXBus")


async def test_a_name_that_a_chat_does_not_publish_is_logged(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    with Bus(simulator.config()) as bus:
        for name in ("ended", "data.sessionActive", "sleepin"):
            bus.subscribe(f"WebChatService.{name}", print)
    assert [record.getMessage() for record in caplog.records if record.name == "webchat.bus"] == [
        "CXBus has subscribed to 'WebChatService.sleepin', which nobody publishes"
    ]


async def test_handlers_run_where_those_of_the_chat_do(face: Face, simulator: Simulator) -> None:
    async with opened(face, simulator) as bus:
        told = Calls()

        def carry_out(e: Invocation) -> None:
            told()
            e.deferred.resolve()

        def look(options: dict[str, Any]) -> dict[str, Any]:
            told()
            return options

        demo = plugin(bus, "Demo", run=carry_out)
        demo.ready()
        bus.chat.on("ready", lambda event: told())
        bus.subscribe("WebChatService.ready", lambda e: told())
        bus.subscribe("Demo.test", lambda e: told())
        bus.before("Demo.run", look)
        threads = [threading.Thread(target=demo.publish, args=("test",)), threading.Thread(target=bus.command, args=("Demo.run",))]
        for thread in threads:
            thread.start()
        for _ in range(5):
            await told.next()
        for thread in threads:
            thread.join()
        assert len(told.threads) == 1


def test_a_bus_that_nobody_has_is_collected(simulator: Simulator) -> None:
    bus = Bus(simulator.config())
    bus.subscribe("WebChatService.started", lambda e: bus)
    plugin(bus, "Demo", run=lambda e: e.deferred.resolve()).ready()
    bus.command("Demo.run").result(20)
    gone, chat = weakref.ref(bus), weakref.ref(bus.chat)
    del bus
    for _ in range(100):
        gc.collect()
        if gone() is None and chat() is None:
            return
        threading.Event().wait(0.05)  # the thread of handlers lets go of its last call
    pytest.fail("something keeps it")


def test_a_forked_process_is_told(simulator: Simulator) -> None:
    program = """
        bus = webchat.bus.Bus(CONFIG)
        demo = bus.registerPlugin("Demo")
        bus.command("WebChatService.startChat", {"nickname": "Jo"}).result(20)
        pid = os.fork()
        if pid == 0:
            signal.alarm(20)
            for call in (lambda: bus.command("WebChatService.getStats"), lambda: bus.subscribe("Demo.x", print), lambda: demo.publish("x"),
                         lambda: bus.registerPlugin("Other"), demo.ready, lambda: demo.data("x", 1), webchat.bus.Bus):
                try: call()
                except webchat.UnsupportedError as error: assert "forked" in str(error)
                else: os._exit(1)
            bus.close()
            os._exit(0)
        print(os.waitpid(pid, 0)[1], bus.command("WebChatService.getAgents").result(20))
        bus.close()
    """
    text = programs.source(program, simulator.config(), "import webchat, webchat.bus")
    assert programs.run(text, "-W", "ignore") == "0 {'agents': {}}\n"


def test_envelopes_can_be_made() -> None:
    assert Envelope(1, "Demo", "test", {}) == Envelope(time=1, publisher="Demo", event="test", data={})
