"""``webchat chat``, in a terminal and in a pipe."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import webchat
from command import SECONDS, Terminal, run, start
from webchat.testing import Simulator
from webchat.cli.rich_content import DEEPEST, MOST, Card, Choice, Link, find_rich, parts
from webchat.cli.words import Shelf, lines_of_message

FAST = ("-o", "pollRateMin=250", "-o", "pollRateMax=250")
UGLY = "\x1b]0;x\x07\r\n* Bob\u202emoc\u2066\u200f\u061c\x9b31m"
"""What an agent can write into a name, a text and the name of a file: a terminal's commands, and marks that turn text around."""


def test_a_chat_in_a_terminal(demo: Simulator, tmp_path: Path) -> None:
    with Terminal("chat", "--url", demo.url(), "-n", "Ann", *FAST) as terminal:
        terminal.until("Sam: Hello Ann, this is Sam.")
        terminal.type("hello there")
        demo.wait_for_requests("startTyping")
        terminal.type("\r")
        terminal.until("Sam: Hello again, Ann!")
        assert (terminal.count("You: "), terminal.count("hello there")) == (1, 1)
        terminal.type("invoice\r")
        terminal.until("(/get 1)")
        saved = tmp_path / "saved.txt"
        terminal.type(f"/get 1 {saved}\r")
        terminal.until("Saved as")
        assert saved.read_text() == "Invoice 1001\nTotal: 42.00 EUR\n"
        demo.chat().agent("Kim").type()
        terminal.until("Kim is typing")
        terminal.type("/who\r")
        terminal.until("In the chat: Sam, Kim.")
        terminal.type("\x04")
        terminal.until("The chat has ended.")
        assert terminal.end() == 0
    assert demo.chat().texts().count("hello there") == 1


def test_ctrl_c_asks(simulator: Simulator) -> None:
    with Terminal("chat", "--url", simulator.url(), *FAST) as terminal:
        terminal.until("Guest has joined.")
        terminal.type("half a ")
        terminal.until("> half a")
        terminal.type("\x03")
        terminal.until("End the chat?")
        terminal.until("half a", 0)
        terminal.type("n\r")
        terminal.until("> half a")
        terminal.type("sentence\r")
        terminal.until("You: half a sentence")
        simulator.wait_for_requests("send")
        terminal.type("\x03")
        terminal.until("End the chat?")
        terminal.type("\x03")
        terminal.until("The chat has ended.")
        assert terminal.end() == 0
    assert simulator.chat().texts() == ["half a sentence"]
    simulator.wait_for_requests("disconnect")


def test_a_chat_is_left_and_gone_on_with(simulator: Simulator, tmp_path: Path) -> None:
    words = ["chat", "--url", simulator.url(), "--session", tmp_path / "session", *FAST]
    with Terminal(*words) as terminal:
        terminal.until("Guest has joined.")
        terminal.type("first\r")
        simulator.wait_for_requests("send")
        terminal.type("\x03")
        terminal.until("End the chat?")
        terminal.type("l\r")
        terminal.until("The chat stays open")
        assert terminal.end() == 0
    with Terminal(*words) as terminal:
        terminal.until("Going on with the chat.")
        terminal.until("Guest: first")
        terminal.type("second\r")
        terminal.until("You: second")
        simulator.wait_for_requests("send", 2)
        kim = simulator.chat().agent("Kim")
        kim.end_chat()
        terminal.until("The chat has ended.")
        assert terminal.end() == 0
    assert simulator.chat().texts() == ["first", "second"]


def test_quick_replies_by_number(simulator: Simulator) -> None:
    rich = {"text": "How?", "contentType": "quick-replies", "id": "e7", "content": [{"text": "By post", "payload": "POST"}, {"text": "Not"}]}
    with Terminal("chat", "--url", simulator.url(), *FAST) as terminal:
        terminal.until("Guest has joined.")
        kim = simulator.chat().agent("Kim")
        attributes = {"structured-content": {"genesys-chat": {"content": rich}}}
        kim.say("fallback", attributes=attributes)
        terminal.until("Kim: How?")
        terminal.until("1) By post")
        terminal.until("Answer with a number")
        terminal.type("1\r")
        terminal.until("You: POST")
        (sent,) = simulator.wait_for_requests("send")
        assert "e7" in sent.fields["eventAttributes"]
        terminal.type("1\r")
        terminal.until("You: 1")
        simulator.wait_for_requests("send", 2)
    assert simulator.chat().texts()[1:] == ["POST", "1"]


def test_a_chat_in_a_pipe(demo: Simulator) -> None:
    lines = ["hello", "/who", "//slash", "/dance", "/get 7", "/file", "/file /nowhere", "bye"]
    shown = run("chat", "--url", demo.url(), *FAST, typed="\n".join(lines) + "\n").stdout.splitlines()
    assert "Guest: hello" in shown and "Guest: /slash" in shown
    assert "! There is no command '/dance'. /help lists them; // sends a line that begins with /." in shown
    assert "! /get: which? /get NUMBER [PLACE]" in shown
    assert "! /file: '/nowhere' is no file" in shown
    assert shown.index("Sam: Hello again, Guest!") < shown.index("Sam: Goodbye, Guest.")
    assert shown[-1] == "* The chat has ended."
    assert not any("\x1b" in line for line in shown)


def test_the_end_of_the_input_waits_for_answers(simulator: Simulator) -> None:
    rules = {"agent": "Sam", "join_after_ms": 0, "typing_ms": 0, "rules": [{"pattern": "thanks", "replies": ["You are welcome."], "then": "end"}]}
    with Simulator(rules=rules) as polite:
        shown = run("chat", "--url", polite.url(), *FAST, "--quiet", "25", typed="thanks").stdout
    assert "Sam: You are welcome." in shown and shown.endswith("* The chat has ended.\n")
    shown = run("chat", "--url", simulator.url(), *FAST, "--quiet", "0", typed="thanks").stdout
    assert shown.endswith("* The chat has ended.\n") and simulator.chat().texts() == ["thanks"]
    simulator.wait_for_requests("disconnect")


def test_files_both_ways_in_a_pipe(demo: Simulator, tmp_path: Path) -> None:
    note = tmp_path / "a note.txt"
    note.write_text("a note")
    run("chat", "--url", demo.url(), *FAST, "--quiet", "0", typed=f"/file '{note}' for you\n")
    (upload,) = demo.wait_for_requests("fileUpload")
    assert "a note.txt" in json.dumps(upload.raw)


def test_nobody_reads_the_chat_any_more(demo: Simulator) -> None:
    process = start("chat", "--url", demo.url(), *FAST, stdin=subprocess.PIPE)
    assert process.stdout is not None and process.stdin is not None and process.stderr is not None
    while "How can I help you?" not in process.stdout.readline():
        pass
    process.stdout.close()
    demo.chat().agent("Kim").say("Anybody?")
    assert process.wait(SECONDS) == 128 + signal.SIGPIPE
    assert not process.stderr.read()
    process.stdin.close()
    process.stderr.close()
    demo.wait_for_requests("disconnect")


def test_ctrl_c_in_a_pipe_ends_the_chat(demo: Simulator) -> None:
    process = start("chat", "--url", demo.url(), *FAST, stdin=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert "Traceback" not in process.communicate(timeout=SECONDS)[1]
    assert process.returncode == 128 + signal.SIGINT
    demo.wait_for_requests("disconnect")


def test_a_server_that_is_not_there() -> None:
    with Terminal("chat", "--url", "http://127.0.0.1:1/") as terminal:
        terminal.until("cannot be reached")
        assert terminal.end() == 1


def message(kind: str, **members: Any) -> webchat.Message:
    raw = {"type": kind, "text": UGLY, "from": {"name": UGLY, "type": "Agent"}, "userData": {"file-name": UGLY}, **members}
    return webchat.Message.from_raw(raw)


def test_nobody_else_writes_on_the_terminal_but_in_letters() -> None:
    kinds = ["Message", "ParticipantJoined", "ParticipantLeft", "PushUrl", "FileUploaded", "Notice", UGLY]
    rich = {"contentType": UGLY, "content": [{"text": UGLY}, {"title": UGLY, "url": UGLY}, {"title": UGLY, "description": UGLY}]}
    image = [{"type": "image", "mime": UGLY, "data": b"x"}]
    messages = [*map(message, kinds), message("Message", content=rich), message("Text", content=image)]
    lines = [str(line) for each in messages for line in lines_of_message(each, Shelf())]
    assert len(lines) == len(kinds) + 5 + 2
    for line in lines:
        assert not [char for char in line if char != "\n" and (ord(char) < 32 or char in UGLY[-9:] and not char.isascii())], line
        assert all(below.startswith("    ") for below in line.split("\n")[1:]), line


def test_rich_content_in_all_its_forms() -> None:
    choices = [Choice("Yes", "Y", "e1"), Choice("No", "No", "e1")]
    for content in [
        [{"text": "Yes", "payload": "Y"}, "No"],
        [{"contentType": "QuickReply", "quickReply": {"text": "Yes", "payload": "Y"}}, {"quickReply": {"text": "No"}}],
        [{"title": "Yes", "value": "Y", "type": "postback"}, {"label": "No"}],
    ]:
        rich = {"contentType": "quick-replies", "id": "e1", "content": content}
        assert parts(rich) == choices
        for holder in (rich, json.dumps(rich)):
            attributes = {"structured-content": {"genesys-chat": {"content": holder}}}
            assert find_rich({"eventAttributes": attributes}) == rich == find_rich({"content": holder})
    card = {"title": "Plan A", "description": "Cheap", "actions": [{"text": "More", "url": "https://a.test/"}, {"text": "Buy", "payload": "A"}]}
    from_console = [{"title": "Plan A", "description": "Cheap", "components": [{"type": "button", "action": "message", "text": "Buy"}]}]
    assert parts({"id": "e1", "contentType": "generic", "content": from_console}) == [Card("Plan A", "Cheap"), Choice("Buy", "Buy", "e1")]
    assert parts({"contentType": "generic", "content": [card]}) == [
        Card("Plan A", "Cheap"),
        Link("More", "https://a.test/"),
        Choice("Buy", "A", None),
    ]


def test_rich_content_has_an_end() -> None:
    deep: dict[str, Any] = {"text": "x"}
    for _ in range(1000):
        deep = {"text": "x", "content": [deep]}
    assert len(parts(deep)) == DEEPEST
    assert len(parts({"content": ["x"] * 1000})) == MOST
    for odd in ({}, {"content": 3}, {"content": "{"}, {"content": [3]}, {"eventAttributes": 3}, {"content": "[" * 100_000}):
        assert find_rich(odd) is None
