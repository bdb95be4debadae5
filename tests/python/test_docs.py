"""Everything public has a docstring, and an example where it can be used; the examples run, against a simulated server with an agent."""

from __future__ import annotations

import asyncio
import contextlib
import doctest
import inspect
import queue
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any, Callable

import pytest
import webchat
import webchat.aio
import webchat.bus
from conftest import AT_ONCE, SECONDS
from webchat.testing import Simulator

PUBLIC: dict[str, Any] = {name: getattr(webchat, name) for name in webchat.__all__ if not name.startswith("_")}
PUBLIC.update({f"aio.{name}": getattr(webchat.aio, name) for name in webchat.aio.__all__})
PUBLIC.update({f"bus.{name}": getattr(webchat.bus, name) for name in webchat.bus.__all__})

OURS = {name: public for name, public in PUBLIC.items() if isinstance(public, type) and public.__module__.startswith("webchat")}

SHARED = [kind for kind in webchat.aio.Chat.__mro__ if issubclass(webchat.Chat, kind) and kind is not object]
"""What both faces of a chat are made of."""


class Example:
    """The examples of a docstring, and which face they are run with."""

    def __init__(self, test: doctest.DocTest, face: str) -> None:
        self.test, self.face = test, face

    def __str__(self) -> str:
        return f"{self.test.name} {self.face}"


def examples() -> Iterator[Example]:
    """Those of public classes, and of the private ones that they inherit from; where both faces have them, for both."""
    found: set[int] = set()
    finder = doctest.DocTestFinder(exclude_empty=True, recurse=True)
    for name, public in OURS.items():
        for kind in public.__mro__ if public.__module__.startswith("webchat") else ():
            for test in finder.find(kind, f"{name}:{kind.__name__}", module=False) if kind.__module__.startswith("webchat") else ():
                key = hash((test.docstring, test.lineno))
                if test.examples and key not in found:
                    found.add(key)
                    yield Example(test, "sync")
                    if kind in SHARED:
                        yield Example(test, "aio")


class Awaiting:
    """A chat for asyncio whose commands are awaited here: for examples of both faces."""

    def __init__(self, config: Any) -> None:
        self._calls: queue.Queue[tuple[Future[Any], Callable[[], Any]]] = queue.Queue()
        self._config = config
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()))
        self._thread.start()

    async def _work(self) -> None:
        # One task gives all commands: what it waits for begins behind them.
        async with webchat.aio.Chat(self._config) as self._chat:
            loop = asyncio.get_running_loop()
            while True:
                outcome, call = await loop.run_in_executor(None, self._calls.get)
                try:
                    value = call()
                    outcome.set_result(await value if inspect.isawaitable(value) else value)
                except GeneratorExit:
                    return
                except BaseException as error:
                    outcome.set_exception(error)

    def _do(self, call: Callable[[], Any]) -> Any:
        outcome: Future[Any] = Future()
        self._calls.put((outcome, call))
        return outcome.result(SECONDS)

    def _end(self) -> None:
        def end() -> None:
            raise GeneratorExit

        self._calls.put((Future(), end))
        self._thread.join()

    def __getattr__(self, name: str) -> Any:
        if not inspect.isroutine(getattr(webchat.aio.Chat, name)):
            return self._do(lambda: getattr(self._chat, name))
        return lambda *given, **named: self._do(lambda: getattr(self._chat, name)(*given, **named))


@contextlib.contextmanager
def chat_of(face: str, config: Any) -> Iterator[Any]:
    if face == "sync":
        with webchat.Chat(config) as chat:
            yield chat
        return
    awaiting = Awaiting(config)
    try:
        yield awaiting
    finally:
        awaiting._end()


@pytest.mark.parametrize("example", list(examples()), ids=str)
def test_the_examples_run(example: Example) -> None:
    test = example.test
    with contextlib.ExitStack() as stack:
        config = stack.enter_context(Simulator(script="demo", arguments=AT_ONCE)).config()
        chat = stack.enter_context(chat_of(example.face, config))
        test.globs = {"webchat": webchat, "asyncio": asyncio, "re": re, "Any": Any, "chat": chat, "config": config, "annotations": annotations}
        if "asynchronous" in (test.docstring or ""):
            nexus = stack.enter_context(Simulator("nexus-rest"))
            test.globs["asynchronous"] = nexus.config(transport={"async": {"enabled": True}, "maxMessagePageSize": 16})
        if test.name.startswith("bus."):
            test.globs["bus"] = webchat.bus.Bus(chat)
        told: list[str] = []
        doctest.DocTestRunner().run(test, out=told.append)
        assert not told, "".join(told)


def members(public: type) -> Iterator[tuple[str, Any]]:
    """What is public in a class, and ours."""
    for name, value in inspect.getmembers(public):
        owner = next((kind for kind in public.__mro__ if name in vars(kind)), object)
        if not name.startswith("_") and owner.__module__.startswith("webchat") and (callable(value) or isinstance(value, property)):
            yield name, value


def test_everything_public_has_a_docstring() -> None:
    assert len(OURS) > 65
    assert [name for name, public in OURS.items() if not inspect.getdoc(public)] == []
    assert [f"{name}.{member}" for name, public in OURS.items() for member, value in members(public) if not inspect.getdoc(value)] == []


def shows(public: Any) -> bool:
    return ">>> " in (inspect.getdoc(public) or "")


def test_every_class_has_an_example() -> None:
    """Its own, or that of the class which all of its kind inherit from: events, errors."""

    def is_shown(public: type) -> bool:
        return any(shows(kind) for kind in public.__mro__ if kind.__module__.startswith("webchat"))

    assert [name for name, public in OURS.items() if not is_shown(public)] == []


DOING = {"Chat", "Events", "aio.Chat", "aio.Events", "bus.Bus", "bus.Deferred", "bus.Plugin", "bus.Promise"}
"""The classes whose methods do something. What values have is shown by the values."""


def test_every_method_has_an_example() -> None:
    methods = [(f"{name}.{member}", value) for name in sorted(DOING) for member, value in members(OURS[name])]
    assert len(methods) > 100
    assert [name for name, value in methods if not shows(value)] == []
