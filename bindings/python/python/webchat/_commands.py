"""What both faces of a chat have in common: the commands, and handlers of events."""

from __future__ import annotations

from typing import Any

from ._messaging import Messaging
from ._sessions import Sessions
from ._transfers import Transfers


class Commands(Sessions, Messaging, Transfers):
    """The commands of the specification, one method each, with its names in snake_case.

    The server's answer comes as :class:`webchat.Answer`, a ``dict``; what else a command returns is a value with attributes, whose ``raw``
    has the specification's shape. ``timeout`` is the number of seconds within which a command must have its
    outcome. A rejected command raises a subclass of :class:`webchat.Error` whose text is the specification's. At most 10,000 commands, or
    64 MiB of their options, are under way at once: one more raises :class:`webchat.BusyError`.

    Events are to be taken: while 1,024 wait, or 16 MiB of messages, in a stream or behind a handler that runs, no more messages are
    fetched. Nothing is lost: they are when half have been taken, and commands go on meanwhile.
    """

    def poll(self, *, timeout: float | None = None) -> Any:
        """Private to the service: always rejected. :meth:`command` can give it for the service.

        >>> chat.poll()
        Traceback (most recent call last):
            ...
        webchat.errors.AccessDeniedError: Access Denied to private command. Only WebChatService is allowed to invoke this command.
        """
        return self._given("poll", timeout)

    def start_poll(self, *, timeout: float | None = None) -> Any:
        """Starts automatic polling for new messages. :class:`UnsupportedError` where they are pushed (CometD).

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.stop_poll()
        >>> chat.start_poll()
        """
        return self._given("startPoll", timeout)

    def stop_poll(self, *, timeout: float | None = None) -> Any:
        """Stops automatic polling for new messages. :class:`UnsupportedError` where they are pushed (CometD).

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.stop_poll()
        """
        return self._given("stopPoll", timeout)

    def reset_poll_exceptions(self, *, timeout: float | None = None) -> Any:
        """Sets the count of poll exceptions to 0.

        >>> chat.reset_poll_exceptions()
        """
        return self._given("resetPollExceptions", timeout)
