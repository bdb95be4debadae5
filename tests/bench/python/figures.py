"""Python's figures beside its peers: ``figures.py REST COMETD ANSWERS [NAME...]``, with the configurations of a chat over GMS REST, of one over CometD, and of
one over REST with a server that only answers.
Started by the figures of the other languages, whose program runs the server."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import aiohttp
import server
import webchat
import webchat.aio
from by_hand import BareChat
from turns import Contender, Took, report, take_turns

CHATS = 64
MESSAGES = 10_000
STARTS = 20


async def send(config: dict[str, Any]) -> None:
    """One message after the other: a task waits for the outcome of each."""
    async with aiohttp.ClientSession() as session, webchat.aio.Chat(config) as chat:
        await _begin(chat)
        bare = await BareChat.start(session, config["dataURL"])

        async def ours(times: int) -> None:
            for _ in range(times):
                await chat.send_message("hello")

        async def by_hand(times: int) -> None:
            for _ in range(times):
                await bare.send("hello")

        contenders: list[Contender] = [("webchat.aio send_message", ours), ("aiohttp by hand", by_hand)]
        medians = await take_turns(contenders, 40, 100)
        report("Python, asyncio: sendMessage, one at a time (goal: at most 0.60 x)", "a message", contenders, medians)


async def at_once(config: dict[str, Any]) -> None:
    """Many chats at once, each with one message under way."""
    async with aiohttp.ClientSession() as session:
        chats = [webchat.aio.Chat(config) for _ in range(CHATS)]
        await asyncio.gather(*map(_begin, chats))
        bare = [await BareChat.start(session, config["dataURL"]) for _ in chats]

        async def ours(times: int) -> None:
            for _ in range(times):
                await asyncio.gather(*(chat.send_message("hello") for chat in chats))

        async def by_hand(times: int) -> None:
            for _ in range(times):
                await asyncio.gather(*(each.send("hello") for each in bare))

        contenders: list[Contender] = [("webchat.aio send_message", ours), ("aiohttp by hand", by_hand)]
        medians = await take_turns(contenders, 30, 10)
        report(f"Python, asyncio: sendMessage, {CHATS} chats at once (goal: at most 0.20 x)", "a round of all chats", contenders, medians)
        await asyncio.gather(*(chat.close() for chat in chats))


async def _begin(chat: webchat.aio.Chat) -> None:
    """Starts a chat that does nothing by itself. As the library knows after two polls, this server keeps connections."""
    await chat.start_chat(firstname="Mia", lastname="Lund")
    await chat.wait_for("clientConnected")
    await chat.stop_poll()
    for _ in range(2):
        await chat.command("poll", {"commander": "WebChatService"})


class Counting:
    """A handler that looks at every message, as one does that shows them."""

    def __init__(self) -> None:
        self.left = 0
        self.all_came: Callable[[], object] = lambda: None

    def __call__(self, event: webchat.MessageReceived) -> None:
        for message in event.messages:
            if message.text == "hello" and message.sender.is_agent:
                self.left -= 1
                if self.left == 0:
                    self.all_came()


async def events(title: str, config: dict[str, Any]) -> None:
    """Messages into a handler, as they come. What counts is the processor time that all threads of the process take: the server has another."""
    async with webchat.aio.Chat(config) as chat:
        counting = Counting()
        chat.on("messageReceived", counting)
        await chat.start_chat(firstname="Mia", lastname="Lund")
        rates = []
        for _ in range(6):
            came = asyncio.Event()
            counting.left, counting.all_came = MESSAGES, came.set
            working = time.process_time()
            await asyncio.get_running_loop().run_in_executor(None, server.say, MESSAGES)
            await came.wait()
            rates.append(MESSAGES / (time.process_time() - working))
        print(f"\n{title} (goal: 200,000)")
        print(f"  {'messages a second of processor':<34} {median(rates[1:]):>12,.0f}")


def imports() -> None:
    """Importing the module: the least of several, beside an interpreter that does nothing."""

    def least(program: str) -> Took:
        took = []
        for _ in range(STARTS):
            begin, working = time.perf_counter(), _of_children()
            subprocess.run([sys.executable, "-c", program], check=True)
            took.append((time.perf_counter() - begin, _of_children() - working))
        return min(clock for clock, _ in took), min(work for _, work in took)

    nothing, module = least("pass"), least("import webchat")
    own = module[0] - nothing[0], module[1] - nothing[1]
    print(f"\nimport webchat, the least of {STARTS} (goal: under 30 ms)")
    for name, (clock, work) in (("an interpreter that does nothing", nothing), ("with the module", module), ("the module", own)):
        print(f"  {name:<34} {clock * 1e3:>9.1f} ms   processor {work * 1e3:>9.1f} ms")


def _of_children() -> float:
    """The time on a processor of all that this process has started and that has ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(rest: str, cometd: str, answers: str, *wanted: str) -> None:
    polled, pushed, answering = map(json.loads, (rest, cometd, answers))
    figures: dict[str, Callable[[], None]] = {
        "send": lambda: asyncio.run(send(answering)),
        "at-once": lambda: asyncio.run(at_once(answering)),
        "polled": lambda: asyncio.run(events("Python, a handler: many messages in an event, polled", polled)),
        "pushed": lambda: asyncio.run(events("Python, a handler: a message in an event, pushed", pushed)),
        "import": imports,
    }
    for name in wanted or figures:
        figures[name]()


if __name__ == "__main__":
    main(*sys.argv[1:])
