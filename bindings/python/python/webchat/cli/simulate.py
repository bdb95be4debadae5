"""``webchat simulate``: a simulated Genesys server, until it is stopped."""

from __future__ import annotations

import contextlib
import json
import shlex
import subprocess
import webbrowser
from collections.abc import Iterator
from typing import Any, Optional

import click

from ..testing import SimulatorNotFoundError, find_simulator
from . import output

EPILOG = """\b
Examples:
  webchat simulate
  webchat simulate --port 0 --api nexus-rest
  webchat simulate --open --script none      you are the agent, in the browser
  webchat simulate --rate latency,ms=300,rate=0.2

All options that are not listed are the simulator's own: webchat simulate --simulator-help.
"""


@click.command(
    "simulate",
    short_help="Run a simulated server, to try things and for tests.",
    epilog=EPILOG,
    context_settings={"ignore_unknown_options": True},
)
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port to listen on; 0 takes a free one.")
@click.option("--api", "apis", multiple=True, metavar="API", help="gms-rest (without it), gms-cometd, nexus-rest or web-messaging; repeatable.")
@click.option("--open", "open_console", is_flag=True, help="Open the agent's page in the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as a line of JSON, and nothing else.")
@click.option("--simulator-help", is_flag=True, help="Show the simulator's own options.")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[SIMULATOR OPTIONS]")
def command(port: int, apis: tuple[str, ...], open_console: bool, as_json: bool, simulator_help: bool, more: tuple[str, ...]) -> int:
    """Runs a simulated Genesys server with an agent who answers, for trying things and for tests, until Ctrl-C."""
    if simulator_help:
        return subprocess.run([program(), "--help"], check=False).returncode
    chosen = ["--api", ",".join(apis)] if apis else []
    with simulator("--port", str(port), *chosen, *more) as (process, addresses):
        if addresses is not None:
            if as_json:
                output.line(output.json_line(addresses))
            else:
                announce(addresses)
            if open_console:
                _open(addresses)
        return wait(process)


def program() -> str:
    """The simulator's program."""
    try:
        return str(find_simulator())
    except SimulatorNotFoundError as error:
        raise click.ClickException(str(error)) from None


@contextlib.contextmanager
def simulator(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Optional[dict[str, Any]]]]:
    """A running simulator with its addresses; with none where it has ended at once, having said why. It ends with this process."""
    command = [program(), "--json", "--stop-at-eof", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    try:
        line = process.stdout.readline()
        yield process, json.loads(line) if line.startswith("{") else None
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()


def wait(process: subprocess.Popen[str]) -> int:
    """Waits for the end of the simulator. Ctrl-C is how it is meant to end."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0


def announce(addresses: dict[str, Any]) -> None:
    """Says where the server is, and how to chat with it."""
    for words in chats(addresses):
        output.line(f"webchat chat {shlex.join(words)}")
    if addresses.get("console"):
        output.line(f"the agent's page: {addresses['console']}")
    output.line(f"control API: {addresses['controlUrl']}")
    output.line("stop with Ctrl-C")


def chats(addresses: dict[str, Any]) -> list[list[str]]:
    """The options that lead to each API of a simulator."""
    found = []
    if addresses.get("chatUrl"):
        found.append(["--url", addresses["chatUrl"]])
    if addresses.get("cometdUrl"):
        found.append(["--url", addresses["cometdUrl"], "--api", "gms-cometd", "-o", f"cometD.channel={addresses['cometdChannel']}"])
    if addresses.get("nexusUrl"):
        found.append(["--url", addresses["nexusUrl"], "--api", "nexus-rest", "--endpoint", "Support", "--api-key", "any"])
    if addresses.get("webMessagingConfigUrl"):
        found.append(["--url", addresses["webMessagingConfigUrl"]])
    return found


def _open(addresses: dict[str, Any]) -> None:
    console = addresses.get("console")
    if not console:
        output.problem("this simulator has no page for the agent")
    elif not webbrowser.open(console):
        output.problem(f"there is no browser here to open {console}")
