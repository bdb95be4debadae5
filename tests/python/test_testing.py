"""The simulator as programs' own tests drive it."""

from __future__ import annotations

import asyncio
import doctest
import http.client
import importlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import webchat
import webchat.aio
from webchat.testing import BACK_ENDS, BackEnd, Operation, Simulator, SimulatorError


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_agents_and_customers_hear_each_other_over_every_back_end(sim: Simulator, back_end: BackEnd) -> None:
    with webchat.Chat(sim.config(back_end)) as chat:
        events = chat.events()
        chat.start_chat(nickname="Jo", email="jo@example.com")
        server = sim.chat()
        kim = server.agent("Kim").say("hello").type().stop_typing()
        chat.send_message("hi")
        said = server.wait_for_text("hi")
        assert (said.nickname, said.from_customer, said.kind) == ("Jo", True, "Client")
        assert server.texts() == ["hello", "hi"]
        assert server.texts(customer=True) == ["hi"] and server.texts(customer=False) == ["hello"]
        state = server.state()
        assert (state.back_end, state.nickname, state.ended, server.ended) == (back_end, "Jo", None, False)
        assert [(member.nickname, member.kind) for member in state.members] == [("Jo", "Client"), ("Kim", "Agent")]
        assert state.customer.present
        kim.end_chat()
        assert server.wait_for_end().ended == "agent" and server.ended
        names = set()
        for event in events:
            names.add(event.name)
            if event.name == "ended":
                break
        assert {"agentConnected", "messageReceived", "agentTypingStarted"} <= names


def test_everything_that_participants_do(sim: Simulator) -> None:
    with webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo", user_data={"order": "7"})
        server = sim.chat("Jo")
        assert server.state().user_data["order"] == "7"
        kim = server.agent("Kim")
        server.supervisor("Sue").leave()
        server.bot("Bo").say("beep", attributes={"a": 1})
        kim.say("later", message_type="text").push_url("https://example.com/").notice("n").rename("Kimberly").say("me")
        file_id = kim.send_file("a.txt", "content", content_type="text/plain", description="A", user_data={"k": "v"})
        assert chat.download_file(file_id)
        kim.delete_file(file_id)
        kinds = [event.type for event in server.events()]
        assert kinds == [
            *["ParticipantJoined", "ParticipantJoined", "ParticipantJoined", "ParticipantLeft", "ParticipantJoined"],
            *["Message", "Message", "PushUrl", "CustomNotice", "NicknameUpdated", "Message", "FileUploaded", "FileDeleted"],
        ]
        assert server.events()[-3].nickname == "Kimberly" == kim.nickname
        assert len(server.transcript()) == len(kinds) and "Kimberly" in server.timeline()
        with pytest.raises(SimulatorError, match="no events of an application's own type"):
            kim.event("custom")


def test_faults_befall_requests(sim: Simulator) -> None:
    with webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo")
        server = sim.chat()
        sim.faults.drop("send", effect=True, chat=server)
        chat.send_message("once")
        assert server.texts() == ["once"]
        assert [(request.fault, request.status, request.effect) for request in sim.log("send", chat=server)] == [("drop", None, True)]

        sim.faults.status(500, "send", nth=2, retry_after=0)
        sim.faults.latency(0.01, "refresh", rate=0.5)
        sim.faults.hang("refresh", rate=0.25)
        pending = sim.faults.pending()
        assert pending["queued"][0]["status"] == 500 and [fault["rate"] for fault in pending["rates"]] == [0.5, 0.25]
        sim.faults.clear()
        assert sim.faults.pending() == {"queued": [], "rates": []}


def test_every_fault_is_one_that_the_server_knows(sim: Simulator) -> None:
    faults = sim.faults
    faults.drop()
    faults.truncate("send")
    faults.hang("send", times=2)
    faults.latency(1)
    faults.slow_reply(1)
    faults.status(503, code=100, retry_after=3)
    faults.temporary("refresh")
    faults.permanent("refresh", chat_ended=False, code=501)
    faults.error_code("INVALID_SESSION", status=404)
    faults.wrong_body()
    faults.wrong_body("{}")
    faults.huge_body(1000)
    faults.redirect("http://127.0.0.1:1/")
    faults.duplicate_messages()
    faults.reorder_messages()
    faults.refuse(402, "connect", reconnect="handshake", interval=1)
    faults.advice("retry", "connect", interval=0.5)
    for operation in get_args(Operation):
        faults.add("setCookie", operation, {"cookie": "a=b"})
    assert len(faults.pending()["queued"]) == 17 + len(get_args(Operation))
    with pytest.raises(SimulatorError, match="there is no kind"):
        faults.add("dorp")


def test_requests_are_waited_for(sim: Simulator) -> None:
    with webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo")
        chat.send_message("hi")
        (send,) = sim.wait_for_requests("send", chat=sim.chat())
        assert (send.method, send.operation, send.status, send.fields["message"]) == ("POST", "send", 200, "hi")
        assert len(sim.wait_for_requests("refresh", 2)) >= 2
        with pytest.raises(TimeoutError, match="1 of 2 send"):
            sim.wait_for_requests("send", 2, timeout=0)
        sim.clear_log()
        assert sim.log("send") == []


def test_what_does_not_come_is_told_with_what_came_instead(sim: Simulator) -> None:
    with pytest.raises(TimeoutError, match="no chat of Al has begun; there are 0"):
        sim.chat("Al", timeout=0)
    with webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo")
        chat.send_message("hello")
        server = sim.chat()
        with pytest.raises(TimeoutError, match="the customer did not say 'bye': .*Jo: 'hello'"):
            server.wait_for_text("bye", timeout=0)
        with pytest.raises(TimeoutError, match="is not over"):
            server.wait_for_end(timeout=0)
        chat.end_chat()
        with pytest.raises(TimeoutError, match=r"the chat is over \(client\)"):
            server.wait_for(lambda event: False)
        with pytest.raises(SimulatorError, match="ended|over"):
            server.agent()


def test_chats_are_found_when_they_come(sim: Simulator) -> None:
    first, second = webchat.Chat(sim.config()), webchat.Chat(sim.config("nexus-rest"))
    with first, second:
        first.start_chat(nickname="Jo")
        late = threading.Thread(target=second.start_chat, kwargs={"nickname": "Al"})
        late.start()
        assert sim.chat("Al").state().back_end == "nexus-rest"
        late.join()
        assert [chat.state().nickname for chat in sim.chats()] == ["Jo", "Al"]
        assert sim.chat("Jo") == sim.chats()[0] != sim.chat()


def test_a_chat_over_web_messaging(sim: Simulator) -> None:
    with webchat.Chat(sim.config("web-messaging")) as chat:
        chat.start_chat(nickname="Di", email="di@example.com")
        server = sim.chat("Di")
        assert (server.state().back_end, server.state().email) == ("web-messaging", "di@example.com")
        kim = server.agent("Kim").say("hello")
        chat.wait_for("messageReceived", check=lambda event: event.messages[-1].text == "hello", timeout=20)
        sim.faults.error_code("4011", "send")
        with pytest.raises(webchat.Error) as refused:
            chat.send_message("refused")
        assert "4011" in str(refused.value.response)
        sim.faults.drop("send", effect=True)
        chat.send_message("hi")
        server.wait_for_text("hi")
        assert server.texts() == ["hello", "hi"], "arrived, and once"
        assert sim.log("history"), "it was looked for there"
        kim.end_chat()
        chat.wait_for("ended", timeout=20)


def test_time_runs_out_at_once(sim: Simulator) -> None:
    with webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo")
        server = sim.chat()
        server.expire_idle()
        server.wait_for(lambda event: event.type == "IdleAlert")
        server.expire_idle()
        assert server.wait_for_end().ended == "idle"
    with webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Al")
        sim.chat("Al").expire_customer()
        assert sim.chat("Al").wait_for_end().ended == "silence"
    with webchat.Chat(sim.config("nexus-rest")) as chat:
        chat.start_chat(nickname="Bo")
        sim.chat("Bo").expire_tokens()
        with pytest.raises(SimulatorError):
            sim.chat("Bo").expire_idle()


def test_the_clock_is_moved(sim: Simulator) -> None:
    with webchat.Chat(sim.config()) as chat, webchat.Chat(sim.config("gms-cometd")) as pushed:
        chat.start_chat(nickname="Jo")
        server, before = sim.chat("Jo"), sim.clock.time()
        now = sim.clock.advance(200)
        assert now >= before + 200 and sim.clock.time() >= now
        pushed.start_chat(nickname="Al")
        sim.clock.advance(55)
        alert = server.wait_for(lambda event: event.type == "IdleAlert")
        assert alert.time >= server.events()[0].time + 255
        assert not server.ended and not sim.chat("Al").ended, "nobody was silent"
        sim.clock.advance(255 + 45)
        assert (server.state().ended, sim.chat("Al").state().ended) == ("idle", "idle")
        assert [event.type for event in sim.chat("Al").events()][-2:] == ["IdleAlert", "IdleClose"]
        pushed.wait_for("messageReceived", check=lambda event: event.messages[-1].type == "IdleClose", timeout=20)
    with pytest.raises(SimulatorError, match="at most"):
        sim.clock.advance(1e9)
    with pytest.raises(SimulatorError, match="-1"):
        sim.clock.advance(-0.001)


def test_settings_change_while_it_runs(sim: Simulator) -> None:
    sim.settings(text_changes=["maskCards"], short_keys=True, idle_alert=0.0, back_ends={"nexus-rest": {"holdMs": 10}})
    with webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo")
        chat.send_message("4111 1111 1111 1111")
        (said,) = sim.chat().texts()
        assert said.endswith("1111") and "4111" not in said
        sim.chat().change_texts()
        chat.send_message("4111 1111 1111 1111")
        assert sim.chat().texts()[1] == "4111 1111 1111 1111"
    with pytest.raises(SimulatorError, match="pigeon"):
        sim.settings(back_ends={"nexus-rest": {"pigeon": 1}})


def test_outages_and_restarts(sim: Simulator) -> None:
    with webchat.Chat(sim.config()) as chat:
        events = chat.events()
        names = (event.name for event in events)
        chat.start_chat(nickname="Jo")
        with sim.offline():
            assert "chatServerWentOffline" in names
        assert "chatServerBackOnline" in names
        sim.restart(down=0.05)
        chat.send_message("still here")
        assert sim.chat().texts() == ["still here"]
        with sim.frozen():
            assert is_stopped(sim.pid)
        sim.restart("lose")
        assert sim.chats() == []
        sim.accept_chats(False)
    with webchat.Chat(sim.config()) as chat, pytest.raises(webchat.Error):
        chat.start_chat(nickname="Al")


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_scripts_and_rules_answer_without_the_test() -> None:
    rules = {"agent": "Kim", "greeting": "Hello {nickname}", "rules": [{"pattern": "bill", "replies": ["Here."], "then": "end"}]}
    with Simulator("gms-cometd", rules=rules, seed=7) as sim, webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo")
        chat.send_message("my bill please")
        assert sim.chat().wait_for_end().ended == "agent"
        assert sim.chat().texts() == ["Hello Jo", "my bill please", "Here."]
    with Simulator("nexus-rest", script="echo") as sim, webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo")
        sim.chat().wait_for(lambda event: event.kind == "Agent")
        chat.send_message("hi")
        sim.chat().wait_for(lambda event: event.text == "hi" and not event.from_customer)


def test_configurations_take_options(sim: Simulator) -> None:
    config = sim.config("gms-cometd", cometD={"websocketEnabled": False}, ajaxTimeout=1000)
    assert config["cometD"]["enabled"] and not config["cometD"]["websocketEnabled"] and config["ajaxTimeout"] == 1000
    assert sim.config() == sim.config("gms-rest") and sim.url() == sim.url("gms-rest") == sim.urls["url"]
    with pytest.raises(ValueError, match="there is no back end 'pigeon'; they are gms-rest, "):
        sim.config("pigeon")  # type: ignore[arg-type]
    with Simulator("nexus-rest") as other, pytest.raises(ValueError, match="does not serve gms-rest"):
        other.config("gms-rest")
    with pytest.raises(ValueError, match="pigeon"):
        Simulator("pigeon")  # type: ignore[arg-type]


async def test_asyncio_waits_without_stopping_its_loop(sim: Simulator) -> None:
    async with webchat.aio.Chat(sim.config()) as chat:
        with pytest.raises(TimeoutError):
            sim.chat(timeout=20)
        (server, _) = await asyncio.gather(sim.aio.chat("Jo"), chat.start_chat(nickname="Jo"))
        assert sim.chat() == server

        async def answer() -> None:
            await server.aio.wait_for_text("ping")
            server.agent().say("pong")

        answering = asyncio.create_task(answer())
        await chat.send_message("ping")
        await answering
        await server.aio.wait_for(lambda event: event.text == "pong")
        with pytest.raises(RuntimeError, match=r"await chat\.aio\.wait_for_text"):
            server.wait_for_text("ping")
        with pytest.raises(RuntimeError, match=r"await sim\.aio\.wait_for_requests"):
            sim.wait_for_requests("send")
        assert await sim.aio.wait_for_requests("send")
        with pytest.raises(TimeoutError, match="did not say"):
            await server.aio.wait_for_text("never", timeout=0.01)
        waiting = asyncio.create_task(server.aio.wait_for_end())
        await chat.end_chat()
        assert (await waiting).ended == "client"
        cancelled = asyncio.create_task(sim.aio.chat("Nobody"))
        await asyncio.sleep(0)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
    os.kill(sim.pid, signal.SIGKILL)
    with pytest.raises(SimulatorError):
        await sim.aio.chat("Nobody")


def test_what_goes_wrong_with_the_program_is_told(sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SimulatorError, match="(?s)did not start.*pigeon"):
        Simulator(arguments=["--pigeon"]).start()
    with pytest.raises(SimulatorError, match="does not run"):
        Simulator().config()
    with pytest.raises(SimulatorError, match="runs already"):
        sim.start()
    os.kill(sim.pid, signal.SIGKILL)
    with pytest.raises(SimulatorError, match="the simulator has ended by signal 9"):
        while True:
            sim.chats()
    sim.stop()
    sim.stop()
    for script, told in [("echo []", "where it listens"), ("exec sleep 60 <&-", "did not say within")]:
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("WEBCHAT_SIMULATOR", str(program))
        with pytest.raises(SimulatorError, match=told):
            Simulator(start_timeout=0.5).start()


def test_it_ends_with_a_process_that_is_killed() -> None:
    program = "from webchat.testing import Simulator; sim = Simulator().start(); print(sim.pid, flush=True); input()"
    owner = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with owner:
        assert owner.stdout is not None
        gone = os.pidfd_open(int(owner.stdout.readline()))
        owner.kill()
        selected = select.select([gone], [], [], 20)[0]
        os.close(gone)
    assert selected == [gone]


def test_a_report_shows_chats_and_requests(sim: Simulator) -> None:
    assert sim.report() == "nothing happened"
    with webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo")
        chat.send_message("hi")
        sim.faults.status(403, "customNotice")
        with pytest.raises(webchat.Error):
            chat.send_custom_notice("n")
    report = sim.report(requests=1000)
    assert "of Jo, gms-rest, running" in report and "Jo (Client)  Message: 'hi'" in report
    assert "customNotice -> 403, fault status, without effect" in report and "requestChat -> 200" in report


def test_a_report_does_not_wait_for_a_server_that_stands_still(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    class Connection(http.client.HTTPConnection):
        def __init__(self, host: str, port: int, timeout: float) -> None:
            waits.append(timeout)
            super().__init__(host, port, timeout=timeout)

    with webchat.Chat(sim.config()) as chat:
        chat.start_chat(nickname="Jo")
        monkeypatch.setattr("http.client.HTTPConnection", Connection)
        assert "requestChat" in sim.report()
        with sim.frozen():
            report = sim.report()
    assert "the simulator does not answer" in report and waits and max(waits) <= 2


@pytest.mark.parametrize("module", ["webchat.testing", "webchat.testing._clock", "webchat.testing._simulator"])
def test_the_examples_of_the_docstrings_run(module: str) -> None:
    tried = doctest.testmod(importlib.import_module(module))
    assert tried.attempted and not tried.failed
