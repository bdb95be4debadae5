"""``webchat simulate`` and ``webchat config check``."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import SECONDS, Terminal, run, start
from webchat.testing import Simulator


@pytest.fixture
def running() -> Iterator[subprocess.Popen[str]]:
    """``webchat simulate`` with all APIs."""
    apis = [word for api in ("gms-rest", "gms-cometd", "nexus-rest", "web-messaging") for word in ("--api", api)]
    process = start("simulate", "--port", "0", *apis, "--join-after", "0", "--typing", "0", "--script", "demo")
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS)


def test_simulate_and_chat_talk_to_each_other(running: subprocess.Popen[str]) -> None:
    assert running.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("stop with"):
        lines.append(running.stdout.readline().rstrip("\n"))
    chats = [shlex.split(line)[1:] for line in lines if line.startswith("webchat chat ")]
    assert len(chats) == 4
    for words in chats:
        shown = run(*words, "-n", "Ann", "--quiet", "5", typed="hello\nbye\n").stdout
        assert "Sam: Hello again, Ann!" in shown and shown.endswith("* The chat has ended.\n")
    with Terminal(*chats[0], "-n", "Ann") as terminal:
        terminal.until("Sam: Hello Ann")
        terminal.type("bye\r")
        terminal.until("The chat has ended.")
        assert terminal.end() == 0
    (console,) = [line.partition(": ")[2] for line in lines if line.startswith("the agent's page")]
    with urllib.request.urlopen(console, timeout=SECONDS) as page:
        assert b"<html" in page.read()
    running.send_signal(signal.SIGINT)
    assert running.wait(SECONDS) == 0


def test_the_addresses_are_a_line_of_json_and_the_page_is_opened(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    os.mkfifo(opened)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}\n')
    browser.chmod(0o755)
    process = start("simulate", "--port", "0", "--json", "--open", BROWSER=f"{browser} %s")
    assert process.stdout is not None
    addresses = json.loads(process.stdout.readline())
    assert opened.read_text() == addresses["console"]
    process.send_signal(signal.SIGTERM)
    # The errors are not looked at: Python's webbrowser leaves the browser running, and a warning says so.
    assert process.communicate(timeout=SECONDS)[0] == ""
    assert process.returncode == 128 + signal.SIGTERM
    assert run("send", "x", "--url", addresses["url"], code=1).stderr.count("cannot be reached") == 1


def test_what_the_simulator_does_not_take() -> None:
    with Simulator() as taken:
        assert "Address already in use" in run("simulate", "--port", taken.urls["port"], code=1).stderr
    assert "--bogus" in run("simulate", "--bogus", code=2).stderr
    assert "70000" in run("simulate", "--port", "70000", code=2).stderr
    assert "--stop-at-eof" in run("simulate", "--simulator-help").stdout


def test_without_a_simulator_it_says_where_to_get_one(tmp_path: Path) -> None:
    done = run("simulate", code=1, WEBCHAT_SIMULATOR=str(tmp_path / "none"))
    assert "WEBCHAT_SIMULATOR names" in done.stderr and len(done.stderr.splitlines()) == 1


def written(folder: Path, **options: object) -> Path:
    path = folder / "chat.json"
    path.write_text(json.dumps({"webchat": options}))
    return path


def test_what_a_configuration_means(simulator: Simulator, tmp_path: Path) -> None:
    connection = {"proxy": "none", "headers": {"X-Tenant": "h-secret"}}
    userData = {"card": "u-secret"}
    path = written(tmp_path, dataURL=simulator.url(), apikey="k-secret", connection=connection, userData=userData, ajaxTimeout=4000)
    shown = run("config", "check", path).stdout
    assert shown.startswith("The configuration is right. It is for gms-rest, chosen by dataURL")
    assert f"dataURL = {simulator.url()}\n" in shown and "ajaxTimeout = 4000\n" in shown and "connection.proxy = none\n" in shown
    assert "connection.headers = (not shown): X-Tenant\n" in shown and "secret" not in shown
    assert "The server answers: a chat was started in" in shown
    simulator.wait_for_requests("disconnect")
    about = json.loads(run("config", "check", path, "--json").stdout)
    assert about["valid"] and about["unknown"] == [] and about["server"]["answers"]
    assert "secret" not in json.dumps(about)


def test_a_password_of_a_proxy_is_not_shown(simulator: Simulator, tmp_path: Path) -> None:
    path = written(tmp_path, dataURL=simulator.url(), connection={"proxy": "http://me:p-secret@proxy.test:3128"})
    for more in ([], ["--json"]):
        shown = run("config", "check", path, "--no-connect", *more).stdout
        assert "proxy.test:3128" in shown and "p-secret" not in shown


def test_what_is_unknown_and_a_server_that_does_not_answer(simulator: Simulator, tmp_path: Path) -> None:
    done = run("config", "check", written(tmp_path, dataURL=simulator.url(), ajaxTimeOut=3), code=1)
    assert "Unknown, or without effect here: webchat.ajaxTimeOut" in done.stdout
    done = run("config", "check", written(tmp_path, dataURL="http://127.0.0.1:1/"), code=1)
    assert "The server does not let a chat begin: start: 127.0.0.1:1 cannot be reached" in done.stdout
    run("config", "check", written(tmp_path, dataURL="http://127.0.0.1:1/"), "--no-connect")
    path = written(tmp_path, dataURL="http://127.0.0.1:1/", ajaxTimeout="soon")
    assert "webchat.ajaxTimeout: expected a number of milliseconds" in run("config", "check", path, code=1).stderr
    about = json.loads(run("config", "check", path, "--json", code=1).stdout)
    assert about["valid"] is False and "ajaxTimeout" in about["error"]
    assert "MISSING" in run("config", "check", code=2).stderr.upper()


def test_the_check_leaves_stored_chats_and_recordings_alone(simulator: Simulator, tmp_path: Path) -> None:
    store, recording = tmp_path / "session", tmp_path / "recording"
    path = written(
        tmp_path,
        dataURL=simulator.url(),
        sessionStore={"type": "file", "path": str(store)},
        connection={"recording": str(recording)},
    )
    run("config", "check", path)
    assert not store.exists() and not recording.exists()
