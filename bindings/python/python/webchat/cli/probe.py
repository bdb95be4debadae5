"""``webchat probe``: a synthetic chat, and how long each of its steps takes."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Iterator
from typing import Callable, Optional

import click

from .. import (
    AgentConnected,
    BotConnected,
    Chat,
    Ended,
    Error,
    Event,
    InvalidConfigurationError,
    Message,
    MessageReceived,
    SupervisorConnected,
    UnsupportedError,
)
from . import output
from .options import Customer, Server, customer_options, server_options
from .probe_result import TOTAL, Result, Step
from .session import END_SECONDS, Deadline

STEPS = ("start", "agent", "send", "echo", "reply", "end")
JOINED = (AgentConnected, SupervisorConnected, BotConnected)
TEXT = "This is a test message of monitoring."

EPILOG = """\b
Steps: start (a chat begins), agent (with --agent or --reply: somebody joins), send (a message is
accepted), echo (it comes back in the transcript), reply (with --reply), end (the chat is ended).

\b
Examples:
  webchat probe --config chat.json -w 1 -c 5
  webchat probe --url URL -w start=0.5 -c start=2 -c total=10 --reply 'hours|open'
  webchat probe --config chat.json --prometheus > /var/lib/node_exporter/webchat.prom

\b
Exit codes, those of monitoring plug-ins: 0 OK, 1 warning, 2 critical (a step failed or took too long),
3 unknown (wrong use or configuration).
"""


@click.command("probe", short_help="Hold a short chat and time its steps, for monitoring.", epilog=EPILOG)
@server_options
@customer_options
@click.option("-w", "--warning", multiple=True, metavar="[STEP=]SECONDS", help="Warn when a step, or all together, took longer; repeatable.")
@click.option("-c", "--critical", multiple=True, metavar="[STEP=]SECONDS", help="Critical when longer; repeatable.")
@click.option("-t", "--timeout", type=click.FloatRange(min=0, min_open=True), default=30.0, show_default=True, metavar="SECONDS", help="How long all may take.")
@click.option("-m", "--message", default=TEXT, metavar="TEXT", help="What is sent.")
@click.option("--agent", is_flag=True, help="Wait until an agent or bot has joined, before sending.")
@click.option("--reply", metavar="REGEX", help="Wait until somebody answers with a text in which this is found.")
@click.option("--json", "form", flag_value="json", help="Tell the outcome as a line of JSON.")
@click.option("--prometheus", "form", flag_value="prometheus", help="Tell it as metrics for Prometheus.")
def command(
    server: Server,
    customer: Customer,
    warning: tuple[str, ...],
    critical: tuple[str, ...],
    timeout: float,
    message: str,
    agent: bool,
    reply: Optional[str],
    form: Optional[str],
) -> int:
    """Holds a short chat and tells how long each step took, for monitoring."""
    result = Result(server.name, _thresholds(warning, "--warning"), _thresholds(critical, "--critical"))
    try:
        pattern = None if reply is None else re.compile(reply)
    except re.error as error:
        raise click.UsageError(f"--reply {output.quoted(reply or '')} is no regular expression: {error}.") from None
    deadline = Deadline(timeout)
    try:
        with Chat(server.config) as chat:
            _Probe(chat, result, deadline).run(customer, message, agent, pattern)
    except (InvalidConfigurationError, UnsupportedError) as error:
        result.unknown = output.reason(error)
    _tell(result, form)
    return result.status()[0]


class _Failed(Exception):
    """A step has failed; the result says why."""


class _Probe:
    """The steps of a synthetic chat."""

    def __init__(self, chat: Chat, result: Result, deadline: Deadline) -> None:
        self._chat, self._result, self._deadline = chat, result, deadline
        self._events = chat.events()
        self._past: list[Message] = []

    def run(self, customer: Customer, message: str, agent: bool, reply: Optional[re.Pattern[str]]) -> None:
        started = False
        with contextlib.suppress(_Failed):
            try:
                with self._step("start"):
                    self._chat.start_chat(**customer.named("Probe"), timeout=self._deadline.left)
                started = True
                if agent or reply is not None:
                    with self._step("agent"):
                        self._until(lambda event: isinstance(event, JOINED))
                with self._step("send"):
                    self._chat.send_message(message, timeout=self._deadline.left)
                with self._step("echo"):
                    self._until_message(lambda each: each.sender.is_client and each.text is not None)
                if reply is not None:
                    with self._step("reply"):
                        self._until_message(lambda each: not each.sender.is_client and bool(reply.search(each.text or "")))
            finally:
                if started and not any(step.error for step in self._result.steps):
                    with self._step("end"):
                        self._chat.end_chat(timeout=self._deadline.left)
                else:
                    # No chat is left behind, not by a start that was interrupted either; how long that takes is no step.
                    with contextlib.suppress(Error):
                        self._chat.end_chat(timeout=END_SECONDS)

    @contextlib.contextmanager
    def _step(self, name: str) -> Iterator[None]:
        step, begin = Step(name, 0.0), time.monotonic()
        self._result.steps.append(step)
        try:
            yield
        except (Error, _Failed) as error:
            step.error = output.reason(error)
            raise _Failed from None
        finally:
            step.seconds = time.monotonic() - begin

    def _until(self, is_it: Callable[[Event], bool]) -> None:
        while True:
            event = self._events.next(self._deadline.left)
            if event is None:
                raise _Failed("nothing came in time")
            if isinstance(event, Ended):
                raise _Failed("the chat was ended by the other side")
            if is_it(event):
                return

    def _until_message(self, is_it: Callable[[Message], bool]) -> None:
        """Waits for a message; those behind it in the same event are looked at the next time."""
        if self._take(is_it):
            return

        def keep(event: Event) -> bool:
            if isinstance(event, MessageReceived):
                self._past += event.messages
            return self._take(is_it)

        self._until(keep)

    def _take(self, is_it: Callable[[Message], bool]) -> bool:
        while self._past:
            if is_it(self._past.pop(0)):
                return True
        return False


def _thresholds(given: tuple[str, ...], option: str) -> dict[str, float]:
    thresholds = {}
    for text in given:
        name, equals, number = text.rpartition("=")
        name = name if equals else TOTAL
        try:
            seconds = float(number)
        except ValueError:
            seconds = -1.0
        if name not in (TOTAL, *STEPS) or not seconds >= 0:
            raise click.UsageError(f"{option} {output.quoted(text)} is not [STEP=]SECONDS; the steps are {TOTAL}, {', '.join(STEPS)}.")
        thresholds[name] = seconds
    return thresholds


def _tell(result: Result, form: Optional[str]) -> None:
    if form == "json":
        output.line(result.json())
    elif form == "prometheus":
        output.line(result.prometheus())
    elif sys.stdout.isatty() and result.unknown is None:
        result.show()
    else:
        output.line(result.line())
