"""Programs that tests run in processes of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

SECONDS = 40
"""How long a program may take."""


def source(program: str, config: dict[str, Any], first: str = "import webchat, webchat.aio") -> str:
    """A program's text: ``first``, the modules that tests use, ``CONFIG``, then ``program``."""
    modules = "asyncio, gc, os, queue, signal, sys, threading, time"
    return f"{first}\nimport {modules}\nCONFIG = {config!r}\n{textwrap.dedent(program)}"


def run(text: str, *options: str) -> str:
    """Runs a program; returns what it printed. It has to end well, and to say nothing else."""
    return _run(*options, "-c", text)


def run_file(program: Path) -> str:
    """The same for a program in a file."""
    return _run(str(program))


def _run(*arguments: str) -> str:
    command = [sys.executable, "-W", "error", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0 and done.stderr == "", f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
