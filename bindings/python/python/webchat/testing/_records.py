"""What the simulator tells: of chats, of what happens in them, and of requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Optional, cast

BackEnd = Literal["gms-rest", "gms-cometd", "nexus-rest", "web-messaging"]
"""An API that the simulator serves."""

Kind = Literal["Client", "Agent", "Supervisor", "Bot", "External"]
"""What a participant is; ``Client`` is the customer."""

Operation = Literal[
    "requestChat",
    "send",
    "refresh",
    "startTyping",
    "stopTyping",
    "disconnect",
    "pushUrl",
    "updateNickname",
    "customNotice",
    "updateData",
    "readReceipt",
    "fileLimits",
    "fileUpload",
    "fileDownload",
    "fileDelete",
    "resume",
    "history",
    "upgrade",
    "handshake",
    "connect",
    "subscribe",
    "unsubscribe",
    "disconnectClient",
    "deliver",
    "configuration",
    "join",
    "echo",
    "token",
    "presign",
    "fileAddress",
]
"""What a request asks for, in one word for all APIs. ``resume`` is of Nexus and Web Messaging, ``history`` of these and CometD, those from ``upgrade`` to
``disconnectClient`` of CometD (``upgrade`` and ``disconnectClient`` of Web Messaging, too), those from ``configuration`` on of Web Messaging; ``deliver``
is the bringing of pushed messages, which faults alone know."""


@dataclass(frozen=True)
class Member:
    """Somebody who is or was in a chat."""

    id: int
    nickname: str
    kind: Kind
    present: bool
    typing: bool


@dataclass(frozen=True)
class ChatState:
    """A chat as the server has it at one moment."""

    id: str
    back_end: BackEnd
    nickname: str
    """The customer's."""
    subject: Optional[str]
    email: Optional[str]
    user_data: Mapping[str, str]
    """Attached data, with later updates."""
    ended: Optional[str]
    """Why it is over: ``client``, ``agent``, ``idle``, ``silence`` or ``badKey``; ``None`` while it runs."""
    members: tuple[Member, ...]
    """Everybody who is or was in it, the customer first."""
    preview: Optional[str]
    """What the customer is typing, if it was told."""
    read_position: Optional[int]
    """Up to where the customer says to have read."""
    raw: Mapping[str, Any] = field(repr=False)
    """As the control API has it, with what each API alone has."""

    @property
    def customer(self) -> Member:
        """The customer."""
        return self.members[0]


@dataclass(frozen=True)
class ChatEvent:
    """Something that happened in a chat, in one form whatever API the customer speaks."""

    type: str
    """``Message``, ``ParticipantJoined``, ``ParticipantLeft``, ``TypingStarted``, ``TypingStopped``, ``PushUrl``, ``NicknameUpdated``,
    ``FileUploaded``, ``FileDeleted``, ``CustomNotice``, ``Notice``, ``IdleAlert``, ``IdleClose`` or ``Custom``."""
    nickname: str
    """Whose doing it is."""
    kind: Kind
    """What that is; ``External`` is the server itself, too."""
    participant_id: int
    text: Optional[str]
    """The text of a message, the address of a pushed page, the preview of what is typed, or the name of a notice."""
    time: float
    """In seconds since 1970, UTC."""
    raw: Mapping[str, Any] = field(repr=False)
    """As the control API has it."""

    @property
    def from_customer(self) -> bool:
        """Whether it is the customer's doing."""
        return self.kind == "Client"


@dataclass(frozen=True)
class Request:
    """A request that the server got."""

    number: int
    """From 1 on, since the start."""
    time: float
    """When it came, in seconds since 1970, UTC."""
    method: str
    """The HTTP method; ``WS`` for a message over a WebSocket."""
    path: str
    operation: Optional[str]
    """What it asks for, in one word for all APIs: ``requestChat``, ``send``, ``refresh``, ``disconnect`` and so on."""
    chat_id: Optional[str]
    headers: Mapping[str, str]
    """Names in lower case; of a repeated one the last value."""
    fields: Mapping[str, str]
    """Of a repeated one the last value."""
    status: Optional[int]
    """The HTTP status of the answer; ``None`` when there is none yet, or the connection was closed without."""
    fault: Optional[str]
    """The fault that befell it."""
    effect: bool
    """Whether the operation was carried out."""
    raw: Mapping[str, Any] = field(repr=False)
    """As the control API has it, with files and everything repeated."""


def chat_state(raw: Mapping[str, Any]) -> ChatState:
    members = tuple(Member(**{name: member[name] for name in _MEMBER}) for member in raw["participants"])
    return ChatState(
        id=raw["id"],
        back_end=cast(BackEnd, raw["api"]),
        nickname=raw["nickname"],
        subject=raw["subject"],
        email=raw["emailAddress"],
        user_data=raw["userData"],
        ended=raw["ended"],
        members=members,
        preview=raw["preview"],
        read_position=raw["readPosition"],
        raw=raw,
    )


_MEMBER = ("id", "nickname", "kind", "present", "typing")


def chat_event(raw: Mapping[str, Any]) -> ChatEvent:
    sender = raw["from"]
    return ChatEvent(
        type=raw["type"],
        nickname=sender["nickname"],
        kind=sender["kind"],
        participant_id=sender["id"],
        text=raw.get("text"),
        time=raw["utcTime"] / 1000,
        raw=raw,
    )


def request(raw: Mapping[str, Any]) -> Request:
    return Request(
        number=raw["number"],
        time=raw["utcTime"] / 1000,
        method=raw["method"],
        path=raw["path"],
        operation=raw["operation"],
        chat_id=raw["chatId"],
        headers=dict(raw["headers"]),
        fields=dict(raw["fields"]),
        status=raw["status"],
        fault=raw["fault"],
        effect=raw["effect"],
        raw=raw,
    )
