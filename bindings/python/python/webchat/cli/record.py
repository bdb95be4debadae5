"""``webchat record``: a chat whose wire is recorded, without anything private, for whoever looks into it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from . import output, recording
from .chat_command import chat_options
from .options import Customer, Server, customer_options, server_options
from .talk import talk

EPILOG = """\b
Examples:
  webchat record chat.jsonl --config chat.json         hold the chat in the terminal
  webchat record chat.jsonl --url URL < lines.txt      send these lines
  webchat replay chat.jsonl --show                     look at what is in it
  webchat replay chat.jsonl                            play it back

Programs record their own chats by the option connection.recording of their configuration, and the other
commands by -o connection.recording=FILE.

\b
Exit codes: 0 recorded, 1 an error, or nothing was recorded, 2 wrong use, 130 Ctrl-C.
"""


@click.command("record", short_help="Hold a chat and record its wire, without what is private.", epilog=EPILOG)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@server_options
@customer_options
@chat_options
@click.option("--append", is_flag=True, help="Add the chat to the recording that FILE is.")
def command(file: Path, server: Server, customer: Customer, preview: bool, quiet: float, append: bool) -> int:
    """Holds a chat as 'webchat chat' does, and records in FILE what goes over the wire, for a support ticket.

    Placeholders stand for keys, names, texts, attached data and files. What stays visible: methods, statuses, codes of errors, types and
    places of messages, who (under which placeholder) wrote when, and how long texts are.
    """
    before = _prepare(file, append)
    connection = server.webchat.setdefault("connection", {})
    if not isinstance(connection, dict):
        raise click.UsageError("the option connection of the configuration is no object.")
    connection["recording"] = str(file.absolute())
    try:
        asyncio.run(talk(server, customer, preview, quiet, sys.stdin.isatty() and sys.stdout.isatty()))
    finally:
        code = _tell(file, before)
    return code


def _prepare(file: Path, append: bool) -> int:
    """Whether the recording can be made is found out before the chat. Returns how many chats are in it already."""
    name = output.quoted(str(file))
    if file.exists():
        if not append:
            raise click.UsageError(f"{name} is there already; --append adds the chat to it, where it is a recording.")
        return len(recording.read(file))
    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"there is no directory for {name}.")
    if not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        raise click.ClickException(f"the directory of {name} may not be written to.")
    return 0


def _tell(file: Path, before: int) -> int:
    """Says what was recorded."""
    try:
        chats = recording.read(file)
    except click.ClickException:
        chats = []
    for number, chat in list(enumerate(chats, 1))[before:]:
        click.echo(f"webchat: recorded in {output.one_line(str(file))}: {recording.summary(number, chat)}", err=True)
    if len(chats) > before:
        return 0
    output.problem("nothing was recorded; webchat -v record ... tells why")
    return 1
