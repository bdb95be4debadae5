"""What goes wrong between a customer and the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Optional, TypedDict, Union

from ._chat import ServerChat
from ._control import Control
from ._records import Operation

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Which(TypedDict, total=False):
    """Which requests a fault befalls, and whether they are carried out; see :class:`Faults`."""

    chat: Union[ServerChat, str, None]
    nth: Optional[int]
    times: Optional[int]
    effect: Optional[bool]
    rate: Optional[float]


class Faults:
    """The faults of a simulator: ``sim.faults.drop("send")``.

    A fault befalls one coming request and is gone: that with number ``nth`` (1 is the next) of those whose ``operation`` and ``chat`` are
    these, any when left out, and ``times`` of them from that one on. With a ``rate``, between 0 and 1, it befalls any of these requests at random
    instead, as the simulator's seed has it, until :meth:`clear`.

    ``effect`` says whether the server carries out the request all the same: ``drop("send", effect=True)`` is a message that arrived and whose
    answer is lost. What cannot be is refused with a :class:`SimulatorError` that says why.
    """

    def __init__(self, control: Control) -> None:
        self._control = control

    def add(self, kind: str, operation: Optional[Operation] = None, own: Optional[Mapping[str, Any]] = None, **which: Unpack[Which]) -> None:
        """Adds a fault of any kind; ``own`` are the members that ``webchat-simulator --help`` names for it."""
        chat, rate = which.pop("chat", None), which.pop("rate", None)
        members = {"kind": kind, "operation": operation, "chat": chat.id if isinstance(chat, ServerChat) else chat, **which, **(own or {})}
        given = {name: value for name, value in members.items() if value is not None}
        if rate is None:
            self._control.ask("POST", "/faults", given)
        else:
            rates = self.pending()["rates"]
            self._control.ask("PUT", "/faults/rates", [*rates, {"rate": rate, **given}])

    def drop(self, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """Closes the connection without an answer."""
        self.add("drop", operation, **which)

    def truncate(self, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """Closes the connection half-way through the answer."""
        self.add("truncatedBody", operation, **which)

    def hang(self, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """Never answers, and keeps the connection."""
        self.add("hang", operation, **which)

    def latency(self, seconds: float, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """Handles the request that much later."""
        self.add("latency", operation, {"ms": round(seconds * 1000)}, **which)

    def slow_reply(self, seconds: float, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """Handles the request at once, and answers that much later."""
        self.add("slowReply", operation, {"ms": round(seconds * 1000)}, **which)

    def status(
        self,
        status: int,
        operation: Optional[Operation] = None,
        *,
        code: Optional[int] = None,
        retry_after: Union[int, str, None] = None,
        **which: Unpack[Which],
    ) -> None:
        """Answers with an HTTP status: with a page, or with an error's ``code`` as JSON. ``retry_after`` is in seconds."""
        self.add("status", operation, {"status": status, "code": code, "retryAfter": retry_after}, **which)

    def temporary(self, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """GMS alone: answers with ``statusCode`` 1, a temporary failure."""
        self.add("statusCode1", operation, **which)

    def permanent(self, operation: Optional[Operation] = None, *, chat_ended: bool = True, code: Optional[int] = None, **which: Unpack[Which]) -> None:
        """GMS alone: answers with ``statusCode`` 2, a permanent failure."""
        self.add("statusCode2", operation, {"chatEnded": chat_ended, "code": code}, **which)

    def error_code(self, code: str, operation: Optional[Operation] = None, *, status: Optional[int] = None, **which: Unpack[Which]) -> None:
        """Nexus and Web Messaging: answers with an error, ``INVALID_SESSION`` for instance, or ``"4011"``."""
        self.add("errorCode", operation, {"code": code, "status": status}, **which)

    def wrong_body(self, body: Optional[str] = None, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """Answers with HTTP 200 and this body, by default a page."""
        self.add("nonJson" if body is None else "wrongBody", operation, {"body": body}, **which)

    def huge_body(self, size: int, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """Pads the answer to this many bytes."""
        self.add("hugeBody", operation, {"bytes": size}, **which)

    def redirect(self, url: str, operation: Optional[Operation] = None, *, status: int = 307, **which: Unpack[Which]) -> None:
        """Sends the client elsewhere."""
        self.add("redirect", operation, {"url": url, "status": status}, **which)

    def duplicate_messages(self, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """Has the next answer with messages bring them twice."""
        self.add("duplicateMessages", operation, **which)

    def reorder_messages(self, operation: Optional[Operation] = None, **which: Unpack[Which]) -> None:
        """Has the next answer with messages bring them in another order."""
        self.add("reorderedMessages", operation, **which)

    def refuse(
        self,
        code: int,
        operation: Optional[Operation] = None,
        *,
        reconnect: Optional[Literal["retry", "handshake", "none"]] = None,
        interval: Optional[float] = None,
        **which: Unpack[Which],
    ) -> None:
        """CometD alone: refuses a Bayeux message, with advice where ``reconnect`` is given; ``interval`` is in seconds."""
        self.add("refuse", operation, {"code": code, "reconnect": reconnect, "intervalMs": _ms(interval)}, **which)

    def advice(
        self, reconnect: Literal["retry", "handshake", "none"], operation: Optional[Operation] = None, *, interval: Optional[float] = None, **which: Unpack[Which]
    ) -> None:
        """CometD alone: answers a connect or a handshake at once with this advice; ``interval`` is in seconds."""
        self.add("advice", operation, {"reconnect": reconnect, "intervalMs": _ms(interval)}, **which)

    def pending(self) -> dict[str, list[dict[str, Any]]]:
        """Those that have yet to befall somebody, as ``queued`` and ``rates``."""
        pending: dict[str, list[dict[str, Any]]] = self._control.ask("GET", "/faults")
        return pending

    def clear(self) -> None:
        """Forgets all."""
        self._control.ask("DELETE", "/faults")
        self._control.ask("DELETE", "/faults/rates")


def _ms(seconds: Optional[float]) -> Optional[int]:
    return None if seconds is None else round(seconds * 1000)
