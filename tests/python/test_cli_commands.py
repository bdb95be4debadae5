"""Lines of a chat in a terminal that begin with a slash, and the bars of what takes long."""

from __future__ import annotations

import json
import os
from pathlib import Path

from command import Terminal, run
from webchat.testing import Simulator

FAST = ("-o", "pollRateMin=250", "-o", "pollRateMax=250")


def browser(folder: Path) -> tuple[str, Path]:
    """A browser that says what it is to open: its command, and the pipe that it says it to."""
    opened, program = folder / "opened", folder / "browser"
    os.mkfifo(opened)
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}\n')
    program.chmod(0o755)
    return f"{program} %s", opened


def test_links_are_opened_and_sent(simulator: Simulator, tmp_path: Path) -> None:
    command, opened = browser(tmp_path)
    with Terminal("chat", "--url", simulator.url(), *FAST, BROWSER=command) as terminal:
        terminal.until("Guest has joined.")
        kim = simulator.chat().agent("Kim").push_url("https://example.com/help?a=1&b=2")
        terminal.until("Kim sends a link: https://example.com/help?a=1&b=2  (/open 1)")
        terminal.type("/open 1\r")
        assert opened.read_text() == "https://example.com/help?a=1&b=2"
        kim.push_url("file:///etc/passwd")
        terminal.until("(/open 2)")
        for typed, told in [
            ("/open 2", "! /open: this is no address of a web page, and is not opened"),
            ("/open 3", "! /open: which? /open NUMBER"),
            ("/get 1", "! /get: number 1 is a link"),
            ("/link", "! /link: which? /link URL"),
        ]:
            terminal.type(f"{typed}\r")
            terminal.until(told)
        terminal.type("/link https://example.com/mine\r")
        simulator.chat().wait_for(lambda event: event.type == "PushUrl" and event.from_customer)
        terminal.until("Guest sends a link: https://example.com/mine  (/open 3)")


def test_without_a_browser_a_link_is_not_opened(simulator: Simulator) -> None:
    with Terminal("chat", "--url", simulator.url(), *FAST, BROWSER="false", PATH="/nowhere", DISPLAY="") as terminal:
        terminal.until("Guest has joined.")
        simulator.chat().agent("Kim").push_url("https://example.com/")
        terminal.until("(/open 1)")
        terminal.type("/open 1\r")
        terminal.until("! /open: there is no browser here")


def test_another_name_is_taken(simulator: Simulator) -> None:
    with Terminal("chat", "--url", simulator.url(), "-n", "Ann", *FAST) as terminal:
        terminal.until("Ann has joined.")
        terminal.type("/name\r")
        terminal.until("! /name: which? /name NAME")
        terminal.type("/name Anna Lund\r")
        terminal.until("NicknameUpdated")
        terminal.type("it is me\r")
        terminal.until("You: it is me")
        said = simulator.chat().wait_for_text("it is me")
        assert (said.nickname, simulator.chat().state().nickname) == ("Anna Lund", "Anna Lund")


def test_older_messages_are_fetched(simulator: Simulator, tmp_path: Path) -> None:
    transport = {"async": {"enabled": True}, "maxMessagePageSize": 16}
    (tmp_path / "chat.json").write_text(json.dumps(simulator.config("nexus-rest", transport=transport)))
    words = ["chat", "--config", tmp_path / "chat.json", "--session", tmp_path / "session"]
    with Terminal(*words) as terminal:
        terminal.until("Guest has joined.")
        kim = simulator.chat().agent("Kim")
        for number in range(30):
            kim.say(f"line {number}.")
        terminal.until("Kim: line 29.")
        terminal.type("/leave\r")
        terminal.until("The chat stays open")
        assert terminal.end() == 0
    with Terminal(*words) as terminal:
        terminal.until("Going on with the chat.")
        terminal.until("Kim: line 29.")
        assert terminal.count("line 3.") == 0
        terminal.type("/history\r")
        terminal.until("Kim: line 3.")
        terminal.until("Kim: line 29.")
        while not terminal.count("No more messages to fetch"):
            terminal.type("/history\r")
            terminal.more()
    with Terminal("chat", "--url", simulator.url(), *FAST) as terminal:
        terminal.until("Guest has joined.")
        terminal.type("/history\r")
        terminal.until("! /history: Fetching history messages applies only to Asynchronous chat")


def test_how_far_a_file_is_stands_in_the_bar(simulator: Simulator, tmp_path: Path) -> None:
    note = tmp_path / "a note.txt"
    note.write_bytes(b"x" * 200_000)
    with Terminal("chat", "--url", simulator.url(), *FAST) as terminal:
        terminal.until("Guest has joined.")
        simulator.faults.hang("fileUpload")
        terminal.type(f"/file '{note}'\r")
        terminal.until("sending a note.txt [██████████] 100 %")
        simulator.restart()
        terminal.until("The file a note.txt was not sent")
        terminal.until("sending", 0)
        terminal.type(f"/file '{note}' as promised\r")
        terminal.until("Guest sends a file: a note.txt, 200 kB  (/get 1)")
        terminal.until("sending", 0)
        simulator.faults.truncate("fileDownload")
        terminal.type(f"/get 1 {tmp_path / 'lost'}\r")
        terminal.until("a note.txt was not saved")
        terminal.type(f"/get 1 {tmp_path / 'got'}\r")
        terminal.until("Saved as")
        terminal.until("fetching", 0)
        assert (tmp_path / "got").read_bytes() == note.read_bytes() and not (tmp_path / "lost").exists()
    (_, sent) = simulator.log("fileUpload")
    assert sent.raw["files"][0]["size"] == 200_000 and "as promised" in json.dumps(sent.raw)


def test_sending_a_file_shows_a_bar_in_a_terminal_alone(simulator: Simulator, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_bytes(b"x" * 200_000)
    words = ["send", "--url", simulator.url(), "--file", note]
    assert run(*words).stderr == ""
    simulator.faults.hang("fileUpload")
    with Terminal(*words) as terminal:
        terminal.until("Sending note.txt")
        terminal.until("200.0/200.0 kB")
        simulator.restart()
        assert terminal.end() == 1
        assert terminal.count("Sending note.txt") == 0 and terminal.count("not sent") == 1
