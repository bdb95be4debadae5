"""``webchat probe``: what it tells of servers that are well, slow, ill and away."""

from __future__ import annotations

import json
import re
import signal
import pytest
from command import SECONDS, Terminal, run, start
from conftest import AT_ONCE
from webchat.testing import Simulator

FAST = ("-o", "pollRateMin=250", "-o", "pollRateMax=250")


def test_a_server_that_is_well(simulator: Simulator) -> None:
    line = run("probe", "--url", simulator.url(), *FAST, "-w", "30", "-c", "send=20").stdout
    assert re.fullmatch(
        r"WEBCHAT OK - a chat of 4 steps in [0-9.]+ s \| total=[0-9.]+s;30;;0 start=[0-9.]+s;;;0 "
        r"send=[0-9.]+s;;20;0 echo=[0-9.]+s;;;0 end=[0-9.]+s;;;0\n",
        line,
    )
    assert simulator.chat().texts() == ["This is a test message of monitoring."]
    assert simulator.chat().state().nickname == "Probe"
    simulator.wait_for_requests("disconnect")


def test_a_server_that_is_well_over_nexus() -> None:
    with Simulator("nexus-rest", script="demo", arguments=AT_ONCE) as simulator:
        words = ["--url", simulator.url(), "--endpoint", "Support", "--api-key", "k", "-o", "transport.pollTimeout=100"]
        assert "WEBCHAT OK - a chat of 6 steps" in run("probe", *words, "--reply", "You said").stdout


def test_somebody_answers_what_is_expected(demo: Simulator) -> None:
    words = ["probe", "--url", demo.url(), *FAST]
    outcome = json.loads(run(*words, "--reply", "Here is .* invoice", "-m", "invoice, please", "--json").stdout)
    assert [step["name"] for step in outcome["steps"]] == ["start", "agent", "send", "echo", "reply", "end"]
    assert (outcome["status"], outcome["code"]) == ("OK", 0) and all(step["ok"] for step in outcome["steps"])
    assert abs(outcome["seconds"] - sum(step["seconds"] for step in outcome["steps"])) < 0.001
    done = run(*words, "--reply", "Never said", "--timeout", "1", code=2).stdout
    assert "WEBCHAT CRITICAL - reply failed after" in done and "nothing came in time" in done
    demo.wait_for_requests("disconnect", 2)
    done = run(*words, "--reply", "Never said", "-m", "bye", code=2).stdout
    assert "the chat was ended by the other side" in done


def test_nobody_joins(simulator: Simulator) -> None:
    done = run("probe", "--url", simulator.url(), *FAST, "--agent", "-t", "0.5", code=2)
    assert "CRITICAL - agent failed after" in done.stdout
    assert simulator.chat().texts() == []


def test_a_slow_server(simulator: Simulator) -> None:
    simulator.faults.latency(0.3, "send", times=100)
    words = ["probe", "--url", simulator.url(), *FAST]
    assert "WEBCHAT WARNING - send took 0." in run(*words, "-w", "send=0.2", code=1).stdout
    assert "WEBCHAT CRITICAL - send took 0." in run(*words, "-w", "send=0.1", "-c", "send=0.2", code=2).stdout
    assert "WEBCHAT CRITICAL - total took" in run(*words, "-c", "0.2", "-w", "send=0.1", code=2).stdout
    assert "WEBCHAT OK" in run(*words, "-w", "start=20").stdout


def test_an_outage(simulator: Simulator) -> None:
    done = run("probe", "--url", "http://127.0.0.1:1/", code=2)
    assert "WEBCHAT CRITICAL - start failed after" in done.stdout and "cannot be reached" in done.stdout
    words = ["probe", "--url", simulator.url(), *FAST]
    simulator.faults.status(503, "requestChat", times=1000)
    assert "CRITICAL - start failed" in run(*words, "-t", "3", code=2).stdout
    simulator.faults.clear()
    simulator.faults.permanent("send")
    assert "CRITICAL - send failed" in run(*words, code=2).stdout
    simulator.faults.hang("refresh", times=1000)
    assert "CRITICAL - echo failed" in run(*words, "-t", "1", code=2).stdout


def test_metrics(simulator: Simulator) -> None:
    metrics = run("probe", "--url", simulator.url(), *FAST, "--prometheus").stdout
    samples = [line for line in metrics.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r'[a-z_]+(\{step="[a-z]+"\})? [0-9.]+', sample) for sample in samples)
    assert {"webchat_probe_success 1", "webchat_probe_status 0", 'webchat_probe_step_success{step="echo"} 1'} <= set(samples)
    named = set(re.findall(r"^# TYPE ([a-z_]+) gauge$", metrics, re.MULTILINE))
    assert named == {re.split("[{ ]", sample)[0] for sample in samples}
    metrics = run("probe", "--url", "http://127.0.0.1:1/", "--prometheus", code=2).stdout
    assert "webchat_probe_success 0\n" in metrics and 'webchat_probe_step_success{step="start"} 0' in metrics


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "no server is named"),
        (["--url", "x"], "--url 'x' is no address"),
        (["--url", "http://h/", "-w", "soon"], "--warning 'soon' is not [STEP=]SECONDS; the steps are total, start"),
        (["--url", "http://h/", "-c", "dance=1"], "--critical 'dance=1'"),
        (["--url", "http://h/", "-c", "-1"], "--critical '-1'"),
        (["--url", "http://h/", "-c", "nan"], "--critical 'nan'"),
        (["--url", "http://h/", "--reply", "("], "is no regular expression"),
        (["--config", "/nowhere.json"], "cannot be read"),
        (["--bogus"], "--bogus"),
    ],
)
def test_wrong_use_is_unknown(words: list[str], part: str) -> None:
    for before in ([], ["-v"]):
        assert part in run(*before, "probe", *words, code=3).stderr


def test_a_configuration_that_cannot_be_used_is_unknown() -> None:
    done = run("probe", "--url", "http://h/", "-o", "ajaxTimeout=soon", code=3)
    assert "WEBCHAT UNKNOWN - Invalid configuration: webchat.ajaxTimeout" in done.stdout


def test_a_person_sees_a_table(simulator: Simulator) -> None:
    with Terminal("probe", "--url", simulator.url(), *FAST) as terminal:
        assert terminal.end() == 0
        shown = "\n".join(terminal.lines)
    for part in (simulator.url(), "Step", "echo", "█", "total", "OK: a chat of 4 steps"):
        assert part in shown, shown


def test_whoever_stops_it_ends_the_chat(simulator: Simulator) -> None:
    process = start("probe", "--url", simulator.url(), "--agent")
    simulator.wait_for_requests("refresh")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=SECONDS)[1].strip() == ""
    assert process.returncode == 128 + signal.SIGINT
    simulator.wait_for_requests("disconnect")
