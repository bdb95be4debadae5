"""Fixtures for tests of programs that chat, which pytest finds by itself. The library is loaded by the first test that uses one.

* ``webchat_simulator``: a simulated server (:class:`webchat.testing.Simulator`) of the test's own. ``@pytest.mark.webchat_simulator(script="echo")`` hands
  what it is made with.
* ``webchat_config``: a chat's configuration for it. ``@pytest.mark.webchat_back_ends("gms-rest", "nexus-rest")`` runs the test once for each of
  these back ends, for all where none is named; ``@pytest.mark.parametrize("webchat_config", ["gms-cometd"], indirect=True)`` does the same.
* ``chat``, ``aio_chat``: a chat with that configuration, not started yet, closed after the test.

A test that fails shows what the chats of these fixtures published, and what the servers that run saw.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import webchat
    import webchat.aio
    from webchat.testing import Simulator

    from ._chats import Diary

_diaries: pytest.StashKey[list[Diary]] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Makes the markers known."""
    for marker in (
        "webchat_simulator(*back_ends, **options): what the simulated server of the test is made with",
        "webchat_back_ends(*names): runs the test once for each of these back ends, or for all",
    ):
        config.addinivalue_line("markers", marker)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test once for each back end of its marker."""
    marker = metafunc.definition.get_closest_marker("webchat_back_ends")
    if marker is None:
        return
    if "webchat_config" not in metafunc.fixturenames:
        raise pytest.UsageError(f"{metafunc.definition.nodeid} has the marker webchat_back_ends, and uses neither webchat_config nor a chat")
    from webchat.testing import BACK_ENDS

    metafunc.parametrize("webchat_config", marker.args or BACK_ENDS, indirect=True)


@pytest.fixture
def webchat_simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A simulated Genesys server: its chats, agents, faults and log (webchat.testing.Simulator)."""
    from webchat.testing import Simulator

    marker = request.node.get_closest_marker("webchat_simulator")
    with Simulator(*marker.args, **marker.kwargs) if marker else Simulator() as running:
        yield running


@pytest.fixture
def webchat_config(request: pytest.FixtureRequest, webchat_simulator: Simulator) -> dict[str, Any]:
    """A chat's configuration for webchat_simulator, of the back end that the test is parametrised with."""
    return webchat_simulator.config(getattr(request, "param", None))


@pytest.fixture
def chat(request: pytest.FixtureRequest, webchat_config: dict[str, Any]) -> Iterator[webchat.Chat]:
    """A chat (webchat.Chat) with webchat_config, not started yet."""
    import webchat

    from . import _chats

    with webchat.Chat(webchat_config) as chat:
        _note(request, _chats.record(chat))
        yield chat


@pytest.fixture
def aio_chat(request: pytest.FixtureRequest, webchat_config: dict[str, Any]) -> Iterator[webchat.aio.Chat]:
    """A chat for asyncio (webchat.aio.Chat) with webchat_config, not started yet. It belongs to the event loop in which it is used first: no
    plugin need be there when it is made."""
    from . import _chats

    chat, diary = _chats.later(webchat_config)
    _note(request, diary)
    yield chat
    chat.close_at_once()


def _note(request: pytest.FixtureRequest, diary: Diary) -> None:
    request.node.stash.setdefault(_diaries, []).append(diary)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Adds to the report of a failing test what happened in chats and at servers."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    if not report.failed or "webchat.testing" not in sys.modules:
        return
    from . import _chats

    diaries = item.stash.get(_diaries, [])
    report.sections += [(f"chat {number}: events", diary.text()) for number, diary in enumerate(diaries, 1) if diary.lines]
    report.sections += [("simulated server", text) for text in _chats.reports()]
