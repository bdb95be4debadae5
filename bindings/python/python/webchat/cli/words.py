"""What happens in a chat, in lines for a person. Text of others passes the gate, and never looks like a line of our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from .. import (
    ChatServerBackOnline,
    ChatServerWentOffline,
    Disconnected,
    Ended,
    Event,
    File,
    Message,
    MessageReceived,
    Reconnected,
    Restored,
)
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


_CONNECTION: dict[type[Event], str] = {
    Disconnected: "The connection is lost; trying again.",
    Reconnected: "The connection is back.",
    ChatServerWentOffline: "The chat server is offline; trying again.",
    ChatServerBackOnline: "The chat server is back.",
    Restored: "Going on with the chat.",
    Ended: "The chat has ended.",
}


def lines_of(event: Event, shelf: Shelf, is_known: Callable[[Message], bool] = lambda _: False) -> list[Line]:
    """What an event comes to. Most events speak through their messages, apart from those that are known."""
    if type(event) in _CONNECTION:
        return [note(_CONNECTION[type(event)])]
    if isinstance(event, MessageReceived):
        return [line for message in _messages(event) if not is_known(message) for line in lines_of_message(message, shelf)]
    return []


def _messages(event: MessageReceived) -> Sequence[Message]:
    """The messages, with the rich content that some back ends have in the original messages alone."""
    originals = event.original_messages
    if len(event.messages) != len(originals):
        return event.messages
    return [
        Message.from_raw({"eventAttributes": original.get("eventAttributes"), **message.raw}) if isinstance(original, dict) else message
        for message, original in zip(event.messages, originals)
    ]


def role(message: Message) -> str:
    """What kind of participant a message is from."""
    return {"client": "you", "agent": "agent", "supervisor": "agent", "bot": "bot"}.get(message.sender.type.lower(), "other")


def lines_of_message(message: Message, shelf: Shelf) -> list[Line]:
    """The lines of one message."""
    kind, at = message.type or "Message", message.time or None
    who, text = output.one_line(message.sender.name) or "Somebody", _text(message.text)
    if kind in ("TypingStarted", "TypingStopped"):
        return []
    if kind == "ParticipantJoined":
        return [Line("note", f"{who} has joined.", time=at)]
    if kind == "ParticipantLeft":
        return [Line("note", f"{who} has left.", time=at)]
    if kind == "PushUrl":
        number = shelf.put("link", text, message.text or "")
        return [Line("note", f"{who} sends a link: {text}  (/open {number})", time=at)]
    if kind == "FileUploaded":
        file = message.file or File.from_raw(message.user_data or {})
        return [Line("note", f"{who} sends a file: {_file(file, shelf)}", time=at)]
    if kind in ("IdleAlert", "IdleClose", "Notice", "CustomNotice", "NicknameUpdated", "FileDeleted"):
        return [Line("note", f"{kind}: {text or who}", time=at)]
    lines = _attached(message, who, at, shelf)
    if text or not lines:
        what = text if kind in ("Message", "Text", "Structured") else f"({output.one_line(kind)}) {text}"
        lines.insert(0, Line(role(message), what, who, at))
    return lines


def _text(text: Optional[str]) -> str:
    """Text of others. Its further lines are indented: none of them looks like something that the program says."""
    return output.visible(text or "").replace("\n", "\n    ")


def _file(file: File, shelf: Shelf) -> str:
    name = output.one_line(file.name or "(no name)")
    number = shelf.put("file", name, file.id)
    size = "" if file.size is None else f", {output.size(file.size)}"
    return f"{name}{size}  (/get {number})"


def _attached(message: Message, who: str, at: Optional[int], shelf: Shelf) -> list[Line]:
    """The lines for images, quick replies, cards and links."""
    lines = []
    for content in message.content:
        if content.data is not None:
            mime = output.one_line(content.mime or "image")
            number = shelf.put("image", mime, content.data)
            lines.append(Line("note", f"{who} sends an image: {mime}, {output.size(len(content.data))}  (/get {number})", time=at))
    rich = find_rich(message.raw)
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
