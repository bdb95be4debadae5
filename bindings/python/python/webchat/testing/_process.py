"""A process of the simulator, which ends with the one that started it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from typing import IO, Any

from ._program import SimulatorError, find_simulator


class Process:
    """The program, from its announcement on."""

    def __init__(self, arguments: Sequence[str], timeout: float) -> None:
        command = [str(find_simulator()), "--port", "0", "--json", "--stop-at-eof", *arguments]
        # A file, not a pipe: nobody need read it for the program to go on.
        self._errors: IO[bytes] = tempfile.TemporaryFile()
        try:
            # It stops when this end of the pipe is closed, as the system does for a process that was killed.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, start_new_session=True
            )
        except OSError as error:
            self._errors.close()
            raise SimulatorError(f"{command[0]} cannot be started: {error}") from error
        try:
            self.urls = self._announcement(timeout)
        except BaseException:
            self.stop()
            raise

    def _announcement(self, timeout: float) -> dict[str, Any]:
        output = self._process.stdout
        assert output is not None
        if not select.select([output], [], [], timeout)[0]:
            raise SimulatorError(f"the simulator did not say within {timeout:g} s where it listens")
        line = output.readline()
        try:
            urls = json.loads(line)
        except ValueError:
            self._process.wait(timeout)
            raise SimulatorError(f"the simulator did not start: {self.complaint() or repr(line)}") from None
        if not isinstance(urls, dict):
            raise SimulatorError(f"the simulator did not say where it listens, but {line!r}")
        return urls

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def complaint(self) -> str:
        """What it has printed on its error stream."""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").strip()

    def end(self) -> str | None:
        """How it ended, in words; ``None`` while it runs. Asked when a connection broke, which the system tells before the end itself."""
        try:
            code = self._process.wait(0.2)
        except subprocess.TimeoutExpired:
            return None
        how = f"by signal {-code}" if code < 0 else f"with status {code}"
        return f"the simulator has ended {how}: {self.complaint()}".rstrip(": ")

    def freeze(self) -> None:
        """Has it stand still, and waits for that."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def thaw(self) -> None:
        """Has it go on."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Has it stop, and waits for that."""
        if self._errors.closed:
            return
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        self._errors.close()
