"""Errors: one class for each kind, with what the server said."""

from __future__ import annotations

import asyncio
import builtins
import errno
import os
import pickle
import urllib.parse
from typing import Any

import pytest
import webchat
import webchat.aio
from conftest import Face
from webchat.testing import Simulator
from webchat import _webchat, errors


@pytest.mark.parametrize("kind", [kind for kind, _, _ in _webchat.ERROR_KINDS])
def test_every_kind_has_a_class(kind: str) -> None:
    leaf = errors.class_for(kind)
    assert leaf is not webchat.Error
    assert leaf.kind == kind
    assert leaf.__name__ == "".join(word.capitalize() for word in kind.split("_")) + "Error"
    assert getattr(webchat, leaf.__name__) is leaf
    assert leaf.__bases__[0] is webchat.Error
    assert (leaf.__name__ in errors.__all__) is not hasattr(builtins, leaf.__name__)


def test_there_is_no_class_without_a_kind() -> None:
    leaves = {getattr(errors, name).kind for name in [*errors.__all__, "TimeoutError"]} - {"unknown"}
    assert leaves == {kind for kind, _, _ in _webchat.ERROR_KINDS}
    assert errors.class_for("a kind to come") is webchat.Error


def test_errors_are_what_python_would_raise() -> None:
    assert issubclass(webchat.InvalidArgumentError, ValueError)
    assert issubclass(webchat.TimeoutError, builtins.TimeoutError)
    assert issubclass(webchat.DisconnectedError, ConnectionError)
    assert issubclass(webchat.IoError, OSError)


def test_an_error_survives_pickling() -> None:
    error = webchat.RejectedError("no", response={"statusCode": 2}, retry_after=1.5, request_id=7, delivery="unknown")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is webchat.RejectedError
    assert (copy.message, copy.response, copy.retry_after, copy.request_id) == ("no", {"statusCode": 2}, 1.5, 7)
    assert copy.retryable and copy.delivery == "unknown"


async def test_rejections_have_the_specifications_texts(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        with pytest.raises(webchat.SessionActiveError) as caught:
            await face(chat.start_chat(nickname="Jo"))
        assert caught.value.message == str(caught.value) == "There is already an active chat session"
        assert caught.value.request_id is not None
        assert caught.value.response is None
        assert not caught.value.retryable
        with pytest.raises(webchat.InvalidArgumentError, match="^No message text provided$"):
            await face(chat.send_message(" "))
        with pytest.raises(webchat.AccessDeniedError, match="^Access Denied to private command"):
            await face(chat.poll())
        with pytest.raises(webchat.SessionActiveError, match="ignoring restore command"):
            await face(chat.restore())


async def test_a_refused_chat_has_the_servers_response(face: Face, simulator: Simulator) -> None:
    simulator.accept_chats(False)
    async with face.open(simulator.config()) as chat:
        with pytest.raises(webchat.RejectedError) as caught:
            await face(chat.start_chat(nickname="Jo"))
        assert caught.value.response["responseJSON"]["errors"][0]["code"] == 240


async def test_a_server_that_asks_to_slow_down(face: Face, simulator: Simulator) -> None:
    simulator.faults.status(429, "requestChat", retry_after=7)
    async with face.open(simulator.config()) as chat:
        with pytest.raises(webchat.RateLimitedError) as caught:
            await face(chat.start_chat(nickname="Jo"))
        assert caught.value.retry_after == 7.0
        assert caught.value.retryable


async def test_a_server_that_is_not_there(face: Face, simulator: Simulator) -> None:
    config = simulator.config()
    simulator.stop()
    async with face.open(config) as chat:
        with pytest.raises(webchat.DisconnectedError) as caught:
            await face(chat.start_chat(nickname="Jo"))
        assert caught.value.retryable


async def test_a_deadline(face: Face, simulator: Simulator) -> None:
    async with face.open() as chat:
        with pytest.raises(webchat.TimeoutError, match="startChat: the chat was never configured"):
            await face(chat.start_chat(nickname="Jo", timeout=0.05))
        for timeout in (-1, float("nan"), float("inf"), 1e300):
            with pytest.raises(webchat.InvalidArgumentError, match="timeout"):
                await face(chat.get_agents(timeout=timeout))


async def test_a_message_whose_outcome_is_unknown(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        simulator.faults.slow_reply(60, "send")
        with pytest.raises(webchat.OutcomeUnknownError) as caught:
            await face(chat.send_message("Is it there?", timeout=0.5))
        assert "Is it there?" not in str(caught.value)
        assert caught.value.delivery == "unknown"


async def test_a_message_while_the_connection_is_lost(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        simulator.stop()
        await face.until(chat, "disconnected")
        with pytest.raises(webchat.NotSentError) as caught:
            await face(chat.send_message("Lost"))
        assert caught.value.response == {"statusCode": 1}
        assert caught.value.delivery == "not_sent"
        assert caught.value.retryable


async def test_how_sure_a_failed_message_is(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        with pytest.raises(webchat.NoSessionError) as caught:
            await face(chat.send_message("too early"))
        assert caught.value.delivery == "not_sent"
        with pytest.raises(webchat.InvalidArgumentError) as refused:
            await face(chat.send_message("hi", type=1))
        assert refused.value.delivery == "not_sent"
        with pytest.raises(webchat.NoSessionError) as caught:
            await face(chat.end_chat())
        assert caught.value.delivery is None


@pytest.mark.parametrize("address", ["http://gms.test/chat", " HTTPS://user:secret@gms.test/"])
async def test_an_address_is_no_configuration(face: Face, address: str) -> None:
    with pytest.raises(webchat.InvalidConfigurationError, match="dataURL") as caught:
        async with face.open(address):
            pass
    assert "gms.test" not in str(caught.value)


async def test_what_is_not_known_is_named(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        with pytest.raises(webchat.UnsupportedError) as caught:
            await face(chat.command("dance"))
        assert str(caught.value) == "Command does not exist: 'dance'"
        assert (caught.value.message, caught.value.detail) == ("Command does not exist", "'dance'")
        with pytest.raises(webchat.InvalidArgumentError, match="'dance'"):
            chat.on("dance", print)


async def test_files_are_named_with_what_the_system_said(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        with pytest.raises(webchat.IoError, match="/does/not/exist") as caught:
            await face(chat.send_file("/does/not/exist"))
        assert isinstance(caught.value, OSError)
        assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, "/does/not/exist")
        assert caught.value.strerror == os.strerror(errno.ENOENT)
        copy = pickle.loads(pickle.dumps(caught.value))
        assert (copy.errno, copy.filename, str(copy)) == (errno.ENOENT, "/does/not/exist", str(caught.value))
        with pytest.raises(webchat.IoError) as caught:
            await face(chat.send_file("/tmp"))
        assert (caught.value.errno, caught.value.filename) == (None, "/tmp")


async def test_network_errors_name_the_server(face: Face, simulator: Simulator) -> None:
    config = simulator.config()
    simulator.stop()
    place = urllib.parse.urlsplit(config["dataURL"]).netloc
    async with face.open(config) as chat:
        with pytest.raises(webchat.DisconnectedError, match=f"^start: {place} cannot be reached: Connection refused"):
            await face(chat.start_chat(nickname="Jo"))


async def test_an_error_event_has_the_servers_response(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        simulator.faults.add("status", "send", {"code": 204, "advice": "too long", "status": 400})
        with pytest.raises(webchat.RejectedError):
            await face(chat.send_message("long"))
        event = await face.until(chat, "error")
        assert event.data["responseJSON"]["errors"][0]["code"] == 204
        assert event.messages == ()


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"a": [1, {"b": {1, 2}}]}, r"value\.a\[1\]\.b: set has no form in JSON"),
        ({"a": float("nan")}, r"value\.a: the number is not finite"),
        ({"a": 1 << 64}, r"value\.a: the number is too large"),
        ({"a": "\ud800"}, r"value\.a: the text holds half a surrogate pair"),
        ({1: "a"}, "value: a key is int, not text"),
        ({"a": CIRCLE}, "nested too deep"),
        ("text", "updateUserData|object"),
    ],
)
async def test_what_json_cannot_say_is_named(face: Face, simulator: Simulator, data: Any, text: str) -> None:
    async with face.open(simulator.config()) as chat:
        with pytest.raises(webchat.InvalidArgumentError, match=text):
            await face(chat.update_user_data(data))


async def test_values_of_all_kinds_come_back(face: Face, simulator: Simulator) -> None:
    data = {"a": [None, True, 1, -(1 << 63), (1 << 64) - 1, 1.5, "ü😀", {"b": ()}]}
    async with face.open(simulator.config()) as chat:
        back = await face(chat.update_user_data(data))
        assert back == {"a": [None, True, 1, -(1 << 63), (1 << 64) - 1, 1.5, "ü😀", {"b": []}]}


async def test_a_chat_of_aio_needs_its_loop(simulator: Simulator) -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        await asyncio.get_running_loop().run_in_executor(None, webchat.aio.Chat)
