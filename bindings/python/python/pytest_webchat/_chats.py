"""What fixtures and reports need of the library."""

from __future__ import annotations

import datetime
import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import webchat
import webchat.aio
from webchat.testing import Simulator, SimulatorError, _simulator

MOST_LINES = 500
MOST_CHARACTERS = 300


class Diary:
    """What a chat published, a line for each event; the newest ones, where there are many."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=MOST_LINES)

    def note(self, event: webchat.Event) -> None:
        """Adds an event. Any thread may call it."""
        moment = datetime.datetime.fromtimestamp(event.time / 1000)
        said = "; ".join(_said(event.data)) or json.dumps(event.data, ensure_ascii=False, default=repr)
        shown = said if len(said) <= MOST_CHARACTERS else f"{said[:MOST_CHARACTERS]}..."
        self.lines.append(f"  {moment:%H:%M:%S}.{moment.microsecond // 1000:03}  {event.name}  {'' if said == '{}' else shown}".rstrip())

    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)


def _said(data: Any) -> Iterator[str]:
    """Who said what."""
    messages = data.get("messages") if isinstance(data, Mapping) else None
    for message in messages if isinstance(messages, list) else []:
        text = message.get("text")
        yield f"{message.get('from', {}).get('name', '')}: {message.get('type') if text is None else repr(text)}"


def record(chat: webchat.Chat) -> Diary:
    """Notes what a chat publishes."""
    diary = Diary()
    chat.on(None, diary.note)
    return diary


class LaterChat(webchat.aio.Chat):
    """A chat that is made when it is used first, in the event loop that runs then."""

    def __init__(self, config: Mapping[str, Any], diary: Diary) -> None:
        self._made_with = config, diary

    def __getattr__(self, name: str) -> Any:
        # Asked for what is not there yet, all of which the making sets.
        if not name.startswith("_") or name.startswith("__") or "_made" in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.__dict__["_made"] = True
        config, diary = self._made_with
        try:
            super().__init__(config)
        except BaseException:
            del self.__dict__["_made"]
            raise
        self.on(None, diary.note)
        return getattr(self, name)

    def close_at_once(self) -> None:
        """Closes it, whether or not its event loop still runs."""
        if "_made" in self.__dict__:
            self._native.close()


def later(config: Mapping[str, Any]) -> tuple[LaterChat, Diary]:
    """A chat for asyncio, and what it will publish."""
    diary = Diary()
    return LaterChat(config, diary), diary


def reports() -> list[str]:
    """What the simulated servers that run have to tell."""
    return [_report(simulator) for simulator in _simulator.running()]


def _report(simulator: Simulator) -> str:
    try:
        return simulator.report()
    except SimulatorError as error:
        return str(error)
