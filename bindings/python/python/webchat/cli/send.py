"""``webchat send``: one message, or a file, and whether it arrived."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, Optional

import click

from .. import Chat, Error
from . import output
from .options import Customer, Server, customer_options, server_options
from .progress import Progress
from .session import Deadline, running

NOT_SENT, UNKNOWN = 1, 3
"""Exit codes: it did not arrive; it left, and nothing tells whether it arrived."""

EPILOG = """\b
Examples:
  webchat send --config chat.json -n Ann "The backup has failed."
  df -h | webchat send --config chat.json -
  webchat send --url URL --session chat.session --file report.pdf

\b
Exit codes: 0 sent, 1 not sent, 2 wrong use, 3 nothing tells whether it arrived, 130 Ctrl-C.
"""


@click.command("send", short_help="Send a message or a file, and say whether it arrived.", epilog=EPILOG)
@click.argument("text", required=False)
@server_options
@customer_options
@click.option("-f", "--file", type=click.Path(exists=True, dir_okay=False), metavar="PATH", help="A file to send; before the text, if there is one.")
@click.option("--end", is_flag=True, help="End the chat afterwards also where --session keeps it.")
@click.option("-t", "--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="SECONDS", help="How long all may take.")
@click.option("--json", "as_json", is_flag=True, help="Tell the outcome as a line of JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing when it was sent.")
def command(
    text: Optional[str], server: Server, customer: Customer, file: Optional[str], end: bool, timeout: float, as_json: bool, quiet: bool
) -> int:
    """Sends one message and waits until it has arrived.

    TEXT is the message; - is the standard input. A chat is started for it and ended behind it. With --session the chat is kept in a
    file, and the next command goes on with it.
    """
    if text == "-":
        text = sys.stdin.read().rstrip("\n")
    if not text and not file:
        raise click.UsageError("there is nothing to send: give a TEXT, - to read one, or --file.")
    begin, deadline = time.monotonic(), Deadline(timeout)
    error: Optional[Error] = None
    try:
        with running(server, customer, deadline, end) as (chat, _):
            _send(chat, text, file, deadline)
    except Error as failed:
        error = failed
    return _tell(error, time.monotonic() - begin, as_json, quiet)


def _send(chat: Chat, text: Optional[str], file: Optional[str], deadline: Deadline) -> None:
    if file:
        with Progress(f"Sending {output.one_line(Path(file).name)}") as progress:
            chat.send_file(file, progress=progress, timeout=deadline.left)
    if text:
        chat.send_message(text, timeout=deadline.left)


def _tell(error: Optional[Error], seconds: float, as_json: bool, quiet: bool) -> int:
    unknown = error is not None and error.delivery == "unknown"
    delivery = "sent" if error is None else "unknown" if unknown else "not_sent"
    if as_json:
        outcome: dict[str, Any] = {"delivery": delivery, "seconds": round(seconds, 3)}
        if error is not None:
            outcome.update(error=type(error).kind, message=output.reason(error))
        output.line(output.json_line(outcome))
    if error is None:
        if not (quiet or as_json):
            output.line(f"Sent in {seconds:.2f} s.")
        return 0
    what = "nothing tells whether it was sent" if unknown else "not sent"
    output.problem(f"{what}: {output.reason(error)}")
    return UNKNOWN if unknown else NOT_SENT
