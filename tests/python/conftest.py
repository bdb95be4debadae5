"""Fixtures. Tests that are coroutine functions run in an event loop of their own."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import webchat
import webchat.aio
from webchat.testing import Simulator

pytest_plugins = ["pytester"]

AT_ONCE = ["--join-after", "0", "--typing", "0"]
"""Arguments of a simulator whose scripted agent takes no time."""

SECONDS = 30
"""How long anything may take."""


def find_program() -> Path:
    """The simulator's program that cargo built, which webchat.testing looks for nowhere."""
    root = Path(__file__).resolve().parents[2]
    targets = [Path(os.environ.get("CARGO_TARGET_DIR", root / "target")), root / "target"]
    for program in (target / profile / "webchat-simulator" for target in targets for profile in ("debug", "release")):
        if program.is_file():
            return program
    raise pytest.UsageError("no webchat-simulator: run 'cargo build -p webchat-simulator' or set WEBCHAT_SIMULATOR")


def pytest_configure() -> None:
    # Programs started in the background ignore Ctrl-C, and so would those that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "WEBCHAT_SIMULATOR" not in os.environ:
        os.environ["WEBCHAT_SIMULATOR"] = str(find_program())


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A server to whose chats nobody comes unless the test says so."""
    with Simulator() as running:
        yield running


@pytest.fixture
def demo() -> Iterator[Simulator]:
    """A server with an agent who comes and answers at once."""
    with Simulator(script="demo", arguments=AT_ONCE) as running:
        yield running


class Face:
    """One of the two faces, for tests that are written once: ``await face(chat.send_message(...))``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.chat_class: Any = webchat.Chat if name == "sync" else webchat.aio.Chat

    def __repr__(self) -> str:
        return self.name

    async def __call__(self, value: Any) -> Any:
        return await value if inspect.isawaitable(value) else value

    @contextlib.asynccontextmanager
    async def open(self, *arguments: Any, **options: Any) -> AsyncIterator[Any]:
        chat = self.chat_class(*arguments, **options)
        try:
            yield chat
        finally:
            await self(chat.close())

    @contextlib.asynccontextmanager
    async def started(self, simulator: Simulator, nickname: str = "Jo", config: Any = None, **options: Any) -> AsyncIterator[Any]:
        async with self.open(config or simulator.config(), **options) as chat:
            await self(chat.start_chat(nickname=nickname))
            yield chat

    async def until(self, chat: Any, name: str) -> Any:
        """The next event of the chat's queue that is called ``name``."""
        while True:
            event = await self(chat.next_event(SECONDS))
            assert event is not None, f"no event {name}"
            if event.name == name:
                return event

    async def until_file(self, chat: Any) -> Any:
        """The next message about a file."""
        while True:
            event = await self.until(chat, "messageReceived")
            for message in event.messages:
                if message.type == "FileUploaded":
                    return message

    async def until_text(self, chat: Any, text: str) -> Any:
        """The next message that is received with this text."""
        while True:
            event = await self.until(chat, "messageReceived")
            for message in event.messages:
                if message.text == text:
                    return message


@pytest.fixture(params=["sync", "aio"])
def face(request: pytest.FixtureRequest) -> Face:
    return Face(request.param)


class Calls:
    """A callable that hands what it is called with to the test, from whatever thread."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.arrived: asyncio.Queue[Any] = asyncio.Queue()
        self.threads: set[int] = set()

    def __call__(self, *arguments: Any) -> None:
        self.threads.add(threading.get_ident())
        value = arguments[0] if len(arguments) == 1 else arguments
        self.loop.call_soon_threadsafe(self.arrived.put_nowait, value)

    async def next(self) -> Any:
        return await asyncio.wait_for(self.arrived.get(), SECONDS)


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The exceptions that ``sys.unraisablehook`` was told of."""
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda it: told.append(it.exc_value))
    yield told
