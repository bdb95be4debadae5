"""Where the simulator's program is found."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from webchat.testing import SimulatorError, SimulatorNotFoundError, find_simulator


def program(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A place where there is no simulator."""
    monkeypatch.delenv("WEBCHAT_SIMULATOR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setitem(sys.modules, "webchat_simulator", None)
    return tmp_path


def test_that_of_the_variable_goes_before_the_package_and_that_before_the_path(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path = program(nowhere / "bin" / "webchat-simulator")
    assert find_simulator() == on_path

    packaged = program(nowhere / "package" / "webchat-simulator")
    package = ModuleType("webchat_simulator")
    monkeypatch.setattr(package, "program", lambda: packaged, raising=False)
    monkeypatch.setitem(sys.modules, "webchat_simulator", package)
    assert find_simulator() == packaged

    named = program(nowhere / "named")
    monkeypatch.setenv("WEBCHAT_SIMULATOR", str(named))
    assert find_simulator() == named
    monkeypatch.chdir(nowhere)
    monkeypatch.setenv("WEBCHAT_SIMULATOR", "named")
    assert find_simulator() == named


def test_where_there_is_none_the_error_says_how_to_get_it(nowhere: Path) -> None:
    program(nowhere / "bin" / "webchat-simulator", mode=0o644)
    with pytest.raises(SimulatorNotFoundError, match=r"pip install libwebchat\[testing\].*WEBCHAT_SIMULATOR") as told:
        find_simulator()
    assert isinstance(told.value, FileNotFoundError) and isinstance(told.value, SimulatorError)


def test_a_variable_that_names_no_program_is_an_error(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(nowhere / "bin" / "webchat-simulator")
    for wrong in (nowhere, nowhere / "missing", program(nowhere / "text", mode=0o644)):
        monkeypatch.setenv("WEBCHAT_SIMULATOR", str(wrong))
        with pytest.raises(SimulatorNotFoundError, match="WEBCHAT_SIMULATOR names"):
            find_simulator()
