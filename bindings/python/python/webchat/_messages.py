"""Messages, who sent them, and what is attached to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ._value import Value, given, maybe, number_in, raw_of, show, text_in


class Participant(Value):
    """Who takes part in a chat, as a message says it.

    >>> kim = webchat.Participant(type="Agent", name="Kim", id=2)
    >>> kim.is_agent
    True
    >>> kim == webchat.Participant(type="Agent", name="Kim", id=2)
    True
    """

    __slots__ = ()
    __match_args__ = ("type", "name", "id")
    _shown = ("type", "name", "id")

    def __init__(self, *, type: str = "External", name: str = "", id: int | str | None = None) -> None:
        as_text = {"participantId": id} if isinstance(id, str) else {}
        _set(self, {**given(id=id), **as_text, "type": type, "name": name})

    @property
    def id(self) -> int | str | None:
        """The identifier within the chat: a number on GMS, text on Nexus. ``None`` where the server names nobody."""
        value: int | str | None = self._raw.get("id")
        return value

    @property
    def type(self) -> str:
        """``"Client"`` (the customer), ``"Agent"``, ``"Supervisor"``, ``"Bot"``, ``"External"`` (the system, or a bot that is not marked), or
        another word of the server's."""
        return text_in(self._raw, "type") or ""

    @property
    def name(self) -> str:
        """The name shown to people."""
        return text_in(self._raw, "name") or ""

    @property
    def is_client(self) -> bool:
        """Whether it is the customer: the user of this library."""
        return self.type == "Client"

    @property
    def is_agent(self) -> bool:
        """Whether it is an agent or a supervisor; bots are not."""
        return self.type in ("Agent", "Supervisor")


class File(Value):
    """A file in the chat, as the message says that tells of it. :meth:`webchat.Chat.download_file` fetches it by its ``id``.

    >>> webchat.File(id="7", name="invoice.pdf", size=1024)
    File(id='7', name='invoice.pdf', size=1024)
    """

    __slots__ = ()
    __match_args__ = ("id", "name", "size")
    _shown = ("id", "name", "size", "description")

    def __init__(self, *, id: str, name: str | None = None, size: int | None = None, description: str | None = None) -> None:
        details = {"file-id": id, "file-name": name, "file-size": None if size is None else str(size), "file-description": description}
        _set(self, given(**details))

    @property
    def id(self) -> str:
        """By which it is fetched and deleted."""
        return text_in(self._raw, "file-id") or ""

    @property
    def name(self) -> str | None:
        """Its name. It is the sender's: not a path to be trusted."""
        return text_in(self._raw, "file-name")

    @property
    def size(self) -> int | None:
        """Its size in bytes."""
        return number_in(self._raw, "file-size")

    @property
    def description(self) -> str | None:
        """What the sender says of it."""
        return text_in(self._raw, "file-description")


class Content(Value):
    """What is attached to a message: an image, above all.

    >>> webchat.Content(mime="image/png", data=b"PNG")
    Content(type='image', mime='image/png', data=<3 bytes>)
    """

    __slots__ = ()
    __match_args__ = ("type", "mime", "data")
    _shown = ("type", "mime", "url", "data", "unavailable")

    def __init__(
        self, *, type: str = "image", mime: str | None = None, url: str | None = None, data: bytes | None = None, unavailable: str | None = None
    ) -> None:
        _set(self, given(type=type, mime=mime, url=url, data=data, unavailable=unavailable))

    @property
    def type(self) -> str | None:
        """What it is: ``"image"``, or what else the server says."""
        return text_in(self._raw, "type")

    @property
    def mime(self) -> str | None:
        """Its media type, such as ``"image/png"``."""
        return text_in(self._raw, "mime")

    @property
    def url(self) -> str | None:
        """Where it is."""
        return text_in(self._raw, "url")

    @property
    def data(self) -> bytes | None:
        """The image itself."""
        value = self._raw.get("data") if isinstance(self._raw, Mapping) else None
        return value if isinstance(value, bytes) else None

    @property
    def unavailable(self) -> str | None:
        """Why there is no ``data`` although it is an image."""
        return text_in(self._raw, "unavailable")


class Message(Value):
    """An entry of the transcript.

    >>> message = webchat.Message("Hi", sender=webchat.Participant(type="Agent", name="Kim"), index=3)
    >>> message.text, message.sender.name, message.index
    ('Hi', 'Kim', 3)
    >>> message
    Message(type='Message', text='Hi', sender=Participant(type='Agent', name='Kim'), index=3)
    """

    __slots__ = ()
    __match_args__ = ("text",)
    _shown = ("type", "text", "sender", "index", "file", "content", "restoring")

    def __init__(
        self,
        text: str | None = None,
        *,
        type: str = "Message",
        sender: Participant | None = None,
        index: int | str | None = None,
        time: int = 0,
        user_data: Mapping[str, Any] | None = None,
        content: Sequence[Content] = (),
        restoring: bool = False,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        """``extra`` are members under names of the server's, or of preprocessors. A message of type ``"FileUploaded"`` has its
        :class:`File` in ``user_data``: ``File(...).raw``."""
        members = {
            "index": index,
            "type": type,
            "text": text,
            "timestamp": time,
            "from": (Participant() if sender is None else sender).raw,
            "userData": None if user_data is None else dict(user_data),
            "isTyping": {"TypingStarted": True, "TypingStopped": False}.get(type),
            "fileDetails": user_data and dict(user_data) if type == "FileUploaded" else None,
            "content": raw_of(content) or None,
            "restoring": restoring or None,
        }
        _set(self, {**given(**members), **(extra or {})})

    @property
    def type(self) -> str:
        """What it is: ``"Message"``, ``"ParticipantJoined"``, ``"ParticipantLeft"``, ``"TypingStarted"``, ``"TypingStopped"``, ``"PushUrl"``,
        ``"NicknameUpdated"``, ``"FileUploaded"``, ``"FileDeleted"``, ``"CustomNotice"``, ``"Notice"``, ``"IdleAlert"``, ``"IdleClose"``, or
        another word of the server's."""
        return text_in(self._raw, "type") or ""

    @property
    def text(self) -> str | None:
        """The text; of rich content, the content's own. ``None`` where there is none."""
        return text_in(self._raw, "text")

    @property
    def sender(self) -> Participant:
        """Who sent it."""
        return Participant.from_raw(self._raw.get("from") or {})

    @property
    def index(self) -> int | str | None:
        """Its place in the transcript: a number on GMS, text on Nexus. ``None`` where the server told none."""
        value: int | str | None = self._raw.get("index")
        return value

    @property
    def time(self) -> int:
        """When it was sent, in milliseconds since 1970 UTC."""
        return number_in(self._raw, "timestamp") or 0

    @property
    def user_data(self) -> dict[str, Any] | None:
        """The data attached to it."""
        value: dict[str, Any] | None = self._raw.get("userData")
        return value

    @property
    def is_typing(self) -> bool | None:
        """Whether the sender is typing. Typing notices alone say so; ``None`` of others."""
        value: bool | None = self._raw.get("isTyping")
        return value

    @property
    def file(self) -> File | None:
        """The file that was uploaded; ``None`` where it tells of no upload."""
        return maybe(File.from_raw, self._raw.get("fileDetails"))

    @property
    def content(self) -> tuple[Content, ...]:
        """What is attached to it, images among it."""
        value = self._raw.get("content")
        return tuple(map(Content.from_raw, value)) if isinstance(value, (list, tuple)) else ()

    @property
    def restoring(self) -> bool:
        """Whether it comes with the replay after a restore."""
        return self._raw.get("restoring") is True

    def _key(self) -> tuple[Any, ...]:
        return self.type, self.text, self.time, str(self.index)


class Transcript(Value):
    """The messages of a chat, in order, those hidden by prefilters absent. It can be iterated over.

    >>> transcript = webchat.Transcript(messages=[webchat.Message("Hi"), webchat.Message("Hello")])
    >>> [message.text for message in transcript]
    ['Hi', 'Hello']
    >>> len(transcript), transcript.truncated
    (2, False)
    """

    __slots__ = ("_messages",)
    __match_args__ = ("messages",)
    _shown = ("messages", "truncated")
    _messages: tuple[Message, ...]

    def __init__(self, messages: Iterable[Message] = (), *, original_messages: Iterable[Any] = (), truncated: bool = False) -> None:
        raw = {"messages": raw_of(tuple(messages)), "originalMessages": list(original_messages)}
        _set(self, {**raw, "truncated": True} if truncated else raw)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages, as preprocessors have left them."""
        try:
            return self._messages
        except AttributeError:
            messages = tuple(map(Message.from_raw, self._raw.get("messages") or ()))
            object.__setattr__(self, "_messages", messages)
            return messages

    @property
    def original_messages(self) -> list[dict[str, Any]]:
        """The same as the server sent them."""
        value: list[dict[str, Any]] = self._raw.get("originalMessages") or []
        return value

    @property
    def truncated(self) -> bool:
        """Whether the oldest messages are missing: together they were larger than ``maxTranscriptBytes`` of the configuration."""
        return self._raw.get("truncated") is True

    def __iter__(self) -> Iterator[Message]:
        return iter(self.messages)

    def __len__(self) -> int:
        return len(self.messages)

    def __repr__(self) -> str:
        if len(self) <= 3:
            return show(self, self._shown)
        return f"Transcript(<{len(self)} messages>{', truncated=True' if self.truncated else ''})"


def _set(value: Value, raw: Any) -> None:
    object.__setattr__(value, "_raw", raw)
