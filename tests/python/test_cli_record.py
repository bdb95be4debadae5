"""``webchat record`` and ``webchat replay``: a chat is recorded without what is private, looked at, and played back."""

from __future__ import annotations

import fcntl
import json
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command import SECONDS, run, start
from webchat.cli import recording
from webchat.testing import BACK_ENDS, BackEnd, Simulator

FAST = ("-o", "pollRateMin=250", "-o", "pollRateMax=250")
PLAYED_BACK = [back_end for back_end in BACK_ENDS if back_end != "web-messaging"]
"""A recording of Web Messaging is recorded and shown, and refused where it is to be played back."""
PRIVATE = ("Quentina", "Sam", "help you", "quux", "Goodbye")


def options(simulator: Simulator, back_end: BackEnd = "gms-rest") -> list[str]:
    """What leads the command to an API of a simulator."""
    words = ["--url", simulator.url(back_end)]
    if back_end == "gms-rest":
        return [*words, *FAST]
    if back_end == "gms-cometd":
        return [*words, "--api", back_end, "-o", f"cometD.channel={simulator.urls['cometdChannel']}"]
    return [*words, "--endpoint", "Support", "--api-key", "any", "-o", "transport.pollTimeout=100"]


@contextmanager
def playback(path: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A recording that is played back, and the command that chats with it."""
    process = start("replay", path, "--port", "0", *words)
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("stop with"):
        line = process.stdout.readline()
        assert line, process.communicate()
        lines.append(line.rstrip("\n"))
    (command,) = [shlex.split(line)[1:] for line in lines if line.startswith("webchat chat ")]
    assert lines[0].startswith("playing back chat ")
    try:
        yield process, command
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)


@pytest.mark.parametrize("back_end", PLAYED_BACK)
def test_a_chat_is_recorded_shown_and_played_back(demo: Simulator, tmp_path: Path, back_end: BackEnd) -> None:
    path = tmp_path / "chat.jsonl"
    done = run("record", path, *options(demo, back_end), "-n", "Quentina", "--quiet", "20", typed="hello quux\nbye\n")
    said = done.stdout.splitlines()
    assert said[-1] == "* The chat has ended." and "Sam: Goodbye, Quentina." in said
    assert f"recorded in {path}: chat 1: {back_end}, " in done.stderr
    assert path.stat().st_mode & 0o777 == 0o600

    text = path.read_text()
    assert not [private for private in PRIVATE if private in text]
    shown = run("replay", path, "--show").stdout.splitlines()
    assert shown[0].startswith(f"chat 1: {back_end}, ") and shown[-1].endswith("the chat is closed")
    assert any("Message of Agent" in line or "Text of Agent" in line for line in shown)
    assert any("(10 characters)" in line and "->" in line for line in shown), "how long what the customer said is"
    (facts,) = map(json.loads, run("replay", path, "--show", "--json").stdout.splitlines())
    assert facts["api"] == back_end and facts["requests"] > 3 and facts["isCut"] is False

    with playback(path) as (_, command):
        again = run(*command, *FAST, "-n", "Wencesla", "--quiet", "20", typed="howdy quux\ncya\n").stdout.splitlines()
    assert list(map(len, again)) == list(map(len, said)), (said, again)
    assert "Wencesla: howdy quux" in again, "what the customer says now stands for what was said then"


def test_what_was_not_recorded_is_refused_and_named(demo: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    run("record", path, *options(demo), "--quiet", "0", typed="thanks\n")
    with playback(path, "--pace", "recorded") as (process, command):
        shown = run(*command, *FAST, "--quiet", "0", typed="thanks\none too many\n").stdout
        assert "! Not sent: 'one too many'" in shown and "Not sent: 'thanks'" not in shown
        process.send_signal(signal.SIGINT)
        assert "another send is not recorded (the recording has one)" in process.communicate(timeout=SECONDS)[1]
        assert process.returncode == 0


def test_a_recording_of_several_chats(simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    words = ["record", path, *options(simulator), "--quiet", "0"]
    run(*words, typed="one\n")
    assert "is there already; --append" in run(*words, code=2).stderr
    done = run(*words, "--append", typed="two\n")
    assert "chat 2: gms-rest" in done.stderr and "chat 1" not in done.stderr
    shown = run("replay", path, "--show").stdout
    assert "chat 1: " in shown and "chat 2: " in shown
    second = run("replay", path, "--show", "--chat", "2").stdout
    assert "chat 1: " not in second and second in shown
    assert "has 2 chats; --chat chooses one" in run("replay", path, code=2).stderr
    assert "--chat 3: " in run("replay", path, "--chat", "3", code=2).stderr
    process = start("replay", path, "--chat", "2", "--port", "0", "--json")
    assert process.stdout is not None
    addresses = json.loads(process.stdout.readline())
    assert addresses["replay"]["api"] == "gms-rest" and addresses["controlUrl"] is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=SECONDS)
    assert process.returncode == 128 + signal.SIGTERM


def test_what_cannot_be_recorded_is_said(simulator: Simulator, tmp_path: Path) -> None:
    words = options(simulator)
    other = tmp_path / "notes.txt"
    other.write_text("notes")
    assert "is no recording of a chat" in run("record", other, "--append", *words, code=1).stderr
    assert other.read_text() == "notes"
    assert "there is no directory for" in run("record", tmp_path / "none" / "chat.jsonl", *words, code=2).stderr
    assert "directory" in run("record", tmp_path, *words, code=2).stderr
    assert "no server is named" in run("record", tmp_path / "new.jsonl", code=2).stderr
    assert simulator.chats() == []
    path = tmp_path / "chat.jsonl"
    run("record", path, *words, "--quiet", "0", typed="one\n")
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = run("record", path, "--append", *words, "--quiet", "0", typed="two\n", code=1)
    assert "nothing was recorded" in done.stderr and simulator.chat().texts() == ["two"]


def test_ctrl_c_leaves_a_whole_recording(demo: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    process = start("record", path, *options(demo), stdin=subprocess.PIPE)
    assert process.stdout is not None
    while "How can I help you?" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 128 + signal.SIGINT and "recorded in" in errors and "Traceback" not in errors
    assert run("replay", path, "--show").stdout.splitlines()[-1].endswith("the chat is closed")


def test_what_is_no_recording_is_not_played_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content, part in [
        (b"", "is no recording of a chat"),
        (b"\xff\xfe", "is no recording of a chat"),
        (b"notes\n", "is no recording of a chat"),
        (b'{"at": 1, "chat": 1}\n', "is no recording of a chat"),
        (b'{"webchatRecording": 2}\n', "has version 2 of recordings, which is not known"),
        (b'{"webchatRecording": 1}\n', "has no chat in which anything was asked"),
    ]:
        path.write_bytes(content)
        for more in ([], ["--show"]):
            done = run("replay", path, *more, code=1)
            assert part in done.stderr and len(done.stderr.splitlines()) == 1
    assert "does not exist" in run("replay", tmp_path / "none", code=2).stderr
    assert "--pace" in run("replay", path, "--pace", "slow", code=2).stderr


def test_strange_lines_are_shown_somehow(tmp_path: Path) -> None:
    """Whatever stands where something else is expected."""
    whole = {
        "at": 3,
        "chat": 1,
        "exchange": 1,
        "request": {"method": "POST", "path": "/a\x1b[2J", "headers": [["a", "b"]], "body": {"form": [["message", "x"]], "file": {"bytes": 3}}},
        "answer": {"status": 200, "late": True, "broken": "reset", "body": {"json": {"errors": [{"code": 3}], "data": {"messages": [{"from": {"type": "Agent"}}]}}}},
        "failure": {"why": "timedOut"},
        "sent": {"json": [{"channel": "/meta/connect", "successful": False, "data": {"operation": "x"}}]},
        "closed": {"by": "server", "code": 1001},
        "lost": 3,
        "over": True,
    }

    def changed(value: object, odd: object) -> Iterator[object]:
        yield odd
        if isinstance(value, dict):
            for key in value:
                yield from ({**value, key: part} for part in changed(value[key], odd))
        elif isinstance(value, list):
            for at in range(len(value)):
                yield from ([*value[:at], part, *value[at + 1 :]] for part in changed(value[at], odd))

    path = tmp_path / "odd.jsonl"
    first, request = json.dumps({"webchatRecording": 1, "began": 10**30}), json.dumps({"at": 0, "chat": 1, "request": {}})
    strange: tuple[object, ...] = (None, 3, "x", [], [3], {}, True)
    odd = [change for each in strange for change in changed(whole, each)]
    path.write_text("\n".join([first, request, *map(json.dumps, [whole, *odd])]))
    chats = recording.read(path)
    assert sum(len(chat.lines) for chat in chats) > 100
    shown = [line for chat in chats for line in (recording.summary(1, chat), *recording.lines(chat))]
    assert not [line for line in shown if "\x1b" in line or "\n" in line]


def test_words_of_the_commands_are_completed() -> None:
    for words, wanted in [("webchat re", "plain,record\nplain,replay"), ("webchat replay --p", "plain,--pace\nplain,--port"), ("webchat replay ", "file,")]:
        done = run(_WEBCHAT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
        assert done.stdout.strip() == wanted
