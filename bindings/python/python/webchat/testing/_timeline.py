"""What happened at the server, as text for people."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from ._records import ChatEvent, ChatState, Request


def timeline(state: ChatState, events: Sequence[ChatEvent]) -> str:
    """A chat: a line that says which, and one for each event."""
    end = f"over ({state.ended})" if state.ended else "running"
    head = f"chat {state.id} of {state.nickname}, {state.back_end}, {end}"
    return "\n".join([head, *(f"  {_clock(event.time)}  {_event(event)}" for event in events)])


def requests(log: Sequence[Request]) -> str:
    """Requests, a line each."""
    return "\n".join(f"  {_clock(request.time)}  {_request(request)}" for request in log)


def _event(event: ChatEvent) -> str:
    text = "" if event.text is None else f": {event.text!r}"
    return f"{event.nickname or 'system'} ({event.kind})  {event.type}{text}"


def _request(request: Request) -> str:
    what = request.operation or request.path.split("?")[0]
    status = "no answer" if request.status is None else str(request.status)
    fault = f", fault {request.fault}" if request.fault else ""
    effect = "" if request.effect or not request.operation else ", without effect"
    return f"{request.number:>4} {request.method} {what} -> {status}{fault}{effect}"


def _clock(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds)
    return moment.strftime("%H:%M:%S.") + f"{moment.microsecond // 1000:03}"
