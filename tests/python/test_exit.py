"""The interpreter ends while the library's threads, handlers and waiting threads are wherever they are."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import programs
import pytest
from webchat.testing import Simulator

RUNS = int(os.environ.get("WEBCHAT_EXITS", "24"))
"""How often a program is run whose end is a race."""

BEGIN = """
chat = webchat.Chat(CONFIG)
entered = threading.Event()
"""

# Each handler is called often, so that one is at work when the interpreter ends.
RACES = {
    "a handler raises": """
def handler(event):
    entered.set()
    raise ValueError("x" * 1000)
for _ in range(200): chat.on("ready", handler)
entered.wait()
""",
    "a handler exits": """
def handler(event):
    entered.set()
    sys.exit(3)
for _ in range(200): chat.on("ready", handler)
entered.wait()
""",
    "a handler is slow": """
def handler(event):
    entered.set()
    while True: time.sleep(0.001)
chat.on("ready", handler)
entered.wait()
""",
    "a preprocessor raises": """
chat.start_chat(nickname="Jo")
def preprocess(message):
    entered.set()
    return 1 / 0
chat.register_pre_processor(preprocess)
for number in range(5): chat.send_message(str(number))
entered.wait()
""",
    "threads give commands": """
def work():
    while True:
        try: chat.command("nothing")
        except webchat.Error: entered.set()
for _ in range(4): threading.Thread(target=work, daemon=True).start()
entered.wait()
""",
    "a thread hands over a mapping of its own": """
import collections
class Options(collections.UserDict):
    def items(self):
        entered.set()
        time.sleep(0)
        return super().items()
def work():
    while True:
        try: chat.command("sendTyping", {"message": Options(a=1)})
        except webchat.Error: pass
for _ in range(4): threading.Thread(target=work, daemon=True).start()
entered.wait()
""",
}


@pytest.mark.timeout(60 + 5 * RUNS)
@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_the_process_ends_well(simulator: Simulator, race: str) -> None:
    text = programs.source(BEGIN + race, simulator.config())

    def end(_: int) -> int:
        # What handlers raise is told on stderr, where a thread is at work when the interpreter flushes it.
        return subprocess.run([sys.executable, "-c", text], stderr=subprocess.PIPE, timeout=programs.SECONDS, check=False).returncode

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(end, range(RUNS))) == {0}


@pytest.mark.parametrize("wait", ["list(chat.events())", "list(iter(chat.next_event, None))", "webchat.Chat().start_chat(nickname='Jo')"])
def test_a_thread_that_waits_sleeps_through_the_end(simulator: Simulator, wait: str) -> None:
    program = f"""
        chat = webchat.Chat(CONFIG)
        chat.start_chat(nickname="Jo")
        begun = threading.Barrier(11)
        def work():
            begun.wait()
            try: {wait}
            finally: os.write(1, b"woken")
        for _ in range(10): threading.Thread(target=work, daemon=True).start()
        begun.wait()
    """
    assert programs.run(programs.source(program, simulator.config())) == ""


def test_a_thread_that_waits_is_told_of_the_end_of_its_chat(simulator: Simulator) -> None:
    """As long as the program goes on, that is."""
    program = """
        chat = webchat.Chat(CONFIG)
        told = queue.Queue()
        def work():
            try: list(iter(chat.next_event, None))
            except webchat.ClosedError as error: told.put(error)
        threading.Thread(target=work, daemon=True).start()
        chat.close()
        print(told.get(timeout=20))
    """
    assert programs.run(programs.source(program, simulator.config())) == "the service is closed\n"


def test_handlers_are_told_of_with_what_they_raised(simulator: Simulator) -> None:
    program = """
        told = queue.Queue()
        sys.unraisablehook = lambda it: (sys.__unraisablehook__(it), told.put((it.exc_type, str(it.exc_value), it.object)))
        chat = webchat.Chat(CONFIG)
        @chat.on("ready")
        def handler(event): raise ValueError("as the test wants")
        kind, text, called = told.get(timeout=20)
        print(kind is ValueError, text, called is handler)
    """
    text = programs.source(program, simulator.config())
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=programs.SECONDS, check=True)
    assert done.stdout == "True as the test wants True\n"
    assert "Exception ignored in: <function handler" in done.stderr and done.stderr.endswith("ValueError: as the test wants\n")
