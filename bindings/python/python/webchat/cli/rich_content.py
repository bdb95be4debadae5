"""Rich content of messages: quick replies, lists and cards, in whatever of their forms a server sends them (gms-v2.md, 4.4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

MOST = 50
"""So many elements of one message are looked at, and nesting so deep, ..."""
DEEPEST = 6
"""... whatever a server sends."""

_LABELS = ("text", "title", "label", "name")
_VALUES = ("payload", "value", "postback", "message")
_LISTS = ("content", "actions", "buttons", "items", "options", "elements", "components", "quickReplies", "cards")
_WRAPPERS = ("quickReply", "quick-reply", "button", "action", "card", "generic", "listItem", "defaultAction")


@dataclass(frozen=True)
class Choice:
    """What a customer can answer with."""

    label: str
    value: str
    parent: Optional[str]
    """The id of the rich message."""


@dataclass(frozen=True)
class Card:
    """Something shown with a title, a text or both."""

    title: str
    text: str


@dataclass(frozen=True)
class Link:
    """An address to open."""

    label: str
    url: str


def find_rich(message: dict[str, Any]) -> Optional[dict[str, Any]]:
    """The rich content of a message, if it has some."""
    attributes: Any = message.get("eventAttributes")
    for key in ("structured-content", "genesys-chat", "content"):
        attributes = attributes.get(key) if isinstance(attributes, dict) else None
    for found in (attributes, message.get("content")):
        if isinstance(found, str):
            try:
                found = json.loads(found)
            except (ValueError, RecursionError):
                continue
        if isinstance(found, dict) and any(isinstance(found.get(key), list) for key in _LISTS):
            return found
    return None


def parts(rich: dict[str, Any]) -> list[object]:
    """The :class:`Card`, :class:`Link` and :class:`Choice` objects that rich content comes to, in order."""
    parent = rich.get("id")
    found = _inside(rich, parent if isinstance(parent, str) else None, 0)
    return [part for part, _ in zip(found, range(MOST))]


def _inside(holder: dict[str, Any], parent: Optional[str], depth: int) -> Iterator[object]:
    if depth == DEEPEST:
        return
    for key in _LISTS:
        elements = holder.get(key)
        for element in elements[:MOST] if isinstance(elements, list) else ():
            if isinstance(element, str):
                yield Choice(element, element, parent)
            elif isinstance(element, dict):
                yield from _element(element, parent, depth)


def _element(element: dict[str, Any], parent: Optional[str], depth: int) -> Iterator[object]:
    for key in _WRAPPERS:
        inner = element.get(key)
        if isinstance(inner, dict) and not _text(element, _LABELS):
            element = inner
            break
    label, url = _text(element, _LABELS), _text(element, ("url", "href"))
    if any(isinstance(element.get(key), list) for key in _LISTS):
        title = _text(element, ("title",)) or label
        text = _text(element, ("description", "subtitle")) or (_text(element, ("text",)) if title != label else "")
        yield Card(title, text)
        yield from _inside(element, parent, depth + 1)
    elif url:
        yield Link(label or url, url)
    elif _text(element, ("description", "subtitle")) and not _text(element, _VALUES):
        yield Card(label, _text(element, ("description", "subtitle")))
    elif label or _text(element, _VALUES):
        yield Choice(label or _text(element, _VALUES), _text(element, _VALUES) or label, parent)


def _text(element: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((value for value in (element.get(key) for key in keys) if isinstance(value, str) and value), "")
