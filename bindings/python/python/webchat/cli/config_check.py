"""``webchat config check``: what a configuration means, what in it is unknown, and whether the server answers."""

from __future__ import annotations

import time
from typing import Any, Optional
from urllib.parse import urlsplit, urlunsplit

import click

from .. import Chat, Error
from .._webchat import describe_config
from . import output
from .options import find_webchat, read_config

EPILOG = """\b
Examples:
  webchat config check chat.json
  webchat config check chat.json --no-connect --json

\b
Exit codes: 0 all is well, 1 it is wrong, has unknown keys or the server does not answer, 2 wrong use.
"""

SECRET = ("apikey", "clientCertificate", "x-api-key", "userData", "headers", "Authorization")
"""Keys below which values are not shown."""


@click.group("config", short_help="Say what a configuration means, and whether the server answers.")
def command() -> None:
    """Looks at configurations.

    \b
    Example:
      webchat config check chat.json
    """


@command.command("check", short_help="Say what the configuration in FILE means, and whether the server answers.", epilog=EPILOG)
@click.argument("file", metavar="FILE")
@click.option("--no-connect", is_flag=True, help="Do not ask the server.")
@click.option("-t", "--timeout", type=click.FloatRange(min=0, min_open=True), default=20.0, show_default=True, metavar="SECONDS", help="How long the server may take.")
@click.option("--json", "as_json", is_flag=True, help="Tell all of it as a line of JSON.")
def check(file: str, no_connect: bool, timeout: float, as_json: bool) -> int:
    """Says what the configuration in FILE means, what in it is unknown, and whether the server answers.

    FILE is JSON; - is the standard input. The server is asked by a chat that is started and ended at once. Keys, headers and attached data
    are not shown.
    """
    config = read_config(file)
    try:
        about = describe_config(config)
    except Error as error:
        if as_json:
            output.line(output.json_line({"valid": False, "error": output.reason(error)}))
            return 1
        raise
    given, webchat = [], find_webchat(config)
    for path, expected, absent, words in about["options"]:
        value = _find(webchat, path)
        if value is not None:
            given.append({"option": path, "value": shown(path, value), "meaning": words, "default": absent, "takes": expected})
    answer = None if no_connect else ask(config, timeout)
    found = {
        "valid": True,
        "api": about["back_end"],
        "chosenBy": about["chosen_by"],
        "options": given,
        "unknown": about["unknown_keys"],
        "server": answer,
    }
    if as_json:
        output.line(output.json_line(found))
    else:
        _tell(found)
    return 0 if not about["unknown_keys"] and (answer is None or answer["answers"]) else 1


def ask(config: dict[str, Any], timeout: float) -> dict[str, Any]:
    """Whether a chat can be started, and how long that takes."""
    begin = time.monotonic()
    try:
        with Chat({**config, **_in_memory(config)}) as chat:
            chat.start_chat(nickname="Check", timeout=timeout)
            seconds = time.monotonic() - begin
            chat.end_chat(timeout=timeout)
    except Error as error:
        return {"answers": False, "seconds": round(time.monotonic() - begin, 3), "error": output.reason(error)}
    return {"answers": True, "seconds": round(seconds, 3)}


def _in_memory(config: dict[str, Any]) -> dict[str, Any]:
    """What changes a configuration so that the stored chat of another command is left alone, and nothing is recorded."""
    webchat = dict(find_webchat(config))
    webchat.pop("sessionStore", None)
    connection = webchat.get("connection")
    if isinstance(connection, dict):
        webchat["connection"] = {key: value for key, value in connection.items() if key != "recording"}
    return {"_genesys": {"widgets": {"main": _main(config), "webchat": webchat}}}


def _main(config: dict[str, Any]) -> Any:
    found: Any = config
    for key in ("_genesys", "widgets"):
        found = found.get(key, found) if isinstance(found, dict) else found
    return found.get("main") if isinstance(found, dict) else None


def shown(path: str, value: Any) -> str:
    """A value as it may be shown to anybody: nothing that is a key, a password or a customer's."""
    if any(part in SECRET for part in path.split(".")):
        names = f": {', '.join(map(output.one_line, value))}" if isinstance(value, dict) else ""
        return f"(not shown){names}"
    if isinstance(value, str):
        return output.one_line(_without_password(value))
    if isinstance(value, dict):
        return f"an object with {', '.join(map(output.one_line, value)) or 'nothing'}"
    return output.json_line(value)


def _without_password(text: str) -> str:
    parts = urlsplit(text) if "@" in text else None
    return urlunsplit(parts._replace(netloc=f"…@{parts.netloc.rpartition('@')[2]}")) if parts and parts.netloc else text


def _find(webchat: dict[str, Any], path: str) -> Optional[Any]:
    found: Any = webchat
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _tell(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(f"The configuration is right. It is for {found['api']}, chosen {found['chosenBy']}."))
    for option in found["options"]:
        console.print(Text.assemble("  ", (option["option"], "bold"), f" = {option['value']}"))
        console.print(Text(f"      {option['meaning']}", style="dim"))
    for key in found["unknown"]:
        console.print(Text(f"Unknown, or without effect here: {output.one_line(key)}", style="bold yellow"))
    server = found["server"]
    if server is None:
        return
    if server["answers"]:
        console.print(Text(f"The server answers: a chat was started in {server['seconds']:.3f} s, and ended.", style="green"))
    else:
        console.print(Text(f"The server does not let a chat begin: {server['error']}", style="bold red"))
