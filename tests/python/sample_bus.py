"""An extension of the widget bus as its author would port it; type checkers find nothing wrong with it."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=error

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Optional, Union

import webchat
import webchat.aio
from typing_extensions import assert_type
from webchat.bus import Bus, Deferred, Envelope, Invocation, Plugin, Promise, Rejected


class Counter:
    """Counts what is said, and has a command that tells how much that was."""

    def __init__(self, bus: Bus) -> None:
        plugin = bus.registerPlugin("Counter")
        assert_type(plugin, Union[Plugin, Literal[False]])
        if not plugin:
            raise RuntimeError("there is a counter already")
        self.plugin = plugin
        assert_type(plugin.subscribe("WebChatService.messageReceived", self.received), Union[str, Literal[False]])
        plugin.registerCommand("count", self.count)
        plugin.registerEvents(["counted"])
        plugin.before("WebChatService.sendMessage", polite)
        plugin.republish("ready")
        plugin.ready()
        self.messages = 0

    def received(self, e: Envelope) -> None:
        assert_type(e.publisher, str)
        assert_type(e.time, int)
        self.messages += len(e.data["messages"])
        self.plugin.publish("counted", {"messages": self.messages})

    def count(self, e: Invocation) -> None:
        assert_type(e.deferred, Deferred)
        if e.commander == "CXBus":
            e.deferred.resolve(self.messages)
        else:
            e.deferred.reject("Access denied")


def polite(options: dict[str, Any]) -> Optional[Mapping[str, Any]]:
    return {**options, "message": f"{options['message']}, please"} if options["message"] else None


def blocking() -> None:
    with Bus({"dataURL": "https://example.com/"}) as bus:
        Counter(bus)
        start = bus.command("WebChatService.startChat", {"nickname": "Jo"}).done(print).fail(print).always(lambda e: print(e))
        assert_type(start, Promise)
        assert_type(start.state(), Literal["pending", "resolved", "rejected"])
        start.then(print, print)
        try:
            print(bus.command("Counter.count").result(10))
        except Rejected as error:
            print(error.value)
        assert_type(bus.data("WebChatService.sessionActive"), Any)
        assert_type(bus.registry(), dict[str, dict[str, list[str]]])
    Bus(webchat.Chat())


async def awaiting() -> None:
    async with webchat.aio.Chat({"dataURL": "https://example.com/"}) as chat:
        bus = Bus(chat)

        async def started(e: Envelope) -> None:
            await bus.command("WebChatService.sendMessage", {"message": "Hello"})

        bus.subscribe("WebChatService.started", started)
        await bus.command("WebChatService.startChat", {"nickname": "Jo"})


def mistakes(bus: Bus) -> None:
    bus.command("WebChatService.sendMessage", 3)  # type: ignore[arg-type]
    bus.subscribe("WebChatService.ended", 3)  # type: ignore[arg-type]
    bus.dance()  # type: ignore[attr-defined]
    Bus(3)  # type: ignore[arg-type]
