"""The command ``webchat`` as tests run it: in pipes, or in a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

import pyte

SECONDS = 30
"""How long anything may take."""

def environment(**variables: str) -> dict[str, str]:
    """The environment without what would configure the command."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WEBCHAT_")}
    if "WEBCHAT_SIMULATOR" in os.environ:
        kept["WEBCHAT_SIMULATOR"] = os.environ["WEBCHAT_SIMULATOR"]
    return {**kept, "TERM": "xterm", "COLUMNS": "100", **variables}


def arguments(*words: object) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "webchat", *map(str, words)]


def run(*words: object, code: int = 0, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in pipes, and looks at its exit code. A traceback is never right."""
    done = subprocess.run(
        arguments(*words), input=typed, capture_output=True, text=True, timeout=SECONDS, env=environment(**variables), check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


def start(*words: object, stdin: int = subprocess.DEVNULL, **variables: str) -> subprocess.Popen[str]:
    """Starts the command in pipes."""
    pipe, environ = subprocess.PIPE, environment(**variables)
    return subprocess.Popen(arguments(*words), stdin=stdin, stdout=pipe, stderr=pipe, text=True, env=environ)


_IN_A_TERMINAL = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


class Terminal:
    """The command in a terminal of its own, and what is to be seen there."""

    def __init__(self, *words: object, **variables: str) -> None:
        self._screen = pyte.Screen(100, 60)
        # The program asks where the cursor is, and has to be answered.
        setattr(self._screen, "write_process_input", self.type)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", self._screen.lines, self._screen.columns, 0, 0))
        command = [sys.executable, "-c", _IN_A_TERMINAL, *arguments(*words)]
        environ = environment(**variables)
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True)
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    @property
    def lines(self) -> list[str]:
        """The lines on the screen that are not empty."""
        return [line for line in map(str.rstrip, self._screen.display) if line]

    def count(self, text: str) -> int:
        return sum(line.count(text) for line in self.lines)

    def until(self, text: str, times: int = 1) -> None:
        """Waits until ``text`` is to be seen so often; 0: until it is not to be seen any more."""
        until = time.monotonic() + SECONDS
        while self.count(text) != times:
            shown = "\n".join(self.lines)
            assert self._read(until - time.monotonic()), f"{text!r} is not to be seen {times} times in:\n{shown}"

    def more(self) -> None:
        """Waits until something is shown."""
        assert self._read(SECONDS), "nothing is shown any more"

    def end(self) -> int:
        """Waits for the end of the command, and returns its exit code."""
        until = time.monotonic() + SECONDS
        while self._read(until - time.monotonic()):
            pass
        return self.process.wait(SECONDS)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], max(0, seconds))[0]:
            return False
        try:
            more = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            return False
        self._stream.feed(more)
        return bool(more)
