"""What commands return, apart from messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from ._messages import Transcript
from ._value import _MAPPINGS, Value, _make_public, given, number_in, raw_of, text_in


class Answer(dict[str, Any]):
    """The server's answer to a command: a ``dict`` whose members are the server's, of each back end others.

    >>> answer = webchat.Answer({"statusCode": 0}, delivery="sent")
    >>> answer["statusCode"], answer.delivery
    (0, 'sent')
    """

    __slots__ = ("delivery", "raw")

    delivery: Literal["sent"] | None
    """``"sent"`` of a message that was sent, as :attr:`webchat.Error.delivery` says it of one that was not; ``None`` of other commands."""
    raw: Any
    """The answer as it came: where it was no object, the answer itself is empty."""

    def __init__(self, answer: Any = None, *, delivery: Literal["sent"] | None = None) -> None:
        super().__init__(answer if isinstance(answer, _MAPPINGS) else {})
        self.delivery = delivery
        self.raw = answer

    def __repr__(self) -> str:
        return f"Answer({dict.__repr__(self)}{'' if self.delivery is None else f', delivery={self.delivery!r}'})"


_make_public(Answer)


class Agent(Value):
    """An agent or supervisor who is or was in the chat.

    >>> webchat.Agent(name="Kim", connected_time=1)
    Agent(name='Kim', connected=True, connected_time=1)
    """

    __slots__ = ()
    __match_args__ = ("name",)
    _shown = ("name", "connected", "supervisor", "connected_time", "disconnected_time")

    def __init__(self, name: str, *, supervisor: bool = False, connected_time: int = 0, disconnected_time: int | None = None) -> None:
        times = {"connectedTime": connected_time, "disconnectedTime": _or_false(disconnected_time)}
        _set(self, {"name": name, "connected": disconnected_time is None, "supervisor": supervisor, **times})

    @property
    def name(self) -> str:
        """The name shown to people."""
        return text_in(self._raw, "name") or ""

    @property
    def connected(self) -> bool:
        """Whether the agent is in the chat."""
        return self._raw.get("connected") is True

    @property
    def supervisor(self) -> bool:
        """Whether it is a supervisor."""
        return self._raw.get("supervisor") is True

    @property
    def connected_time(self) -> int:
        """When the agent joined, in milliseconds since 1970 UTC."""
        return number_in(self._raw, "connectedTime") or 0

    @property
    def disconnected_time(self) -> int | None:
        """When the agent left, in milliseconds since 1970 UTC; ``None`` while connected."""
        return number_in(self._raw, "disconnectedTime")


class Agents(Value, Mapping[str, Agent]):
    """The agents of a chat by their ids, as text; those who left are in it, too.

    >>> agents = webchat.Agents({"2": webchat.Agent("Kim", disconnected_time=9), "3": webchat.Agent("Pia")})
    >>> agents["2"].name, [agent.name for agent in agents.connected]
    ('Kim', ['Pia'])
    """

    __slots__ = ()

    def __init__(self, agents: Mapping[str, Agent] = {}) -> None:
        _set(self, raw_of(agents))

    @property
    def connected(self) -> list[Agent]:
        """Those who are in the chat."""
        return [agent for agent in self.values() if agent.connected]

    def __getitem__(self, id: str) -> Agent:
        return Agent.from_raw(self._raw[str(id)])

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def _key(self) -> tuple[Any, ...]:
        return tuple(self.items())

    __eq__ = Value.__eq__
    __hash__ = Value.__hash__

    def __repr__(self) -> str:
        return f"Agents({dict(self)!r})"


class Stats(Value):
    """Figures of the chat.

    >>> webchat.Stats(start_time=1000, end_time=4000).duration
    3000
    """

    __slots__ = ()
    __match_args__ = ("agents", "start_time", "end_time", "duration")
    _shown = ("agents", "start_time", "end_time", "duration")

    def __init__(self, *, agents: Mapping[str, Agent] = {}, start_time: int | None = None, end_time: int | None = None) -> None:
        duration = None if start_time is None or end_time is None else max(end_time - start_time, 0)
        times = {"startTime": _or_false(start_time), "endTime": _or_false(end_time), "duration": _or_false(duration)}
        _set(self, {"agents": raw_of(agents), **times})

    @property
    def agents(self) -> Agents:
        """The agents."""
        return Agents.from_raw(self._raw.get("agents") or {})

    @property
    def start_time(self) -> int | None:
        """When the first message was received, in milliseconds since 1970 UTC; ``None`` before."""
        return number_in(self._raw, "startTime")

    @property
    def end_time(self) -> int | None:
        """When the last message was received, in milliseconds since 1970 UTC; ``None`` before."""
        return number_in(self._raw, "endTime")

    @property
    def duration(self) -> int | None:
        """The time between both, in milliseconds; ``None`` while it is not known."""
        return number_in(self._raw, "duration")


class FileLimits(Value):
    """What the server allows to upload. What it does not say is ``None``.

    >>> webchat.FileLimits(max_files=3, file_types=["png"]).file_types
    ('png',)
    """

    __slots__ = ()
    __match_args__ = ("max_files", "max_file_size", "max_total_size")
    _shown = ("max_files", "max_file_size", "max_total_size", "file_types", "need_agent", "used_files", "used_total_size")

    def __init__(
        self,
        *,
        max_files: int | None = None,
        max_file_size: int | None = None,
        max_total_size: int | None = None,
        file_types: Sequence[str] = (),
        need_agent: bool = False,
        used_files: int = 0,
        used_total_size: int = 0,
    ) -> None:
        limits = given(maxFiles=max_files, maxFileSize=max_file_size, maxTotalSize=max_total_size)
        used = {"usedFiles": used_files, "usedTotalSize": used_total_size}
        _set(self, {**limits, "fileTypes": list(file_types), "needAgent": need_agent, **used, "raw": {}})

    @property
    def max_files(self) -> int | None:
        """Uploads allowed in a session."""
        return number_in(self._raw, "maxFiles")

    @property
    def max_file_size(self) -> int | None:
        """Bytes allowed in a file."""
        return number_in(self._raw, "maxFileSize")

    @property
    def max_total_size(self) -> int | None:
        """Bytes allowed in a session."""
        return number_in(self._raw, "maxTotalSize")

    @property
    def file_types(self) -> tuple[str, ...]:
        """Extensions allowed, in lower case, without the dot. Empty where the server does not say."""
        return tuple(self._raw.get("fileTypes") or ())

    @property
    def need_agent(self) -> bool:
        """Whether uploads wait for an agent in the chat."""
        return self._raw.get("needAgent") is True

    @property
    def used_files(self) -> int:
        """Uploads done."""
        return number_in(self._raw, "usedFiles") or 0

    @property
    def used_total_size(self) -> int:
        """Bytes uploaded."""
        return number_in(self._raw, "usedTotalSize") or 0

    @property
    def said(self) -> dict[str, Any]:
        """Everything that the server said, as it said it."""
        value: dict[str, Any] = self._raw.get("raw") or {}
        return value


class Downloaded(Value):
    """A file that was fetched.

    >>> webchat.Downloaded(file_name="a.txt", data=b"text").size
    4
    """

    __slots__ = ()
    __match_args__ = ("file_name", "data")
    _shown = ("file_name", "size", "path", "data")

    def __init__(self, *, file_name: str, data: bytes | None = None, path: str | None = None, size: int | None = None) -> None:
        _set(self, {"fileName": file_name, "size": len(data or b"") if size is None else size, **given(bytes=data, path=path)})

    @property
    def file_name(self) -> str:
        """Its name, without a directory."""
        return text_in(self._raw, "fileName") or ""

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return number_in(self._raw, "size") or 0

    @property
    def path(self) -> str | None:
        """Where it was saved."""
        return text_in(self._raw, "path")

    @property
    def data(self) -> bytes | None:
        """Its bytes, where it was fetched into memory."""
        value: bytes | None = self._raw.get("bytes")
        return value


def _or_false(time: int | None) -> int | Literal[False]:
    return False if time is None else time


def _set(value: Value, raw: Any) -> None:
    object.__setattr__(value, "_raw", raw)


def _sent(answer: Any) -> Answer:
    return Answer(answer, delivery="sent")


def _answer_or_nothing(answer: Any) -> Answer | None:
    return None if answer is None else Answer(answer)


def _agents(raw: Any) -> Agents:
    return Agents.from_raw(raw["agents"])


def _is_active(raw: Any) -> bool:
    active: bool = raw["sessionActive"]
    return active


READERS: dict[str, Callable[[Any], Any]] = {
    # made from the tables: readers
    "startChat": Answer,
    "endChat": Answer,
    "restore": Answer,
    "verifySession": _is_active,
    "updateNickname": Answer,
    "sendMessage": _sent,
    "sendCustomNotice": Answer,
    "sendTyping": _answer_or_nothing,
    "pushUrl": Answer,
    "readReceipt": Answer,
    "updateUserData": Answer,
    "getTranscript": Transcript.from_raw,
    "getAgents": _agents,
    "getStats": Stats.from_raw,
    "fetchHistory": Answer,
    "sendFile": Answer,
    "downloadFile": Downloaded.from_raw,
    "getFileLimits": FileLimits.from_raw,
    "deleteFile": Answer,
    "poll": Answer,
    # until here: readers
}
"""What the methods of commands return of an outcome; where there is none, the outcome itself."""
