"""Hosts that are no plain interpreter: sub-interpreters, programs frozen into a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import programs
import pytest
import webchat
from webchat.testing import Simulator

PACKAGES = Path(webchat.__file__).parents[1]


def test_a_sub_interpreter_is_told_that_the_module_is_not_for_it(simulator: Simulator) -> None:
    """Before and after the main one has imported it; there it works on."""
    program = """
        try: import _interpreters as interpreters
        except ImportError: import _xxsubinterpreters as interpreters
        code = f'''if True:
            import sys
            sys.path[:0] = {sys.path!r}
            try: import webchat
            except ImportError as error: text = str(error)
            else: text = "imported"
            assert "main interpreter" in text or "subinterpreters" in text, text
        '''
        def attempt():
            failed = interpreters.run_string(interpreters.create(), code)
            assert failed is None, failed
        attempt()
        import webchat
        attempt()
        with webchat.Chat(CONFIG) as chat:
            print(chat.start_chat(nickname="Jo")["statusCode"])
    """
    text = programs.source(program, simulator.config(), first="")
    assert programs.run(text, "-W", "ignore") == "0\n"


FROZEN = """
import asyncio, json, sys, webchat, webchat.aio

config = json.loads(sys.argv[1])
with webchat.Chat(config) as chat:
    chat.on("messageReceived", lambda event: None)
    chat.add_prefilter("/secret/i")
    chat.start_chat(nickname="Jo")
    chat.send_message("Hello")
try:
    webchat.Chat({"dataURL": 5})
except webchat.InvalidConfigurationError:
    pass

async def main():
    async with webchat.aio.Chat(config) as chat:
        await chat.start_chat(nickname="Jo")

asyncio.run(main())
print("well")
"""


# What each is told, and where it puts the program.
FREEZERS = {
    "PyInstaller": (["--log-level", "ERROR", "program.py"], "dist/program/program"),
    "cx_Freeze": (["build_exe", "--script", "program.py", "--build-exe", "frozen"], "frozen/program"),
    "nuitka": (["--mode=standalone", "--quiet", "--jobs=2", "program.py"], "program.dist/program.bin"),
}


@pytest.mark.parametrize(
    "freezer",
    [
        "PyInstaller",
        pytest.param("cx_Freeze", marks=pytest.mark.hosts),
        pytest.param("nuitka", marks=[pytest.mark.hosts, pytest.mark.slow]),
    ],
)
@pytest.mark.timeout(1200)
def test_a_program_may_be_frozen(simulator: Simulator, tmp_path: Path, freezer: str) -> None:
    """Without being told of modules that it could not see: none is imported by native code alone."""
    words, program = FREEZERS[freezer]
    (tmp_path / "program.py").write_text(FROZEN)
    surroundings = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(PACKAGES),
        "PYINSTALLER_CONFIG_DIR": str(tmp_path),
        "NUITKA_CACHE_DIR": str(tmp_path),
    }
    freeze = [sys.executable, "-m", freezer, *words]
    made = subprocess.run(freeze, cwd=tmp_path, env=surroundings, check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    frozen = [str(tmp_path / program), json.dumps(simulator.config())]
    done = subprocess.run(frozen, capture_output=True, text=True, timeout=programs.SECONDS, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "well\n", "")
