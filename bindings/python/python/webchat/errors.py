"""The exceptions of the library: one base class, and one class for each kind of error."""

from __future__ import annotations

import builtins
import os
from typing import Any, ClassVar

__all__ = [
    # made from the tables: names
    "AccessDeniedError",
    "BusyError",
    "CancelledError",
    "ClosedError",
    "DisconnectedError",
    "Error",
    "InternalError",
    "InvalidArgumentError",
    "InvalidConfigurationError",
    "IoError",
    "NoSessionError",
    "NotFoundError",
    "NotSentError",
    "OutOfResourcesError",
    "OutcomeUnknownError",
    "ProtocolError",
    "RateLimitedError",
    "RejectedError",
    "SessionActiveError",
    "UnauthorizedError",
    "UnavailableError",
    "UnsupportedError",
    "WrongThreadError",
    # until here: names
]


def _in_words_of_the_system(error: OSError, errno: int | None, filename: str | None) -> None:
    error.errno = errno
    error.strerror = None if errno is None else os.strerror(errno)
    error.filename = filename


class Error(Exception):
    """Why a command was rejected.

    ``str()`` of it is the specification's text where the specification has one, with what exactly is wrong behind it, and is safe to
    log. What the program gave is named: a command, an event, a key, a path.

    >>> try:
    ...     chat.send_message("Is anybody there?")
    ... except webchat.NoSessionError as error:
    ...     print(error, error.kind, error.delivery, error.retryable)
    There is no active chat session no_session not_sent False
    """

    kind: ClassVar[str] = "unknown"
    """The kind of error, the same name in every language."""

    message: str
    """The specification's text where it has one, and nothing else then."""

    detail: str | None
    """What exactly is wrong, where ``message`` does not say it."""

    response: Any
    """The server's response, "(AJAX Response Object)" in the specification, else ``None``. It can hold private text."""

    retry_after: float | None
    """Seconds that have to pass before trying again, where the server says so."""

    retryable: bool
    """Whether trying the same again can help."""

    request_id: int | None
    """The command's id, where the error is a command's."""

    delivery: str | None
    """What became of a message whose :meth:`webchat.Chat.send_message` failed: ``"not_sent"`` (it did not arrive: it never left, or the
    server refused it) or ``"unknown"`` (it left, and nothing tells). ``None`` for other commands. A message that was sent raises nothing."""

    def __init__(
        self,
        message: str = "",
        *,
        response: Any = None,
        retry_after: float | None = None,
        retryable: bool = False,
        request_id: int | None = None,
        delivery: str | None = None,
        detail: str | None = None,
        errno: int | None = None,
        filename: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.response = response
        self.retry_after = retry_after
        self.retryable = retryable or retry_after is not None
        self.request_id = request_id
        self.delivery = delivery
        if isinstance(self, OSError):
            _in_words_of_the_system(self, errno, filename)

    def __str__(self) -> str:
        if self.detail is None:
            return self.message
        return f"{self.message}{' ' if self.message.endswith('.') else ': '}{self.detail}"

    def __reduce__(self) -> tuple[Any, ...]:
        state = dict(self.__dict__)
        if isinstance(self, OSError):
            state.update(errno=self.errno, strerror=self.strerror, filename=self.filename)
        return type(self), (self.message,), state


# made from the tables: classes
class InvalidArgumentError(Error, ValueError):
    """An option, text or name given by the caller is not usable. The error says which."""

    kind = "invalid_argument"


class InvalidConfigurationError(Error, ValueError):
    """The configuration is missing or has a bad value; the error names the key."""

    kind = "invalid_configuration"


class NoSessionError(Error):
    """The command needs a chat session and there is none."""

    kind = "no_session"


class SessionActiveError(Error):
    """The command needs that no chat session is active."""

    kind = "session_active"


class BusyError(Error):
    """The same thing is already under way."""

    kind = "busy"


class AccessDeniedError(Error):
    """The command is private to the service."""

    kind = "access_denied"


class UnsupportedError(Error):
    """The transport in use, or this build or system, does not offer it."""

    kind = "unsupported"


class NotFoundError(Error):
    """What was asked for does not exist, for example no session to restore."""

    kind = "not_found"


class RejectedError(Error):
    """The server understood the request and refused it. See the response."""

    kind = "rejected"


class UnauthorizedError(Error):
    """The server or a gateway wants other credentials."""

    kind = "unauthorized"


class RateLimitedError(Error):
    """The server asks to slow down."""

    kind = "rate_limited"


class UnavailableError(Error):
    """The server, or the chat server behind it, cannot serve at the moment."""

    kind = "unavailable"


class DisconnectedError(Error, ConnectionError):
    """The server cannot be reached."""

    kind = "disconnected"


class TimeoutError(Error, builtins.TimeoutError):
    """The time given for it is over."""

    kind = "timeout"


class OutcomeUnknownError(Error):
    """The request left, and nothing tells whether it took effect."""

    kind = "outcome_unknown"


class ProtocolError(Error):
    """The server's answer is not what the protocol says."""

    kind = "protocol"


class CancelledError(Error):
    """The caller cancelled it. A cancelled task gets asyncio's own exception."""

    kind = "cancelled"


class ClosedError(Error):
    """The service was closed before the outcome was known."""

    kind = "closed"


class IoError(Error, OSError):
    """A file on this machine, or a descriptor, could not be read, written or made. See ``filename`` and ``errno``."""

    kind = "io"


class WrongThreadError(Error, RuntimeError):
    """A blocking call was made inside a callback, where it could never end."""

    kind = "wrong_thread"


class InternalError(Error):
    """A fault in this library. Please report it."""

    kind = "internal"


class NotSentError(Error):
    """The message was not sent, because the connection is lost: nothing has left."""

    kind = "not_sent"


class OutOfResourcesError(Error):
    """The system gives no more threads, file descriptors or memory. The error says which."""

    kind = "out_of_resources"


# until here: classes

_BY_KIND: dict[str, type[Error]] = {
    leaf.kind: leaf for leaf in list(globals().values()) if isinstance(leaf, type) and issubclass(leaf, Error)
}


def class_for(kind: str) -> type[Error]:
    """The class for a kind of error; :class:`Error` itself for a kind that is not known here."""
    return _BY_KIND.get(kind, Error)
