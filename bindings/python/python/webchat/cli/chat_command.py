"""``webchat chat``: a chat in the terminal, or line by line in a pipe."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import click

from .options import Customer, Server, customer_options, server_options
from .talk import talk

EPILOG = """\b
Examples:
  webchat chat --url http://127.0.0.1:8080/genesys/2/chat/support -n Ann
  webchat chat --config chat.json --session chat.session
  printf 'Hello\\nWhere is my invoice?\\n' | webchat chat --config chat.json

In the chat /help lists what lines that begin with a slash do.
"""


def chat_options(function: Any) -> Any:
    """The options of commands in which a chat is held: ``preview`` and ``quiet``."""
    quiet = click.option(
        "--quiet",
        type=click.FloatRange(min=0),
        default=3.0,
        show_default=True,
        metavar="SECONDS",
        help="In a pipe: the chat ends when the input has ended and nothing has come for this time.",
    )
    preview = click.option("--preview", is_flag=True, help="Let the agent see what is being typed, before it is sent.")
    return preview(quiet(function))


@click.command("chat", short_help="Hold a chat in the terminal, or line by line in a pipe.", epilog=EPILOG)
@server_options
@customer_options
@chat_options
def command(server: Server, customer: Customer, preview: bool, quiet: float) -> None:
    """Holds a chat: what you type is sent, what the agent writes and does is shown.

    In a terminal the input line stays below the chat, Ctrl-C asks what is to become of the chat, and Ctrl-D ends it. In a pipe each line
    of the standard input is sent, and the chat is printed line by line.
    """
    asyncio.run(talk(server, customer, preview, quiet, sys.stdin.isatty() and sys.stdout.isatty()))
