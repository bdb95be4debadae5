"""Recordings of the wire (docs/recording.md), read for people."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import click

from . import output

VERSION = 1
"""The version of the lines that is read."""

UNTOLD = ("secureKey", "userId", "alias", "sessionId", "operationId")
"""Fields that stand in every request."""


@dataclass
class RecordedChat:
    """One chat of a recording."""

    began: int
    """When its section began, in milliseconds since 1970 UTC."""
    lines: list[dict[str, Any]] = field(default_factory=list)
    is_cut: bool = False

    @property
    def requests(self) -> int:
        """How many requests, and frames of a WebSocket, its client made."""
        return sum("request" in line or "sent" in line for line in self.lines)

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        times = [line["at"] for line in self.lines if isinstance(line.get("at"), int)]
        return (times[-1] - times[0]) / 1000 if times else 0.0

    @property
    def api(self) -> str:
        """Which API it speaks."""
        for request in (line["request"] for line in self.lines if isinstance(line.get("request"), dict)):
            headers = {name for name, _ in _pairs(request.get("headers"))}
            body = request["body"] if isinstance(request.get("body"), dict) else {}
            fields = {name for name, _ in _pairs(body.get("form"))}
            if "sec-websocket-key" in headers or isinstance(body.get("json"), list):
                return "gms-cometd"
            if "x-nexus-client-key" in headers or fields & {"data[endpoint]", "operationId"}:
                return "nexus-rest"
        return "gms-rest"


def read(path: Path) -> list[RecordedChat]:
    """The chats of a recording in which something was asked, in order. Half a line, as a killed program leaves it, is passed over."""
    chats: dict[tuple[int, int], RecordedChat] = {}
    section, began = 0, 0
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _no_recording(path) from None
    except OSError as error:
        raise click.ClickException(output.reason(error)) from None
    for line in _objects(text):
        if "webchatRecording" in line:
            if line["webchatRecording"] != VERSION:
                raise click.ClickException(f"{output.quoted(str(path))} has version {line['webchatRecording']!r} of recordings, which is not known")
            began = line["began"] if isinstance(line.get("began"), int) else 0
            section += 1
        elif section == 0:
            raise _no_recording(path)
        elif "cut" in line:
            for (of, _), chat in chats.items():
                chat.is_cut |= of == section
        elif isinstance(line.get("chat"), int):
            chats.setdefault((section, line["chat"]), RecordedChat(began)).lines.append(line)
    if section == 0:
        raise _no_recording(path)
    return [chat for chat in chats.values() if any("request" in line for line in chat.lines)]


def _no_recording(path: Path) -> click.ClickException:
    return click.ClickException(f"{output.quoted(str(path))} is no recording of a chat, as 'webchat record' makes it")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def summary(number: int, chat: RecordedChat) -> str:
    """What a chat is, in a line."""
    try:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(chat.began / 1000))
    except (OverflowError, OSError, ValueError):
        when = "at a time that is none"
    cut = ", cut off where the recording was full" if chat.is_cut else ""
    return f"chat {number}: {chat.api}, {when}, {chat.requests} requests in {chat.seconds:.1f} s{cut}"


def lines(chat: RecordedChat) -> Iterator[str]:
    """What went over the wire: when, in which direction, and what, a line each."""
    asked: dict[str, int] = {}
    for line in chat.lines:
        at = line["at"] if isinstance(line.get("at"), int) else 0
        exchange = str(line.get("exchange"))
        if "request" in line:
            asked[exchange] = at
        for arrow, words in _words(line, at - asked.get(exchange, at)):
            yield output.one_line(f"{at / 1000:9.3f} {arrow} {words}")


def _words(line: dict[str, Any], after: int) -> Iterator[tuple[str, str]]:
    """What a line says; ``after`` is how many milliseconds the request was before it."""
    for name, value in line.items():
        value = value if isinstance(value, dict) else {}
        if name == "request":
            yield "->", f"{value.get('method')} {value.get('path')}{_body(value.get('body'))}"
        elif name == "answer":
            marks = "".join([" (late)" if value.get("late") else "", f" ({value['broken']} half-way)" if value.get("broken") else ""])
            yield "<-", f"{value.get('status')} after {after} ms{marks}{_body(value.get('body'))}"
        elif name == "failure":
            yield "--", f"no answer after {after} ms: {value.get('why')}"
        elif name in ("sent", "received"):
            yield "->" if name == "sent" else "<-", f"WebSocket{_body(value)}"
        elif name in ("ping", "pong"):
            yield "--", name
        elif name == "closed":
            yield "--", f"the WebSocket was closed by {value.get('by')}" + (f", code {value['code']}" if "code" in value else "")
        elif name == "over":
            yield "--", "the chat is closed"
        elif name == "lost":
            yield "--", f"{line['lost']} lines are missing"


def _body(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    fields = [*_pairs(body.get("form")), *_pairs(body.get("multipart"))]
    said = [_field(name, value) for name, value in fields if value and name not in UNTOLD]
    if isinstance(body.get("file"), dict):
        said.append(f"a file of {body['file'].get('bytes')} bytes")
    elif body.get("bytes"):
        said.append(f"{body['bytes']} bytes")
    found = body.get("json")
    said += [part for each in (found if isinstance(found, list) else [found]) for part in _json(each)]
    return f"  {', '.join(said)}" if said else ""


def _pairs(pairs: Any) -> Iterable[tuple[str, Any]]:
    pairs = pairs if isinstance(pairs, list) else []
    return [(pair[0], pair[1]) for pair in pairs if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)]


def _field(name: str, value: Any) -> str:
    text = str(value)
    is_short = len(text) <= 8 and text.isdigit()
    return f"{name} {text}" if is_short else f"{name} ({len(text)} characters)"


def _json(value: Any) -> Iterator[str]:
    """What an object of JSON says: an answer of GMS or Nexus, or a message of Bayeux."""
    if not isinstance(value, dict):
        return
    data = value["data"] if isinstance(value.get("data"), dict) else {}
    if isinstance(value.get("channel"), str):
        meta = value["channel"] if value["channel"].startswith("/meta/") else str(data.get("operation") or "published")
        outcome = value.get("successful")
        said = f" {_field('message', data['message'])}" if isinstance(data.get("message"), str) else ""
        yield meta + said + (" done" if outcome is True else " refused" if outcome is False else "")
    for each in (value, data):
        for name in ("statusCode", "error"):
            if each.get(name) not in (None, 0):
                yield f"{name} {each[name]}"
        for error in each["errors"] if isinstance(each.get("errors"), list) else ():
            yield f"error {error.get('code') if isinstance(error, dict) else error}"
        if each.get("chatEnded") is True:
            yield "the chat has ended"
        for message in each["messages"] if isinstance(each.get("messages"), list) else ():
            if isinstance(message, dict):
                yield _message(message)


def _message(message: dict[str, Any]) -> str:
    sender = message.get("from")
    who = f" of {sender['type']}" if isinstance(sender, dict) and sender.get("type") else ""
    text = message.get("text")
    return f"{message.get('type')}{who}" + (f" ({len(text)} characters)" if isinstance(text, str) else "")
