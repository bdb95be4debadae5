"""``webchat tail``: the events of a chat as JSON lines."""

from __future__ import annotations

from typing import Any, Optional

import click

from .. import ClosedError, Event, MessageReceived, Started
from .._webchat import EVENT_NAMES
from . import output
from .options import Customer, Server, customer_options, server_options
from .session import Deadline, running

HIDDEN = "(hidden)"

EPILOG = """\b
Examples:
  webchat tail --config chat.json
  webchat tail --url URL --event messageReceived | jq -r '.data.messages[].text'
  webchat tail --url URL --session chat.session --for 60

\b
Exit codes: 0 the chat has ended, or --count or --for was reached, 1 an error, 2 wrong use, 130 Ctrl-C.
"""


@click.command("tail", short_help="Print the events of a chat as JSON lines.", epilog=EPILOG)
@server_options
@customer_options
@click.option("-e", "--event", "names", multiple=True, metavar="NAME", help="Only events of this name; repeatable.")
@click.option("--count", type=click.IntRange(min=1), metavar="NUMBER", help="Stop after this many lines.")
@click.option("--for", "seconds", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Stop after this time.")
@click.option("--end", is_flag=True, help="End the chat afterwards also where --session keeps it.")
@click.option("--keys", is_flag=True, help="Show also what identifies the session: whoever has that can take part in the chat.")
@click.option("-t", "--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="SECONDS", help="How long the start may take.")
def command(
    server: Server,
    customer: Customer,
    names: tuple[str, ...],
    count: Optional[int],
    seconds: Optional[float],
    end: bool,
    keys: bool,
    timeout: float,
) -> int:
    """Prints the events of a chat, each as a line of JSON, until the chat ends.

    A line is {"time", "event", "data"}: milliseconds since 1970 UTC, the name, and what the event carries, as the specification has it.
    A chat is started for it, or with --session the one that is kept there is gone on with.
    """
    for name in names:
        if name not in EVENT_NAMES:
            raise click.UsageError(f"there is no event {output.quoted(name)}; the events are {', '.join(EVENT_NAMES)}.")
    with running(server, customer, Deadline(timeout), end) as (chat, events):
        last = "pollingStopped" if chat.capabilities["polling"] else "ended"
        _follow(events, frozenset(names), count, None if seconds is None else Deadline(seconds), last, keys)
    return 0


def _follow(events: Any, names: frozenset[str], count: Optional[int], deadline: Optional[Deadline], last: str, keys: bool) -> None:
    printed = 0
    while count is None or printed < count:
        try:
            event = events.next(None if deadline is None else deadline.left)
        except ClosedError:
            return
        if event is None:
            return
        if not names or event.name in names:
            data = event.data if keys else _without_keys(event)
            output.line(output.json_line({"time": event.time, "event": event.name, "data": data}))
            printed += 1
        if event.name == last:
            return


def _without_keys(event: Event) -> Any:
    """What an event carries without what lets others take part in the chat."""
    if isinstance(event, Started):
        return dict.fromkeys(event.session_data, HIDDEN)
    if isinstance(event, MessageReceived):
        return {**event.data, "sessionData": dict.fromkeys(event.session_data, HIDDEN)}
    return event.data
