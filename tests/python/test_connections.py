"""How connections are made: the options reach the library, and a proxy of the environment is never passed over."""

from __future__ import annotations

from pathlib import Path

import programs
import pytest
import webchat
from conftest import Face
from webchat.testing import Simulator

NOWHERE = {"dataURL": "http://127.0.0.1:9/genesys/2/chat/support"}


async def test_a_chat_takes_all_options_of_connections(face: Face, simulator: Simulator) -> None:
    connection = {"proxy": "http://127.0.0.1:9", "noProxy": ["127.0.0.0/8"], "minimumTls": "1.3"}
    async with face.started(simulator, config=simulator.config(connection=connection)) as chat:
        await face(chat.send_message("past the proxy"))
    assert simulator.chat().texts() == ["past the proxy"]


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("clientCertificate", "/nowhere/me.pem", "connection.clientCertificate: the file /nowhere/me.pem cannot be read"),
        ("clientCertificate", "-----BEGIN PRIVATE KEY-----\ns3cret\n", "connection.clientCertificate: it is not PEM"),
        ("minimumTls", "1.1", "connection.minimumTls: expected"),
        ("noProxy", ["a.test:80"], "connection.noProxy[0]: expected"),
        ("rootCertificates", ["/nowhere/roots.pem"], "connection.rootCertificates[0]: /nowhere/roots.pem"),
    ],
)
async def test_what_does_not_fit_is_named(face: Face, option: str, value: object, reason: str) -> None:
    with pytest.raises(webchat.InvalidConfigurationError) as caught:
        face.chat_class({**NOWHERE, "connection": {option: value}})
    assert reason in str(caught.value) and "s3cret" not in str(caught.value)


def test_a_file_with_a_key_that_does_not_fit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "me.pem"
    path.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\ns3cret\n-----END ENCRYPTED PRIVATE KEY-----\n")
    with pytest.raises(webchat.InvalidConfigurationError, match="private key is encrypted") as caught:
        webchat.Chat({**NOWHERE, "connection": {"clientCertificate": str(path)}})
    assert str(path) in str(caught.value) and "s3cret" not in str(caught.value)


def test_a_proxy_of_the_environment_that_cannot_be_used_is_named(simulator: Simulator) -> None:
    program = """
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    def use(**variables):
        for name in names:
            os.environ.pop(name, None)
            os.environ.pop(name.upper(), None)
        os.environ.update(variables)
        try:
            with webchat.Chat(CONFIG) as chat:
                chat.start_chat(nickname="Jo")
                return "direct"
        except webchat.InvalidConfigurationError as error:
            return str(error)
    bad = "http://user:s3cret@127.0.0.1:9"
    for variables in ({"http_proxy": bad + "\\n"}, {"HTTP_PROXY": "no s3cret url"}, {"ALL_PROXY": "gopher://s3cret"}):
        said = use(**variables)
        print(*variables, next(iter(variables)) in said and "s3cret" not in said)
    for variables in ({"http_proxy": bad, "no_proxy": "*"}, {"http_proxy": bad, "NO_PROXY": "127.0.0.0/8"}, {"https_proxy": "no url"}):
        print(*variables, use(**variables))
    """
    said = programs.run(programs.source(program, simulator.config())).splitlines()
    assert said == [
        "http_proxy True",
        "HTTP_PROXY True",
        "ALL_PROXY True",
        "http_proxy no_proxy direct",
        "http_proxy NO_PROXY direct",
        "https_proxy direct",
    ]
