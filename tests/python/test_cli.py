"""The command ``webchat``: what all subcommands share, ``send`` and ``tail``."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from command import SECONDS, run, start
from webchat.testing import Simulator
from webchat.cli.app import SUBCOMMANDS
from webchat.cli.options import find_server

FAST = ("-o", "pollRateMin=250", "-o", "pollRateMax=250")


def test_the_command_is_installed() -> None:
    if sys.version_info < (3, 10):
        scripts = [each for each in entry_points().get("console_scripts", []) if each.name == "webchat"]
    else:
        scripts = list(entry_points(group="console_scripts", name="webchat"))
    assert [each.value for each in scripts] == ["webchat.cli:main"]


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_each_command_has_help_with_an_example(name: str) -> None:
    words = [name, "check"] if name == "config" else [name]
    shown = run(*words, "--help").stdout
    assert shown.startswith(f"Usage: webchat {' '.join(words)}") and "Example" in shown and f"webchat {name}" in shown
    assert "\x1b" not in shown
    options = shown.partition("Options:")[2].partition("Example")[0].splitlines()
    assert not [line for line in options if line.startswith("  -") and line.rstrip().endswith(("NAME", "ADDRESS", "SECONDS", "FILE"))], shown


def test_the_commands_are_listed_with_whole_sentences() -> None:
    shown = run("--help").stdout.partition("Commands:")[2].partition("Examples:")[0].strip().splitlines()
    assert [line.split()[0] for line in shown] == list(SUBCOMMANDS)
    assert all(line.endswith(".") and not line.endswith("..") and len(line) <= 80 for line in shown), shown


def test_without_its_packages_the_command_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise ModuleNotFoundError(\"No module named 'click'\", name='click')")
    done = run("send", "Hello", code=1, PYTHONPATH=str(tmp_path))
    assert done.stderr == "webchat: the command needs click; install it with: pip install 'libwebchat[cli]'\n"


def test_the_module_needs_none_of_them() -> None:
    program = "import sys, webchat, webchat.aio; sys.exit(any(name in sys.modules for name in ('click', 'rich', 'prompt_toolkit')))"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=SECONDS)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["dance"], "there is no command 'dance'; the commands are chat, send"),
        (["send", "x"], "no server is named: give --url URL or --config FILE"),
        (["send", "--url", "http://h/"], "there is nothing to send"),
        (["send", "--url", "localhost:1", "x"], "--url 'localhost:1' is no address"),
        (["send", "--url", "http://h/", "--config", "c", "x"], "exclude each other"),
        (["send", "--config", "c", "--api", "gms-rest", "x"], "--api goes with --url"),
        (["send", "--url", "http://h/", "--api", "pigeon", "x"], "pigeon"),
        (["send", "--url", "http://h/", "-o", "pollRate", "x"], "--option 'pollRate' is not NAME=VALUE"),
        (["send", "--url", "http://h/", "-d", "=x", "x"], "--data '=x' is not NAME=VALUE"),
        (["send", "--url", "http://h/", "-o", "dataURL.x=1", "x"], "'dataURL' is no object"),
        (["send", "--url", "http://h/", "--file", "/nowhere", "x"], "/nowhere"),
        (["send", "--url", "http://h/", "--timeout", "0", "x"], "timeout"),
        (["tail", "--url", "http://h/", "--event", "dances\x1b[2J"], r"there is no event 'dances\u{1b}[2J'; the events are ready"),
    ],
)
def test_wrong_use_is_named(words: list[str], part: str) -> None:
    done = run(*words, code=2)
    assert part in done.stderr and not done.stdout


def test_what_is_wrong_with_a_configuration_is_named(tmp_path: Path) -> None:
    file = tmp_path / "chat.json"
    for content, part in [
        (b'{"dataURL": ', "is not JSON: line 1 column 13"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"a": "\xff"}', "is not a text in UTF-8"),
        (b"[]", "is not an object"),
        (b'{"dataURL": 3}', "dataURL: expected an absolute http or https URL, got 3"),
    ]:
        file.write_bytes(content)
        done = run("send", "x", "--config", file, code=1)
        assert part in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert "No such file" in run("send", "x", code=1, WEBCHAT_CONFIG=str(tmp_path / "none.json")).stderr


def test_a_message_is_sent(simulator: Simulator, tmp_path: Path) -> None:
    assert run("send", "--url", simulator.url(), "Hello", "-n", "Jo", "-d", "plan=gold").stdout.startswith("Sent in ")
    assert simulator.chat().texts() == ["Hello"]
    assert simulator.chat().state().nickname == "Jo"
    assert simulator.chat().state().user_data["plan"] == "gold"
    simulator.wait_for_requests("disconnect")
    assert not run("send", "--url", simulator.url(), "-", "-q", typed="two\nlines\n").stdout
    assert simulator.chat().texts() == ["two\nlines"]
    file = tmp_path / "chat.json"
    file.write_text(json.dumps({"webchat": simulator.config()}))
    outcome = json.loads(run("send", "by file", "--json", WEBCHAT_CONFIG=str(file)).stdout)
    assert outcome["delivery"] == "sent" and outcome["seconds"] >= 0
    assert simulator.chat().texts() == ["by file"]
    assert not run("send", "from stdin", "-q", "--config", "-", typed=file.read_text()).stdout
    assert simulator.chat().texts() == ["from stdin"]


def test_a_message_over_web_messaging() -> None:
    with Simulator("web-messaging") as simulator:
        address = simulator.urls["webMessagingConfigUrl"]
        sent = run("send", "hello", "--url", address)
        assert (sent.returncode, sent.stderr) == (0, "")
        assert simulator.chat().texts() == ["hello"]
        assert simulator.chat().state().back_end == "web-messaging"
    wrong = run("send", "hello", "--url", "https://h/x", "--api", "web-messaging", code=2)
    assert "names no deployment" in wrong.stderr


def test_the_address_of_a_deployment_names_its_region() -> None:
    found = find_server(None, "https://api-cdn.usw2.pure.cloud/webdeployments/v1/deployments/d-1/config.json", None, None, None, (), None)
    assert found.config == {"transport": {"type": "genesyscloud-webmessaging", "deploymentId": "d-1", "domain": "usw2.pure.cloud"}}


def test_a_message_over_nexus() -> None:
    with Simulator("nexus-rest", arguments=["--apikey", "k1"]) as simulator:
        words = ["send", "Hello", "--url", simulator.url(), "--endpoint", "Support"]
        run(*words, "-o", 'transport.headers={"x-api-key": "k1"}')
        run(*words, WEBCHAT_API_KEY="k1")
        assert all(request.fields["data[text]"] == "Hello" for request in simulator.wait_for_requests("send", 2))
        done = run(*words, code=1, WEBCHAT_API_KEY="k2-secret")
        assert "not sent" in done.stderr and "k2-secret" not in done.stderr


def test_a_file_is_sent(simulator: Simulator, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("a note")
    run("send", "--url", simulator.url(), "--file", file, "with it")
    simulator.wait_for_requests("fileUpload")
    assert simulator.chat().texts() == ["with it"]


def test_what_is_not_sent_and_what_nobody_knows(simulator: Simulator) -> None:
    assert "cannot be reached" in run("send", "x", "--url", "http://127.0.0.1:1/", code=1).stderr
    simulator.faults.permanent("send")
    done = run("send", "x", "--json", "--url", simulator.url(), code=1)
    assert json.loads(done.stdout)["delivery"] == "not_sent"
    assert "not sent" in done.stderr
    simulator.faults.hang("send", effect=True)
    simulator.faults.hang("refresh", times=1000)
    done = run("send", "x", "--json", "--timeout", "2", "--url", simulator.url(), code=3)
    assert json.loads(done.stdout)["delivery"] == "unknown"
    assert "nothing tells whether it was sent" in done.stderr


def test_commands_go_on_with_a_kept_chat(simulator: Simulator, tmp_path: Path) -> None:
    words = ["send", "--url", simulator.url(), "--session", tmp_path / "session"]
    run(*words, "one")
    run(*words, "two")
    assert simulator.chat().texts() == ["one", "two"]
    run(*words, "three", "--end")
    assert simulator.chat().texts() == ["one", "two", "three"]
    run(*words, "four", "--end")
    assert simulator.chat().texts() == ["four"]


def test_events_are_lines_of_json(demo: Simulator) -> None:
    process = start("tail", "--url", demo.url(), *FAST)
    assert process.stdout is not None
    names = []
    for line in process.stdout:
        event = json.loads(line)
        assert set(event) == {"time", "event", "data"}
        names.append(event["event"])
        if "How can I help you?" in line:
            kim = demo.chat().agent("Kim").say("Grüße \x1b[2J\x9b\u202e\u2028!")
        if "Grüße" in line:
            assert not set(line) & set("\x1b\x9b\u202e\u2028")
            assert event["data"]["messages"][-1]["text"] == "Grüße \x1b[2J\x9b\u202e\u2028!"
            kim.end_chat()
    assert process.wait(SECONDS) == 0
    process.communicate()
    assert names[:3] == ["ready", "started", "pollingStarted"] and names[-2:] == ["ended", "pollingStopped"]


def test_what_identifies_a_session_is_shown_on_demand_alone(demo: Simulator) -> None:
    words = ["tail", "--url", demo.url(), "-e", "started", "-e", "messageReceived", "--count", "2"]
    started = {"alias", "secureKey", "sessionID", "userId"}
    for more, hidden in [([], True), (["--keys"], False)]:
        events = [json.loads(line) for line in run(*words, *more).stdout.splitlines()]
        datas = [event["data"] for event in events if event["event"] == "started"]
        datas += [event["data"]["sessionData"] for event in events if event["event"] == "messageReceived"]
        assert len(datas) == 2
        for data in datas:
            assert set(data) == started and (data["secureKey"] == "(hidden)") is hidden


def test_some_events_alone(demo: Simulator) -> None:
    done = run("tail", "--url", demo.url(), "--event", "agentConnected", "-e", "started", "--count", "2")
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["started", "agentConnected"]
    demo.wait_for_requests("disconnect")
    assert not run("tail", "--url", demo.url(), "-e", "restored", "--for", "0.2").stdout


def test_nobody_reads_any_more(demo: Simulator) -> None:
    process = start("tail", "--url", demo.url(), *FAST)
    assert process.stdout is not None and process.stderr is not None
    while "How can I help you?" not in process.stdout.readline():
        pass
    process.stdout.close()
    demo.chat().agent("Kim").say("Anybody?")
    assert process.wait(SECONDS) == 128 + signal.SIGPIPE
    assert not process.stderr.read()
    process.stderr.close()
    demo.wait_for_requests("disconnect")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_ends_the_chat(number: signal.Signals, demo: Simulator) -> None:
    process = start("tail", "--url", demo.url(), *FAST)
    assert process.stdout is not None
    while "started" not in process.stdout.readline():
        pass
    process.send_signal(number)
    _, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, errors.strip()) == (128 + number, "")
    demo.wait_for_requests("disconnect")


def test_the_log_is_shown_on_demand_alone(simulator: Simulator) -> None:
    words = ["send", "--url", simulator.url(), "private words", "-o", "bogus=1"]
    assert run(*words).stderr == ""
    shown = run("-v", *words).stderr
    assert "bogus" in shown and "started" in shown and "private" not in shown


def test_completion() -> None:
    for shell in ("bash", "zsh", "fish"):
        assert "_WEBCHAT_COMPLETE" in run("completion", shell).stdout
    done = run(_WEBCHAT_COMPLETE="bash_complete", COMP_WORDS="webchat se", COMP_CWORD="1")
    assert done.stdout.split() == ["plain,send"]
