"""Signals belong to the program: the library's threads take none, and a broken connection raises none."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
import signal, socket, struct, threading, webchat

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
server = socket.create_server(("127.0.0.1", 0))

def serve():
    # Answers before it has read the request, and resets the connection.
    while True:
        connection, _ = server.accept()
        connection.recv(100)
        connection.send(b"HTTP/1.1 413 Content Too Large\\r\\nContent-Length: 0\\r\\n\\r\\n")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

threading.Thread(target=serve, daemon=True).start()
port = server.getsockname()[1]
for _ in range(20):
    with webchat.Chat({"dataURL": f"http://127.0.0.1:{port}/chat", "ajaxTimeout": 1000}) as chat:
        for _ in range(3):
            try:
                chat.start_chat(nickname="Jo", user_data={"story": "a" * (8 << 20)}, timeout=5)
            except webchat.Error:
                pass
print("alive", signal.getsignal(signal.SIGPIPE) == signal.SIG_DFL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="there is no SIGPIPE")
def test_a_program_with_sigpipe_at_its_default_lives_through_broken_connections() -> None:
    program = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
    ran = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, ran.stdout) == (0, "alive True\n"), ran.stderr


WAITING = """
import logging, os, signal, sys, threading, webchat

events = webchat.Chat({"dataURL": "http://127.0.0.1:1/"}).events()
events.next(20)  # ready
threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    events.next(20)
except KeyboardInterrupt:
    sys.exit(7)
"""


def test_ctrl_c_ends_the_waiting_of_a_program_with_logging() -> None:
    # The levels of loggers are looked at while one waits: what a signal handler raises then is not lost.
    assert subprocess.run([sys.executable, "-c", WAITING], timeout=60, check=False).returncode == 7
