"""Waiting for a certain event."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Optional

from ._event import Event
from ._events import CLASSES
from ._handlers import named
from ._waiting import wait
from .errors import ClosedError, NoSessionError, TimeoutError

Check = Callable[[Any], object]


class Wanted:
    """What is waited for."""

    def __init__(self, event: Any, check: Optional[Check]) -> None:
        self._kinds = tuple(named(each) for each in event) if isinstance(event, tuple) else (named(event),)
        self._check = check
        self.needs_session = all(each._session == "within" for each in CLASSES if issubclass(each, self._kinds))

    def is_met_by(self, event: Event) -> bool:
        return isinstance(event, self._kinds) and (self._check is None or bool(self._check(event)))

    def __str__(self) -> str:
        names = " or ".join(getattr(kind, "name", kind.__name__) for kind in self._kinds)
        return f"{names} that passes the check" if self._check else names


class Search:
    """A search for what is wanted among the events."""

    def __init__(self, wanted: Wanted, is_over: bool, timeout: Optional[float]) -> None:
        self._wanted, self._timeout = wanted, timeout
        self._is_over = is_over and wanted.needs_session
        """The session that it needs has ended: what is not here already does not come."""
        self._end = None if timeout is None else time.monotonic() + timeout

    def left(self) -> Optional[float]:
        """How long the next event may take."""
        if self._is_over:
            return 0
        return None if self._end is None else max(self._end - time.monotonic(), 0)

    def ends_with(self, event: Optional[Event]) -> bool:
        """Whether the next event is what is wanted; ``None`` is none that came in time."""
        if event is None:
            if self._is_over:
                raise NoSessionError(f"the chat session has ended without {self._wanted}")
            raise TimeoutError(f"there was no {self._wanted} within {self._timeout:g} s")
        if self._wanted.needs_session and event._session in ("begins", "ends"):
            self._is_over = event._session == "ends"
        return self._wanted.is_met_by(event)

    def closed(self) -> ClosedError:
        return ClosedError(f"the chat was closed without {self._wanted}")


class Waits:
    """Waiting for an event by the thread that asks."""

    _native: Any

    def __init__(self) -> None:
        self._marks = threading.local()
        """Behind which event the thread begins to look."""

    def _mark(self, mark: int) -> None:
        self._marks.mark = mark

    def wait_for(self, event: Any, *, check: Any = None, timeout: Optional[float] = None) -> Any:
        """Waits for an event of this name or class, or of one of a tuple of them, for which ``check`` is true. Returns it.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.wait_for("agentConnected", timeout=30).participant.name
        'Sam'
        >>> answer = chat.send_message("Hello")
        >>> def answers(event: webchat.MessageReceived) -> bool:
        ...     return any(message.text == "Hello again, Jo!" for message in event.messages)
        >>> chat.wait_for(webchat.MessageReceived, check=answers, timeout=30).messages[-1].sender.name
        'Sam'

        It begins behind the last command that this thread has given to the chat, or behind the event that its last ``wait_for`` has
        returned, whichever is the later: what a command brings is not missed, however fast it came. Making the chat is such a
        command. In a thread that has given none yet it begins with ``ready``, if that was, and with what comes from now on.

        It takes nothing from others: handlers, streams and other threads that wait get the event as well. When it is given up, by
        ``timeout`` or an exception, the next one begins where it did. Of what has come 1,024 events are remembered, or 1 MiB of
        messages.

        Raises :class:`webchat.TimeoutError` when there is none within ``timeout`` seconds, :class:`webchat.NoSessionError` when the
        session has ended and the event is one that comes in a session only, :class:`webchat.ClosedError` when the chat is closed,
        :class:`webchat.InvalidArgumentError` when there is no such event, and what ``check`` raises.
        """
        wanted = Wanted(event, check)
        look = self._native.look(getattr(self._marks, "mark", None))
        search = Search(wanted, look.is_over, timeout)
        while True:
            try:
                found: Optional[Event] = wait(look.next(search.left()))
            except ClosedError:
                raise search.closed() from None
            if search.ends_with(found):
                self._mark(look.mark)
                return found


class AsyncWaits:
    """Waiting for an event by the task that asks."""

    def _wait_for(self, wanted: Wanted, timeout: Optional[float]) -> Any:
        raise NotImplementedError

    def wait_for(self, event: Any, *, check: Any = None, timeout: Optional[float] = None) -> Any:
        """As :meth:`webchat.Chat.wait_for`, to be awaited; what is said there of threads is so of tasks. It begins with the call, before
        it is awaited: so an event that comes of what is done in between is not missed either.

        >>> async def main() -> None:
        ...     async with webchat.aio.Chat(config) as chat:
        ...         started = chat.wait_for("started")
        ...         await chat.start_chat(nickname="Jo")
        ...         print((await started).name)
        ...         agent = await chat.wait_for(webchat.AgentConnected, timeout=30)
        ...         print(agent.participant.name)
        >>> asyncio.run(main())
        started
        Sam
        """
        return self._wait_for(Wanted(event, check), timeout)
