"""How both faces of a chat give commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from . import _callbacks, _exit, _files, _logging, _webchat
from ._handlers import Handlers
from ._results import READERS
from ._value import _MAPPINGS
from .errors import UnsupportedError


class Giving(Handlers):
    """A chat that commands can be given to, and what the faces differ in."""

    def __init__(self, config: Any, store: Any, keeper: Any, runtime: _webchat.Runtime | None) -> None:
        if store is not None:
            store = self._ask(partial(_without_argument, store.load)), self._ask(store.apply)
        if keeper is not None:
            if not isinstance(keeper, tuple):
                keeper = keeper.store_session, keeper.load_session, keeper.forget_session
            keep, load, forget = keeper
            keeper = self._ask(keep), self._ask(partial(_without_argument, load)), self._ask(forget)
        _logging.begin()
        # It is also what keeps who makes them.
        self._calls = self._way(runtime)
        self._native = _webchat.Chat(config, store, keeper, runtime, self._calls)
        self._handlers = {}
        _exit.watch(self._native)

    # What the faces differ in.

    _holds = False
    """Whether handlers get, beside an event, what is to be held until they are through with it."""

    def _call(self, name: str, options: Any, timeout: float | None) -> Any:
        raise NotImplementedError

    def _in_steps(self, prepare: Callable[[], Any], give: Callable[[Any], Any], landing: _files.Landing | None) -> Any:
        """The outcome of ``give``, with what ``prepare`` returns, and then of ``landing``; those two may take long."""
        raise NotImplementedError

    def _then(self, outcome: Any, read: Callable[[Any], Any]) -> Any:
        """What ``read`` makes of a command's outcome."""
        raise NotImplementedError

    def _ask(self, function: Callable[[Any], Any]) -> Callable[[Any, _webchat.Reply], None]:
        """``function``, to be called by the library, which wants to know what it returns."""
        raise NotImplementedError

    def _way(self, runtime: _webchat.Runtime | None) -> _webchat.Calls:
        """The way to what makes the calls that the library asks for."""
        return _callbacks.way(runtime)

    def __repr__(self) -> str:
        """With the number by which the log names the chat."""
        try:
            number = str(self._native.number)
        except (AttributeError, UnsupportedError):
            number = "without a library"
        return f"<{type(self).__module__}.{type(self).__qualname__} {number}>"

    @property
    def capabilities(self) -> dict[str, bool]:
        """What the transport that the configuration has chosen can do: ``"history"``, ``"fileUpload"`` and so on. Commands that need more
        raise :class:`webchat.UnsupportedError`. :class:`webchat.InvalidConfigurationError` before the chat is configured.

        >>> chat.capabilities["fileUpload"], chat.capabilities["history"]
        (True, False)
        """
        capabilities: dict[str, bool] = self._native.capabilities
        return capabilities

    def command(self, name: str, options: Any = None, *, timeout: float | None = None) -> Any:
        """Gives a command by the name that the specification has for it, such as ``sendMessage``, with its options.

        Where the specification wants functions and regular expressions, callables and patterns are taken. Options that a command does not
        have are named in the log.

        Returns what the specification resolves with, in its shape, where the command's own method returns a value with attributes.

        The option ``commander`` names who gives the command: for ``"WebChatService"``, ``poll`` makes one poll now, also while automatic
        polling is stopped, and returns the server's answer. :class:`NoSessionError`, :class:`BusyError` while a poll is under way,
        :class:`UnsupportedError` where messages are pushed (CometD).

        >>> chat.command("verifySession")
        {'sessionActive': False}
        >>> chat.command("startChat", {"nickname": "Jo"})["statusCode"]
        0
        """
        outcome = self._call(name, self._prepared(options), timeout)
        if name.rpartition(".")[2] == "registerPreProcessor" and isinstance(options, Mapping):
            return self._then(outcome, lambda _: options.get("preprocessor"))
        return outcome

    def _given(self, name: str, timeout: float | None, **options: Any) -> Any:
        """Gives a command, with the options that are there. Returns what its method returns."""
        return self._typed(name, {key: value for key, value in options.items() if value is not None}, timeout)

    def _typed(self, name: str, options: Any, timeout: float | None) -> Any:
        outcome = self._call(name, self._prepared(options), timeout)
        read = READERS.get(name)
        return outcome if read is None else self._then(outcome, read)

    def _prepared(self, options: Any) -> Any:
        if not isinstance(options, _MAPPINGS):
            return options
        options = dict(options)
        for key, value in options.items():
            if key in ("filters", "regex"):
                options[key] = _filters(value)
            elif key == "files":
                options[key] = _without_paths(value)
            elif key == "preprocessor" and callable(value):
                options[key] = self._ask(value)
            elif key == "input" and callable(value):
                options[key] = self._ask(partial(_without_argument, value))
            elif key == "progress" and (told := _files.progress(value)) is not None:
                options[key] = self._tell(told)
        return options


def _without_argument(function: Callable[[], Any], _: None) -> Any:
    return function()


def _filters(value: Any) -> Any:
    # Whoever has a pattern has imported its module.
    patterns: Any = sys.modules.get("re")
    if patterns is not None and isinstance(value, patterns.Pattern):
        from . import _pattern

        return _pattern.translate(value)
    if isinstance(value, (list, tuple)):
        return [_filters(each) for each in value]
    return value


def _without_paths(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, (list, tuple)):
        return _without_paths(value[0]) if value else None
    if isinstance(value, Mapping):
        return {key: os.fsdecode(each) if isinstance(each, os.PathLike) else each for key, each in value.items()}
    return value
