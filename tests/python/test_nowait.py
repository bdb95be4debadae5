"""Commands without waiting: their outcomes are futures."""

from __future__ import annotations

import concurrent.futures
import io
import threading

import pytest
import webchat
from conftest import SECONDS
from webchat.testing import Simulator


def test_outcomes_come_to_futures_in_order(simulator: Simulator) -> None:
    with webchat.Chat(simulator.config()) as chat:
        started = chat.nowait.start_chat(nickname="Jo")
        assert started.result(SECONDS)["statusCode"] == 0
        sent = [chat.nowait.send_message(str(number)) for number in range(20)]
        done, open_ = concurrent.futures.wait(sent, SECONDS)
        assert (len(done), open_) == (20, set())
        assert simulator.chat().texts() == [str(number) for number in range(20)]


def test_what_goes_wrong_is_raised_by_the_future(simulator: Simulator) -> None:
    with webchat.Chat(simulator.config()) as chat:
        error = chat.nowait.send_message("no chat yet").exception(SECONDS)
        assert isinstance(error, webchat.NoSessionError) and error.request_id is not None
        with pytest.raises(webchat.InvalidArgumentError, match="surrogate"):
            chat.nowait.send_message("\ud800")


def test_cancelling_a_future_cancels_the_command(simulator: Simulator) -> None:
    with webchat.Chat(simulator.config()) as chat:
        chat.start_chat(nickname="Jo")
        simulator.faults.latency(60, "send")
        first, second = chat.nowait.send_message("first"), chat.nowait.send_message("second")
        assert second.cancel() and second.cancelled()
        simulator.faults.clear()
        first.cancel()
        chat.send_message("third", timeout=SECONDS)
        assert "second" not in simulator.chat().texts()


def test_a_handler_gives_commands_without_waiting(simulator: Simulator) -> None:
    seen: list[object] = []
    ended = threading.Event()
    def told(_: object) -> None:
        seen.append(threading.current_thread().name)
        ended.set()

    with webchat.Chat(simulator.config()) as chat:

        @chat.on("started")
        def handler(_: webchat.Event) -> None:
            outcome = chat.nowait.send_message("from a handler")
            with pytest.raises(webchat.WrongThreadError):
                outcome.result()
            outcome.add_done_callback(told)

        chat.start_chat(nickname="Jo")
        assert ended.wait(SECONDS)
    assert seen == ["webchat-callbacks"] and simulator.chat().texts() == ["from a handler"]


def test_files_come_without_waiting(simulator: Simulator) -> None:
    with webchat.Chat(simulator.config()) as chat:
        chat.start_chat(nickname="Jo")
        sent = chat.nowait.send_file(io.BytesIO(b"content"), name="a.txt").result(SECONDS)
        target = io.BytesIO()
        got = chat.nowait.download_file(sent["userData"]["file-id"], to=target).result(SECONDS)
        assert target.getvalue() == b"content" and got.path is None
