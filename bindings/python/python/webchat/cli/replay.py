"""``webchat replay``: a recording of a chat is played back by the simulated server, or shown."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Optional

import click

from . import output, recording
from .simulate import chats, simulator, wait

EPILOG = """\b
Examples:
  webchat replay chat.jsonl --show
  webchat replay chat.jsonl
  webchat replay chat.jsonl --chat 2 --pace recorded --port 0 --json

\b
Exit codes: 0 shown or played back until Ctrl-C, 1 an error, such as a file that is no recording, 2 wrong use.
"""


@click.command("replay", short_help="Show a recording, or play it back.", epilog=EPILOG)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--show", is_flag=True, help="Show what went over the wire, and play nothing back.")
@click.option("--chat", "number", type=click.IntRange(min=1), metavar="NUMBER", help="Which chat, where FILE has several.")
@click.option(
    "--pace", type=click.Choice(["fast", "recorded"]), default="fast", show_default=True, help="Whether the recorded pauses are kept."
)
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port to listen on; 0 takes a free one.")
@click.option("--json", "as_json", is_flag=True, help="Print the addresses, or with --show the chats, as lines of JSON.")
def command(file: Path, show: bool, number: Optional[int], pace: str, port: int, as_json: bool) -> int:
    """Plays the server's side of the chat in FILE back, for a client that does the same again, until Ctrl-C.

    It prints the command that chats with it. What the client asks is matched by operation, in order, and the server's word comes when all
    was said that was said before it. What it waits for, and what was not recorded and is refused, stands on the error stream.
    """
    found = recording.read(file)
    if not found:
        raise click.ClickException(f"{output.quoted(str(file))} has no chat in which anything was asked")
    if number is not None and number > len(found):
        raise click.UsageError(f"--chat {number}: {output.quoted(str(file))} has {_count(found)}.")
    if show:
        _show(found, number, as_json)
        return 0
    if number is None and len(found) > 1:
        raise click.UsageError(f"{output.quoted(str(file))} has {_count(found)}; --chat chooses one, --show shows them.")
    return _play(file, number or 1, found[(number or 1) - 1], pace, port, as_json)


def _count(found: list[recording.RecordedChat]) -> str:
    return "one chat" if len(found) == 1 else f"{len(found)} chats"


def _show(found: list[recording.RecordedChat], number: Optional[int], as_json: bool) -> None:
    for at, chat in enumerate(found, 1):
        if number not in (None, at):
            continue
        if as_json:
            facts = {"chat": at, "api": chat.api, "began": chat.began, "requests": chat.requests, "seconds": chat.seconds, "isCut": chat.is_cut}
            output.line(output.json_line(facts))
            continue
        output.line(recording.summary(at, chat))
        for line in recording.lines(chat):
            output.line(line)


def _play(file: Path, number: int, chat: recording.RecordedChat, pace: str, port: int, as_json: bool) -> int:
    words = ["--port", str(port), "--replay", str(file), "--replay-chat", str(number), "--pace", pace]
    with simulator(*words) as (process, addresses):
        if addresses is not None:
            if as_json:
                output.line(output.json_line(addresses))
            else:
                _announce(number, chat, addresses)
        return wait(process)


def _announce(number: int, chat: recording.RecordedChat, addresses: dict[str, Any]) -> None:
    output.line(f"playing back {recording.summary(number, chat)}")
    for words in chats(addresses):
        if addresses.get("cometdUrl") and not addresses["replay"]["websocket"]:
            words += ["-o", "cometD.websocketEnabled=false"]
        output.line(f"webchat chat {shlex.join(words)}")
    output.line("stop with Ctrl-C")
