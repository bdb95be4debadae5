"""The simulator's program: where it is, and a process of it."""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path

PROGRAM = "webchat-simulator"
VARIABLE = "WEBCHAT_SIMULATOR"


class SimulatorError(Exception):
    """What the simulator, or its program, refuses; the text says why."""


class SimulatorNotFoundError(SimulatorError, FileNotFoundError):
    """There is no simulator on this machine; the text says how to get it."""


def find_simulator() -> Path:
    """Returns the path of the simulator's program, without starting it.

    That is what the environment variable ``WEBCHAT_SIMULATOR`` names, or else the program in the package ``libwebchat-simulator``, or
    else ``webchat-simulator`` on the ``PATH``. Raises :class:`SimulatorNotFoundError` where there is none, and where the variable names
    no program.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not _is_program(named):
            raise SimulatorNotFoundError(f"{VARIABLE} names {named!r}, which is no program")
        return Path(named).absolute()
    found = _installed() or shutil.which(PROGRAM)
    if found is None:
        raise SimulatorNotFoundError(
            f"there is no {PROGRAM}: install it with 'pip install libwebchat[testing]', or name the program in {VARIABLE}"
        )
    return Path(found).absolute()


def _installed() -> str | None:
    """The program in the package that has it."""
    try:
        package = importlib.import_module("webchat_simulator")
    except ModuleNotFoundError:
        return None
    program = str(package.program())
    return program if _is_program(program) else None


def _is_program(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)
