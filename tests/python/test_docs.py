"""Everything public has a docstring, and the examples in them run: against a simulated server with an agent."""

from __future__ import annotations

import asyncio
import doctest
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
import webchat
import webchat.aio
import webchat.bus
from simulator import Simulator

PUBLIC: dict[str, Any] = {name: getattr(webchat, name) for name in webchat.__all__ if not name.startswith("_")}
PUBLIC.update({f"aio.{name}": getattr(webchat.aio, name) for name in webchat.aio.__all__})
PUBLIC.update({f"bus.{name}": getattr(webchat.bus, name) for name in webchat.bus.__all__})


def examples() -> Iterator[doctest.DocTest]:
    """Those of public classes, and of the private ones that they inherit from."""
    found: dict[int, doctest.DocTest] = {}
    finder = doctest.DocTestFinder(exclude_empty=True, recurse=True)
    for name, public in PUBLIC.items():
        for kind in public.__mro__ if isinstance(public, type) else ():
            if kind.__module__.startswith("webchat"):
                for test in finder.find(kind, f"{name}:{kind.__name__}", module=False):
                    if test.examples:
                        found.setdefault(hash((test.docstring, test.lineno)), test)
    return iter(found.values())


@pytest.mark.parametrize("test", [pytest.param(test, id=test.name) for test in examples()])
def test_the_examples_run(test: doctest.DocTest) -> None:
    simulator = Simulator("--script", "demo", "--join-after", "0", "--typing", "0")
    try:
        config = simulator.config()
        with webchat.Chat(config) as chat:
            test.globs.update(webchat=webchat, asyncio=asyncio, chat=chat, config=config)
            if test.name.startswith("bus."):
                test.globs["bus"] = webchat.bus.Bus(chat)
            told: list[str] = []
            doctest.DocTestRunner().run(test, out=told.append)
            assert not told, "".join(told)
    finally:
        simulator.stop()


def test_there_are_examples() -> None:
    names = {test.name.rpartition(".")[2] for test in examples()}
    assert {"wait_for", "on", "off"} <= names and len(list(examples())) > 12


def undocumented(name: str, public: Any) -> Iterator[str]:
    if not inspect.getdoc(public):
        yield name
    for member, value in inspect.getmembers(public) if isinstance(public, type) else ():
        is_own = callable(value) or isinstance(value, property)
        if is_own and not member.startswith("_") and not inspect.getdoc(getattr(public, member)):
            yield f"{name}.{member}"


def test_everything_public_has_a_docstring() -> None:
    ours = {name: public for name, public in PUBLIC.items() if isinstance(public, type) and public.__module__.startswith("webchat")}
    assert len(ours) > 60
    assert [missing for name, public in ours.items() for missing in undocumented(name, public)] == []
