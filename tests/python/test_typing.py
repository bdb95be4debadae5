"""The stubs say what the package does, and the documentation's programs run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import webchat
import webchat.aio
from conftest import AT_ONCE
from webchat.testing import Simulator

HERE = Path(__file__).parent
PACKAGE = Path(webchat.__file__).parent

SAMPLES = sorted(HERE.glob("sample_*.py"))
PYRIGHT = HERE.parent / "reference/node_modules/.bin/pyright"

mypy_runs = pytest.mark.skipif(sys.version_info < (3, 10), reason="mypy needs Python 3.10")


def run(*arguments: object, where: Path = HERE) -> None:
    done = subprocess.run([sys.executable, *map(str, arguments)], cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@mypy_runs
@pytest.mark.timeout(180)
def test_the_package_and_typed_programs_pass_mypy() -> None:
    assert (PACKAGE / "py.typed").is_file()
    run("-m", "mypy", "--cache-dir", os.devnull, "--strict", "-p", "webchat", "-p", "pytest_webchat")
    run("-m", "mypy", "--cache-dir", os.devnull, "--strict", *SAMPLES, "demo.py", *HERE.glob("test_*.py"))


@pytest.mark.skipif(not PYRIGHT.exists(), reason="pyright comes with the reference implementations: npm ci in tests/reference")
@pytest.mark.timeout(180)
def test_typed_programs_pass_pyright() -> None:
    """In its strict mode, which the programs ask for; what they ignore as a mistake is one."""
    version = "{}.{}".format(*max(sys.version_info[:2], (3, 10)))  # one that has the match statement
    command = [str(PYRIGHT), "--pythonpath", sys.executable, "--pythonversion", version, *map(str, SAMPLES)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "0 errors, 0 warnings" in done.stdout, done.stdout + done.stderr
    strict = "# pyright: strict, reportUnnecessaryTypeIgnoreComment=error"
    assert all(strict in sample.read_text() for sample in SAMPLES)


@mypy_runs
@pytest.mark.timeout(180)
def test_the_stubs_are_those_of_the_package(tmp_path: Path) -> None:
    run("-m", "mypy.stubtest", "webchat", "--allowlist", HERE / "stubtest-allowlist.txt", where=tmp_path)


def programs(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_the_readme_program_runs() -> None:
    (program,) = programs((PACKAGE.parents[1] / "README.md").read_text())
    with Simulator(script="demo", arguments=AT_ONCE) as simulator:
        program = program.replace("http://127.0.0.1:8080/genesys/2/chat/support", simulator.url())
        run("-W", "error", "-c", program)


def test_the_demo_holds_a_chat() -> None:
    with Simulator(script="demo", arguments=["--join-after", "0", "--typing", "10"]) as simulator:
        command = [sys.executable, "-W", "error", str(HERE / "demo.py"), json.dumps({"dataURL": simulator.url()})]
        lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=40, check=True).stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    assert all(len(row) == 4 and row[0].isdigit() for row in rows)
    assert {"ready", "started", "agentConnected", "messageReceived", "ended", "pollingStopped"} <= {row[1] for row in rows}
    assert [row[3] for row in rows if row[2] == "Pia" and row[3]] == [
        "Hello, I have a question about my invoice.",
        "Thank you!",
        "Goodbye.",
    ]
