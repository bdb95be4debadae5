"""The simulator's control API, for code that waits and for asyncio."""

from __future__ import annotations

import asyncio
import copy
import http.client
import json
import math
import time
from collections.abc import Generator
from typing import Any, Callable, Optional, TypeVar
from urllib.parse import urlencode, urlsplit

from ._program import SimulatorError

TIMEOUT = 20.0
"""How many seconds things are waited for, where nothing else is said."""

GRACE = 10.0
"""How many seconds an answer may take that is given at once."""

T = TypeVar("T")
Ask = tuple[str, str, Any, float]
"""A request: method, path, body, and the seconds that the server may take for it."""
Plan = Generator[Ask, Any, T]
"""Requests that follow from each other's answers, and what comes of them: how they are made is nothing to it."""


def get(path: str, wait: float = 0.0, **query: Any) -> Ask:
    """Asks for what there is at ``path``; with ``wait``, for that many seconds until there is more."""
    asked = {name: value for name, value in query.items() if value is not None}
    if wait > 0:
        asked["waitMs"] = max(1, int(wait * 1000))
    return "GET", f"{path}?{urlencode(asked)}" if asked else path, None, wait


def until(look: Callable[[float], Plan[Optional[T]]], timeout: float, failed: Callable[[], str]) -> Plan[T]:
    """Looks until there is something, for ``timeout`` seconds. ``look`` is told how long it may wait for a change."""
    deadline = time.monotonic() + timeout
    while True:
        left = deadline - time.monotonic()
        found = yield from look(max(left, 0.0))
        if found is not None:
            return found
        if left <= 0:
            raise TimeoutError(f"not within {timeout:g} s: {failed()}")


def in_event_loop() -> bool:
    """Whether this is called in a running event loop of asyncio."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class Control:
    """Where the control API is. ``ended`` says how the simulator ended, when it has. Any thread may use it."""

    def __init__(self, url: str, ended: Callable[[], str | None]) -> None:
        parts = urlsplit(url)
        self._host, self._port, self._path = parts.hostname or "", parts.port or 80, parts.path
        self._ended = ended
        self._until = math.inf

    def within(self, seconds: float) -> Control:
        """The same for questions that together take no longer than this; what is not answered by then fails."""
        hasty = copy.copy(self)
        hasty._until = time.monotonic() + seconds
        return hasty

    def _patience(self, wait: float) -> float:
        """How long one answer may take, in seconds."""
        return max(min(wait + GRACE, self._until - time.monotonic()), 0.001)

    def ask(self, method: str, path: str, body: Any = None, wait: float = 0.0) -> Any:
        """Makes one request, and returns the answer. Raises :class:`SimulatorError` with the server's reason when it refuses."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._patience(wait))
        try:
            connection.request(method, self._path + path, _packed(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return _read(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise self._failure(error) from error
        finally:
            connection.close()

    def post(self, path: str, **body: Any) -> Any:
        """Has something done; members that are ``None`` are left out."""
        return self.ask("POST", path, {name: value for name, value in body.items() if value is not None})

    def follow(self, plan: Plan[T], instead: str | None = None) -> T:
        """Makes the requests of a plan one after another. ``instead`` is what to call in an event loop, which this would stop."""
        if instead is not None and in_event_loop():
            plan.close()
            raise RuntimeError(f"this would stop the event loop that it is called in: await {instead} instead")
        answer = None
        while True:
            try:
                asked = plan.send(answer)
            except StopIteration as end:
                result: T = end.value
                return result
            answer = self.ask(*asked)

    async def follow_later(self, plan: Plan[T]) -> T:
        """The same for asyncio."""
        answer = None
        while True:
            try:
                asked = plan.send(answer)
            except StopIteration as end:
                result: T = end.value
                return result
            answer = await self._ask_later(*asked)

    async def _ask_later(self, method: str, path: str, body: Any, wait: float) -> Any:
        packed = _packed(body)
        head = (
            f"{method} {self._path}{path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(packed)}\r\n\r\n"
        )
        try:
            reader, writer = await asyncio.open_connection(self._host, self._port)
            try:
                writer.write(head.encode() + packed)
                answer = await asyncio.wait_for(reader.read(), self._patience(wait))
            finally:
                writer.close()
        except (OSError, asyncio.TimeoutError) as error:
            raise self._failure(error) from error
        line, _, rest = answer.partition(b"\r\n")
        words = line.split()
        if len(words) < 2:
            raise self._failure(ConnectionError("the connection was closed without an answer"))
        return _read(int(words[1]), rest.partition(b"\r\n\r\n")[2])

    def _failure(self, error: Exception) -> SimulatorError:
        return SimulatorError(self._ended() or f"the simulator does not answer: {error or type(error).__name__}")


def _packed(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def _read(status: int, body: bytes) -> Any:
    answer = json.loads(body)
    if status >= 400:
        raise SimulatorError(answer["error"])
    return answer
