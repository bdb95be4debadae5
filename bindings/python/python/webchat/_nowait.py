"""Commands that are given without waiting for them: their outcomes are futures."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any, Callable

from . import _callbacks, _files, _webchat
from ._commands import Commands
from .errors import Error, WrongThreadError


class Outcome(Future[Any]):
    """The outcome of a command. Cancelling it cancels the command. Its callbacks run on the thread of handlers.

    In a handler, whose thread brings outcomes, it cannot be waited for: there a command itself can.
    """

    def __init__(self, native: _webchat.Chat) -> None:
        super().__init__()
        self._native = native
        self._request: int | None = None

    def cancel(self) -> bool:
        is_cancelled = super().cancel()
        if is_cancelled and self._request is not None:
            self._native.cancel(self._request)
        return is_cancelled

    def result(self, timeout: float | None = None) -> Any:
        self._check()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self._check()
        return super().exception(timeout)

    def _check(self) -> None:
        if not self.done() and _callbacks.current() is not None:
            raise WrongThreadError("an outcome was waited for in a handler, which it would wait for")

    def _settle(self, value: Any, error: BaseException | None, _held: _webchat.Held) -> None:
        if not self.set_running_or_notify_cancel():
            return
        if isinstance(error, Error):
            error.request_id = self._request
        if error is None:
            self.set_result(value)
        else:
            self.set_exception(error)


class NoWait(Commands):
    """A chat's commands, each of which returns a :class:`concurrent.futures.Future` at once. See :attr:`webchat.Chat.nowait`."""

    def __init__(self, chat: Any) -> None:
        self._chat, self._native, self._handlers = chat, chat._native, chat._handlers

    def _tell(self, function: Callable[..., Any], number: int | None = None) -> Callable[..., Any]:
        told: Callable[..., Any] = self._chat._tell(function, number)
        return told

    def _ask(self, function: Callable[[Any], Any]) -> Callable[[Any, _webchat.Reply], None]:
        asked: Callable[[Any, _webchat.Reply], None] = self._chat._ask(function)
        return asked

    def _call(self, name: str, options: Any, timeout: float | None) -> Any:
        outcome = Outcome(self._native)
        outcome._request, mark = self._native.submit(name, options, timeout, outcome._settle)
        self._chat._mark(mark)
        return outcome

    def _then(self, outcome: Any, read: Callable[[Any], Any]) -> Any:
        return _after(outcome, read)

    def _in_steps(self, prepare: Callable[[], Any], give: Callable[[Any], Any], landing: _files.Landing | None) -> Any:
        try:
            outcome = give(prepare())
        except BaseException:
            if landing is not None:
                landing.give_up()
            raise
        if landing is None:
            return outcome
        landed = _after(outcome, landing.finish)
        landed.add_done_callback(lambda _: landing.give_up())
        return landed


def _after(outcome: Outcome, then: Callable[[Any], Any]) -> Outcome:
    """An outcome that is what ``then`` makes of another."""
    result = Outcome(outcome._native)
    result._request = outcome._request

    def settle(done: Future[Any]) -> None:
        if done.cancelled() or not result.set_running_or_notify_cancel():
            result.cancel()
            return
        try:
            result.set_result(then(done.result()))
        except BaseException as error:
            result.set_exception(error)

    outcome.add_done_callback(settle)
    return result
