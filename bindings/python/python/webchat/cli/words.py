"""What happens in a chat, in lines for a person. Text of others passes the gate, and never looks like a line of our own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from . import output
from .rich_content import Card, Choice, Link, find_rich, parts


@dataclass(frozen=True)
class Line:
    """A line of the chat, with further lines below it where the text has some."""

    role: str
    """``you``, ``agent``, ``bot`` or ``other`` for who speaks; ``note`` and ``problem`` are our own; ``part`` belongs to what is above."""
    text: str
    who: str = ""
    time: Optional[int] = None
    """When, in milliseconds since 1970 UTC."""

    def __str__(self) -> str:
        marks = {"note": "* ", "problem": "! ", "part": "    "}
        return f"{marks[self.role]}{self.text}" if self.role in marks else f"{self.who}: {self.text}"


@dataclass(frozen=True)
class Item:
    """Something that came with a number: a file or a link, to be fetched or opened."""

    kind: str
    """``file``, ``image`` or ``link``."""
    name: str
    """As it is shown."""
    value: Any
    """A file's id, an image's bytes, an address."""


@dataclass
class Shelf:
    """What came with a number, and what can be answered with one at the moment."""

    items: list[Item] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)

    def put(self, kind: str, name: str, value: Any) -> int:
        """Puts something there, and returns its number."""
        self.items.append(Item(kind, name, value))
        return len(self.items)


def note(text: str) -> Line:
    """Something that we say."""
    return Line("note", text)


def problem(text: str) -> Line:
    """Something that did not work."""
    return Line("problem", text)


_CONNECTION = {
    "disconnected": "The connection is lost; trying again.",
    "reconnected": "The connection is back.",
    "chatServerWentOffline": "The chat server is offline; trying again.",
    "chatServerBackOnline": "The chat server is back.",
    "restored": "Going on with the chat.",
    "ended": "The chat has ended.",
}


def lines_of(name: str, data: Any, shelf: Shelf, is_known: Callable[[dict[str, Any]], bool] = lambda _: False) -> list[Line]:
    """What the event ``name`` with ``data`` comes to. Most events speak through their messages, apart from those that are known."""
    if name in _CONNECTION:
        return [note(_CONNECTION[name])]
    if name == "messageReceived":
        return [line for message in _messages(data) if not is_known(message) for line in lines_of_message(message, shelf)]
    return []


def _messages(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages of ``messageReceived``, with the rich content that some back ends have in the original messages alone."""
    messages, originals = data["messages"], data.get("originalMessages") or []
    if len(messages) != len(originals):
        return list(messages)
    return [
        {"eventAttributes": original.get("eventAttributes"), **message} if isinstance(original, dict) else message
        for message, original in zip(messages, originals)
    ]


def sender(message: dict[str, Any]) -> str:
    """Who a message is from, as it is shown."""
    who = message.get("from")
    return output.one_line(str(who.get("name") or "")) if isinstance(who, dict) else ""


def role(message: dict[str, Any]) -> str:
    """What kind of participant a message is from."""
    who = message.get("from")
    kind = str(who.get("type") or "").lower() if isinstance(who, dict) else ""
    return {"client": "you", "agent": "agent", "supervisor": "agent", "bot": "bot"}.get(kind, "other")


def lines_of_message(message: dict[str, Any], shelf: Shelf) -> list[Line]:
    """The lines of one message."""
    kind, time = str(message.get("type") or "Message"), message.get("timestamp")
    who, text = sender(message) or "Somebody", _text(message.get("text"))
    at = time if isinstance(time, int) else None
    if kind in ("TypingStarted", "TypingStopped"):
        return []
    if kind == "ParticipantJoined":
        return [Line("note", f"{who} has joined.", time=at)]
    if kind == "ParticipantLeft":
        return [Line("note", f"{who} has left.", time=at)]
    if kind == "PushUrl":
        number = shelf.put("link", text, str(message.get("text") or ""))
        return [Line("note", f"{who} sends a link: {text}  (/open {number})", time=at)]
    if kind == "FileUploaded":
        return [Line("note", f"{who} sends a file: {_file(message, shelf)}", time=at)]
    if kind in ("IdleAlert", "IdleClose", "Notice", "CustomNotice", "NicknameUpdated", "FileDeleted"):
        return [Line("note", f"{kind}: {text or who}", time=at)]
    lines = _attached(message, who, at, shelf)
    if text or not lines:
        what = text if kind in ("Message", "Text", "Structured") else f"({output.one_line(kind)}) {text}"
        lines.insert(0, Line(role(message), what, who, at))
    return lines


def _text(text: Any) -> str:
    """Text of others. Its further lines are indented: none of them looks like something that the program says."""
    return output.visible(text).replace("\n", "\n    ") if isinstance(text, str) else ""


def _file(message: dict[str, Any], shelf: Shelf) -> str:
    details = message.get("fileDetails") or message.get("userData") or {}
    name = output.one_line(str(details.get("file-name") or "(no name)"))
    number = shelf.put("file", name, str(details.get("file-id") or ""))
    count = str(details.get("file-size") or "")
    size = f", {output.size(int(count))}" if count.isascii() and count.isdigit() and len(count) < 20 else ""
    return f"{name}{size}  (/get {number})"


def _attached(message: dict[str, Any], who: str, at: Optional[int], shelf: Shelf) -> list[Line]:
    """The lines for images, quick replies, cards and links."""
    lines = []
    contents = message.get("content")
    for content in contents if isinstance(contents, list) else ():
        data = content.get("data") if isinstance(content, dict) else None
        if isinstance(data, (bytes, bytearray)):
            mime = output.one_line(str(content.get("mime") or "image"))
            number = shelf.put("image", mime, bytes(data))
            lines.append(Line("note", f"{who} sends an image: {mime}, {output.size(len(data))}  (/get {number})", time=at))
    rich = find_rich(message)
    found = parts(rich) if rich is not None else []
    if any(isinstance(part, Choice) for part in found):
        shelf.choices = [part for part in found if isinstance(part, Choice)]
    choice = 0
    for part in found:
        if isinstance(part, Choice):
            choice += 1
            lines.append(Line("part", f"{choice}) {output.one_line(part.label)}"))
        elif isinstance(part, Link):
            number = shelf.put("link", output.one_line(part.label), part.url)
            lines.append(Line("part", f"{output.one_line(part.label)}: {output.one_line(part.url)}  (/open {number})"))
        elif isinstance(part, Card):
            below = f"\n    {_text(part.text)}" if part.text else ""
            lines.append(Line("part", f"{output.one_line(part.title)}{below}"))
    if choice:
        lines.append(Line("note", "Answer with a number, or with words of your own."))
    return lines
