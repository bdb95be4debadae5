"""The command with its subcommands, each loaded when it is given, and what becomes of everything that ends one."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
from types import FrameType
from typing import NoReturn, Optional

import click

from .. import Error
from .._webchat import __version__
from . import output

SUBCOMMANDS = {
    "chat": "chat_command",
    "send": "send",
    "tail": "tail",
    "probe": "probe",
    "record": "record",
    "replay": "replay",
    "simulate": "simulate",
    "config": "config_check",
    "completion": "completion",
}
"""The subcommands, and the modules that they stand in."""

INTERRUPTED = 128 + signal.SIGINT
NOBODY_READS = 128 + 13
"""Exit codes as shells give them: of Ctrl-C, and of SIGPIPE."""

EPILOG = """\b
Examples:
  webchat simulate --open                  a server to try, and its agent's page
  webchat chat --url http://127.0.0.1:8080/genesys/2/chat/support
  webchat config check chat.json           what a configuration means
"""


class Subcommands(click.Group):
    """The subcommands. They stand in modules of their own, so that each starts without the others' libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        if cmd_name not in SUBCOMMANDS:
            return None
        module = importlib.import_module(f".{SUBCOMMANDS[cmd_name]}", __package__)
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[Optional[str], Optional[click.Command], list[str]]:
        name = args[0] if args else ""
        if name not in SUBCOMMANDS and not name.startswith("-"):
            ctx.fail(f"there is no command {output.quoted(name)}; the commands are {', '.join(SUBCOMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=Subcommands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="webchat")
@click.option("-v", "--verbose", count=True, help="Show the library's log on the error stream; twice: its details, too.")
def app(verbose: int) -> None:
    """Chats of the Genesys WebChatService: hold one in the terminal, send, watch, probe, and a server to try it all with.

    Each command says more with --help. A server is named by --url or --config, or by a file that WEBCHAT_CONFIG names.
    """
    log = logging.getLogger("webchat")
    # Without a handler Python would print warnings among what the command says, which tells of failures itself.
    log.addHandler(logging.StreamHandler() if verbose else logging.NullHandler())
    log.propagate = False
    if verbose:
        log.setLevel(logging.DEBUG if verbose > 1 else logging.INFO)


def run() -> NoReturn:
    """Runs the command, and ends the process."""
    output.prepare()
    # Whoever is told to stop ends the chat first, as with Ctrl-C.
    signal.signal(signal.SIGTERM, _stop)
    usage, failure = (3, 3) if next((word for word in sys.argv[1:] if not word.startswith("-")), "") == "probe" else (2, 1)
    try:
        code = app.main(prog_name="webchat", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        code = usage
    except click.ClickException as error:
        error.show()
        code = failure
    except Error as error:
        output.problem(output.reason(error))
        code = failure
    except (KeyboardInterrupt, click.Abort):
        code = INTERRUPTED
    except output.NobodyReads:
        code = NOBODY_READS
    except OSError as error:
        output.problem(output.reason(error))
        code = failure
    sys.exit(_flushed(code if isinstance(code, int) else 0))


def _flushed(code: int) -> int:
    """Writes what is left to be written, so that the interpreter finds nothing to complain about."""
    try:
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return NOBODY_READS
    return code


def _stop(number: int, frame: Optional[FrameType]) -> NoReturn:
    sys.exit(128 + number)
