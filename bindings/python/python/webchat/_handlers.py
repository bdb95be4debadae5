"""Handlers of events, and how programs name events."""

from __future__ import annotations

from typing import Any, Callable, Union

from ._event import Event
from ._events import CLASSES
from .errors import InvalidArgumentError

_BY_NAME: dict[str, type[Event]] = {kind.name: kind for kind in CLASSES}

Named = Union[str, type[Event], None]
"""How programs name events: by the specification's name, by class, by the class of several; ``None`` are all."""


def named(event: Any) -> type[Event]:
    """The class of the events that are meant. Fails with what is wrong with it."""
    if event is None:
        return Event
    if isinstance(event, str):
        prefix, _, name = event.rpartition(".")
        kind = _BY_NAME.get(name) if prefix in ("", "WebChatService") else None
        if kind is None:
            raise InvalidArgumentError(_unknown(event))
        return kind
    if isinstance(event, type) and any(issubclass(each, event) for each in CLASSES):
        return event
    shown = event.__name__ if isinstance(event, type) else repr(event)
    raise InvalidArgumentError(f"an event is named by its name or its class, which {shown} is not")


def _unknown(name: str) -> str:
    import difflib

    plain = name.rpartition(".")[2]
    by_small = {each.lower(): each for each in _BY_NAME}
    near = difflib.get_close_matches(plain.lower(), by_small, 1, 0.5)
    hint = f"; did you mean '{by_small[near[0]]}'?" if near else "; webchat.EventName has all names"
    return f"there is no event called '{name}'{hint}"


class Handlers:
    """What a chat tells its handlers."""

    _native: Any
    _holds: bool
    _handlers: dict[int, tuple[type[Event], Any]]
    """By the numbers of their listeners. Only single operations on it: any thread may use it, a signal handler too."""

    def _tell(self, function: Callable[..., Any], number: int | None = None) -> Callable[..., Any]:
        """``function``, to be called by the library; as long as there is a handler of this number, if one is given."""
        raise NotImplementedError

    def on(self, event: Any, handler: Any = None) -> Any:
        """Has ``handler`` called with each event of this name or class, in order; of several, as in ``webchat.ParticipantEvent``; with
        every event, where it is ``None``. Returns the handler. Without one it is a decorator.

        >>> @chat.on("agentConnected")
        ... def greet(event: webchat.AgentConnected) -> None:
        ...     print(event.participant.name, "is here")
        >>> chat.on(webchat.Ended, lambda event: print("The chat is over."))  # doctest: +ELLIPSIS
        <function ...>

        A handler that is there before the program's first command (:meth:`configure` apart) gets the
        events from the beginning, what a stored session has brought among them; so do :meth:`events` and :meth:`next_event`, and whoever
        asks for events first, however late. Others get those from now on, and ``ready``. 1,024 events are kept for that; when more have
        come to an earlier one, a new one is late as well.

        Raises :class:`webchat.InvalidArgumentError` where there is no such event, and where ``handler`` cannot be called.
        """
        kind = named(event)
        if handler is None:
            return lambda function: self.on(kind, function)
        if not callable(handler):
            raise InvalidArgumentError(f"a handler is called with each event, which {handler!r} cannot be")
        is_one = kind in CLASSES
        number = self._native.next_listener(kind.name if is_one else None)
        self._handlers[number] = kind, handler
        call = handler if is_one or kind is Event else lambda event: handler(event) if isinstance(event, kind) else None
        self._native.listen(number, self._tell(call, number), self._holds)
        return handler

    def off(self, event: Any, handler: Any = None) -> bool:
        """Lets go of a handler, or of all that were given for ``event``: they are not called any more. False if there were none.

        >>> chat.off("agentConnected")
        False
        """
        kind = named(event)
        found = False
        for number, entry in self._handlers.copy().items():
            if entry[0] is kind and handler in (None, entry[1]) and self._handlers.pop(number, None) is not None:
                self._native.unlisten(number)
                found = True
        return found
