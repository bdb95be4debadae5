"""Keys, names, texts and data come out in no error and on no stream, whatever the server, a file or the program does."""

from __future__ import annotations

import json
import logging
import pathlib
import traceback
from typing import Any

import pytest
import webchat
from conftest import Face
from webchat.testing import Simulator

PLANTED = "s3cr3t"
UGLY = f"{PLANTED}\r\n\x1b[31m \u202e{PLANTED}"


def assert_discreet(*texts: str) -> None:
    for text in texts:
        assert PLANTED not in text
        assert not any(char != "\n" and (ord(char) < 32 or char in "\x7f\x9b\u202e") for char in text), repr(text)


def assert_error_is_discreet(error: webchat.Error) -> None:
    assert_discreet(str(error), repr(error), error.message, error.detail or "")
    assert "\n" not in f"{error}{error!r}"
    assert_discreet("".join(traceback.format_exception_only(type(error), error)))


class Junk:
    """Keeps session data that no chat has stored."""

    def load(self) -> dict[str, str]:
        doubly = json.dumps(json.dumps({"secureKey": PLANTED}))
        return {f"_genesys.widgets.webchat.state.{key}": doubly for key in ["keys", "session", "filters", "index"]}

    def apply(self, changes: Any) -> None:
        pass


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 400, "code": 204, "advice": PLANTED}),
    ("statusCode2", {"chatEnded": False, "code": 7, "advice": UGLY}),
    ("wrongBody", {"body": json.dumps(UGLY)}),
    ("wrongBody", {"body": PLANTED}),
    ("redirect", {"url": f"http://{PLANTED}:{PLANTED}@127.0.0.1:1/{PLANTED}"}),
]


async def test_no_secret_comes_out_of_a_chat(
    face: Face, simulator: Simulator, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.NOTSET)
    config = simulator.config(apikey=PLANTED, userData={"key": PLANTED}, connection={"headers": {"X-Key": PLANTED}})
    form = {"nickname": PLANTED, "firstname": PLANTED, "lastname": PLANTED, "email": f"{PLANTED}@example.test"}
    async with face.open(config, store=Junk()) as chat:
        chat.on("error", lambda event: assert_discreet(repr(event)))
        await face(chat.register_pre_processor(lambda message: {"text": [PLANTED], "type": {PLANTED: 1}}))
        for kind, own in FAULTS:
            simulator.faults.add(kind, "requestChat", own)
            with pytest.raises(webchat.Error) as caught:
                await face(chat.start_chat(**form))
            assert_error_is_discreet(caught.value)
        await face(chat.start_chat(**form))
        for kind, own in FAULTS:
            simulator.faults.add(kind, "updateData", own)
            with pytest.raises(webchat.Error) as caught:
                await face(chat.update_user_data({"key": PLANTED}))
            assert_error_is_discreet(caught.value)
        assert_discreet(repr(chat))
    assert_discreet(*capfd.readouterr(), caplog.text)


@pytest.mark.parametrize(
    "options",
    [
        {"apikey": [PLANTED]},
        {"connection": {"proxy": f"ftp://{PLANTED}:{PLANTED}@host"}},
        {"connection": {"headers": {"X-Key": UGLY}}},
        {"dataURL": f"http://{PLANTED}:{PLANTED}@host/"},
        {"sessionStore": [PLANTED]},
    ],
)
def test_no_secret_comes_out_of_a_configuration(options: dict[str, Any]) -> None:
    with pytest.raises(webchat.InvalidConfigurationError) as caught:
        webchat.Chat({"dataURL": "http://127.0.0.1:1/", **options})
    assert_error_is_discreet(caught.value)


async def test_no_secret_comes_out_of_a_proxy_that_nobody_finds(face: Face) -> None:
    for scheme in ["http", "socks5", "socks5h"]:
        connection = {"proxy": f"{scheme}://{PLANTED}:{PLANTED}@127.0.0.1:1"}
        async with face.open({"dataURL": f"http://127.0.0.1:1/{PLANTED}", "connection": connection}) as chat:
            with pytest.raises(webchat.DisconnectedError) as caught:
                await face(chat.start_chat(nickname=PLANTED, firstname=PLANTED, lastname=PLANTED))
            assert_error_is_discreet(caught.value)
            assert "the proxy 127.0.0.1:1 cannot be reached" in str(caught.value)


async def test_no_secret_comes_out_of_a_file(face: Face, simulator: Simulator, tmp_path: pathlib.Path) -> None:
    async with face.started(simulator) as chat:
        path = tmp_path / "a\x1b[31m\u202e\nb.txt"
        with pytest.raises(webchat.IoError) as caught:
            await face(chat.send_file(path))
        assert_error_is_discreet(caught.value)
        assert caught.value.filename == str(path)
