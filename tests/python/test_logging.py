"""The log: what happens at ``INFO``, details at ``DEBUG``, on a thread of its own, and no text, name or key in it."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import webchat
from conftest import SECONDS, Face
from programs import run, source
from webchat.testing import Simulator


class Lines(logging.Handler):
    """Keeps records. ``block`` holds up whoever writes."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.block: threading.Event | None = None
        self.then: Any = None

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        if self.then is not None:
            self.then()
        if self.block is not None:
            self.block.wait(SECONDS)

    def told(self) -> list[str]:
        """The lines, without the number of the chat and without times."""
        texts = (re.sub(r"^chat \d+: ", "", record.getMessage()) for record in self.records)
        return [f"{record.levelname} {re.sub(r'[0-9.]+ s$', 'N s', text)}" for record, text in zip(self.records, texts)]


@pytest.fixture
def lines() -> Iterator[Lines]:
    logger, handler = logging.getLogger("webchat"), Lines()
    level = logger.level
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


async def test_a_whole_chat_is_told_in_few_words(face: Face, simulator: Simulator, lines: Lines) -> None:
    logging.getLogger("webchat").setLevel(logging.INFO)
    async with face.started(simulator, nickname="s3cr3t") as chat:
        agent = simulator.chat().agent("s3cr3t")
        agent.say("s3cr3t")
        await face.until(chat, "agentConnected")
        await face(chat.send_message("s3cr3t"))
        # A kept connection, and the new one.
        simulator.faults.drop("refresh", times=2)
        await face.until(chat, "reconnected")
        simulator.faults.truncate("send")
        await face(chat.send_message("s3cr3t again"))
        await face.until(chat, "reconnected")
        await face(chat.end_chat())
    expected = [
        "INFO connected (gms-rest)",
        "INFO started",
        "INFO an agent has joined (agents: 1)",
        "WARNING the connection is lost",
        "INFO reconnected after N s",
        "WARNING the connection is lost",
        "WARNING the answer to a message is lost: the transcript is to tell whether it arrived",
        "INFO the message in doubt has arrived",
        "INFO reconnected after N s",
        "INFO an agent has left (agents: 0)",
        "INFO ended by endChat",
    ]
    told = lines.told()
    assert [line for line in told if "a request failed" not in line] == expected
    assert not any("s3cr3t" in line for line in told)
    assert {record.name for record in lines.records} == {"webchat.chat"}
    assert {record.threadName for record in lines.records} == {"webchat-log"}
    assert all(abs(time.time() - record.created) < SECONDS and 0 <= record.msecs < 1000 for record in lines.records)


async def test_levels_hold_from_when_they_are_set(face: Face, simulator: Simulator, lines: Lines) -> None:
    logger = logging.getLogger("webchat")
    async with face.started(simulator) as chat:
        assert lines.records == []
        logger.setLevel(logging.DEBUG)
        await face(chat.get_agents())
        # What is not wanted any more when its turn comes is not written.
        while not any("resolved" in line for line in lines.told()):
            await asyncio.sleep(0)
        logger.setLevel(logging.WARNING)
        await face(chat.get_stats())
        logging.getLogger("webchat.chat").setLevel(logging.DEBUG)
        await face(chat.send_typing())
        while not any("sendTyping" in line for line in lines.told()):
            await asyncio.sleep(0)
        logging.getLogger("webchat.chat").setLevel(logging.NOTSET)
        logger.setLevel(logging.DEBUG)
        logging.disable(logging.DEBUG)
        await face(chat.get_transcript())
        logging.disable(logging.NOTSET)
    told = "\n".join(lines.told())
    assert "getAgents" in told and "sendTyping" in told, told
    assert "getStats" not in told and "getTranscript" not in told, told


async def test_a_level_is_noticed_while_the_program_does_nothing(simulator: Simulator, lines: Lines) -> None:
    with webchat.Chat(simulator.config()) as chat:
        chat.start_chat(nickname="Jo")
        kim = simulator.chat().agent("Kim")
        logging.getLogger("webchat").setLevel(logging.DEBUG)
        end = time.monotonic() + SECONDS
        while not any("received" in line for line in lines.told()):
            assert time.monotonic() < end, lines.told()
            kim.say("x")
            await asyncio.sleep(0.05)


async def test_each_unknown_key_of_a_configuration_is_a_warning(face: Face, simulator: Simulator, lines: Lines) -> None:
    async with face.open(simulator.config(dataUrl="x", maxMessages=5)) as chat:
        await face(chat.verify_session())
    told = sorted(lines.told())
    words = "is not known and has no effect"
    assert told == [f"WARNING the configuration key webchat.{key} {words}" for key in ("dataUrl", "maxMessages")]


async def test_an_unknown_option_of_a_command_is_a_warning(face: Face, simulator: Simulator, lines: Lines) -> None:
    async with face.started(simulator) as chat:
        await face(chat.command("sendMessage", {"message": "s3cr3t", "mesage": "s3cr3t"}))
    assert lines.told() == ["WARNING sendMessage: unknown option 'mesage'"]


async def test_a_slow_handler_holds_up_no_chat(face: Face, simulator: Simulator, lines: Lines) -> None:
    logging.getLogger("webchat").setLevel(logging.DEBUG)
    lines.block = threading.Event()
    async with face.started(simulator) as chat:
        for number in range(20):
            await face(chat.send_message(str(number)))
        assert len(lines.records) == 1
        lines.block.set()
    assert len(lines.records) > 20


async def test_a_handler_of_the_log_gives_no_command_that_waits(simulator: Simulator, lines: Lines) -> None:
    logging.getLogger("webchat").setLevel(logging.INFO)
    seen: list[BaseException] = []
    with webchat.Chat(simulator.config()) as chat:

        def block() -> None:
            try:
                chat.get_agents()
            except webchat.WrongThreadError as error:
                seen.append(error)

        lines.then = block
        chat.start_chat(nickname="Jo")
    assert len(seen) == len(lines.records) > 0


def test_nothing_is_imported_or_said_while_all_is_well(simulator: Simulator) -> None:
    program = """
        with webchat.Chat(CONFIG) as chat:
            chat.start_chat(nickname="Jo")
            chat.send_message("hi")
        print("logging" in sys.modules)
    """
    modules = "import os, sys, webchat\n"
    text = f"{modules}CONFIG = {simulator.config()!r}\n" + source(program, {}).split("\n", 3)[3]
    assert run(text) == "False\n"


def test_a_program_without_handlers_sees_warnings(simulator: Simulator) -> None:
    program = """
        import contextlib, io
        sys.stderr = said = io.StringIO()
        with webchat.Chat(CONFIG) as chat:
            chat.start_chat(nickname="Jo")
        print(said.getvalue(), end="")
    """
    told = run(source(program, simulator.config(dataUrl="x")))
    assert told == "chat 1: the configuration key webchat.dataUrl is not known and has no effect\n"


def test_the_end_of_the_process_does_not_lose_or_hang_on_the_log(simulator: Simulator) -> None:
    program = """
        import logging
        logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, format="%(message)s")
        chats = [webchat.Chat(CONFIG) for _ in range(20)]
        for chat in chats:
            chat.start_chat(nickname="Jo")
    """
    told = run(source(program, simulator.config()))
    assert told.count("closed; the session goes on at the server") == 20


def test_an_error_names_the_variable_of_the_environment_that_is_no_url(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("http_proxy", "s3cr3t@:://")
    with pytest.raises(webchat.InvalidConfigurationError) as caught:
        webchat.Chat(simulator.config())
    assert "the environment's proxy http_proxy cannot be used" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
