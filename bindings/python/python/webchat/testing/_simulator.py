"""A simulated Genesys server."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Optional, Union

from ._chat import ServerChat, TextChange
from ._clock import Clock
from ._control import TIMEOUT, Control, Plan, get, in_event_loop, until
from ._faults import Faults
from ._process import Process
from ._program import SimulatorError
from ._records import BackEnd, Operation, Request, request

BACK_ENDS: tuple[BackEnd, ...] = ("gms-rest", "gms-cometd", "nexus-rest", "web-messaging")
"""The APIs that a simulator serves."""

REPORT = 2.0
"""How many seconds a report may take."""

_URLS = {"gms-rest": "chatUrl", "gms-cometd": "cometdUrl", "nexus-rest": "nexusUrl", "web-messaging": "webMessagingUrl"}


class Simulator:
    """A simulated Genesys server in a process of its own: chats, agents, faults, and what it saw.

    >>> import webchat
    >>> with Simulator() as sim, webchat.Chat(sim.config()) as chat:
    ...     _ = chat.start_chat(nickname="Jo")
    ...     kim = sim.chat().agent("Kim").say("hello")
    ...     _ = chat.send_message("hi")
    ...     sim.chat().texts()
    ['hello', 'hi']

    It serves the ``back_ends`` (all, when none is named) on one free port of the loopback interface; the first is what :meth:`config` is for
    where it is not told another. Nobody joins its chats unless the test has somebody join: ``script`` may be ``"demo"`` (an agent who greets,
    answers a few words and ends the chat on ``bye``) or ``"echo"``; ``rules`` is a rule file, or what stands in one, as
    ``webchat-simulator --help`` has it::

        Simulator(rules={"agent": "Kim", "greeting": "Hello {nickname}", "rules": [{"pattern": "(?i)bill", "replies": ["Here."], "then": "end"}]})

    ``arguments`` are further ones of the program; with ``seed`` go its ids and draws, which are always the same. It runs from :meth:`start`, or
    the beginning of the ``with`` block, until :meth:`stop`, or the block's end, and no longer than this process, however that ends. Any
    thread may use it. What the server refuses raises :class:`SimulatorError` with its reason.

    Waiting methods take a ``timeout`` in seconds, and raise :class:`TimeoutError` after it with what there is instead. In code of asyncio they
    would stop the event loop, and raise :class:`RuntimeError`: there the ones of ``aio`` are awaited, ``await sim.aio.chat()``.
    """

    def __init__(
        self,
        *back_ends: BackEnd,
        script: Literal["none", "demo", "echo"] = "none",
        rules: Union[str, "os.PathLike[str]", Mapping[str, Any], None] = None,
        seed: Optional[int] = None,
        arguments: Sequence[str] = (),
        start_timeout: float = 30.0,
    ) -> None:
        for name in back_ends:
            _known(name)
        self.back_ends: tuple[BackEnd, ...] = back_ends or BACK_ENDS
        self._rules = rules
        self._arguments = ["--api", ",".join(self.back_ends), *([] if rules is not None else ["--script", script])]
        if seed is not None:
            self._arguments += ["--seed", str(seed)]
        self._arguments += arguments
        self._start_timeout = start_timeout
        self._process: Process | None = None
        self._control: Control | None = None
        self.aio = SimulatorWaits(self)
        """The waiting methods as coroutines."""

    def start(self) -> Simulator:
        """Starts it, and returns it once it listens. Raises :class:`SimulatorError` with what it says when it does not start."""
        if self._process is not None:
            raise SimulatorError("the simulator runs already")
        with _rule_file(self._rules) as rules:
            self._process = Process([*self._arguments, *rules], self._start_timeout)
        self._control = Control(self._process.urls["controlUrl"], self._process.end)
        _running.add(self)
        return self

    def stop(self) -> None:
        """Stops it, and waits for that; nothing is left of its chats."""
        _running.discard(self)
        if self._process is not None:
            self._process.stop()
        self._process = self._control = None

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Simulator {self.urls['url']}>" if self._process else "<Simulator, not running>"

    @property
    def _asked(self) -> Control:
        if self._control is None:
            raise SimulatorError("the simulator does not run: start() it, or enter its with block")
        return self._control

    @property
    def _running(self) -> Process:
        self._asked
        assert self._process is not None
        return self._process

    # Where it is.

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._running.pid

    @property
    def urls(self) -> dict[str, Any]:
        """All addresses, by the names of ``webchat-simulator --json``."""
        return dict(self._running.urls)

    def url(self, back_end: Optional[BackEnd] = None) -> str:
        """The address that customers of a back end are configured with."""
        return str(self._running.urls[_URLS[self._which(back_end)]])

    @property
    def control_url(self) -> str:
        """The address of the control API, for what no method here does."""
        return str(self._running.urls["controlUrl"])

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Asks the control API; ``sim.control("GET", "")["routes"]`` lists what there is."""
        return self._asked.ask(method, path, body)

    def config(self, back_end: Optional[BackEnd] = None, **options: Any) -> dict[str, Any]:
        """A chat's configuration for this server that polls as fast as is allowed. ``options`` go over it, also inside its objects:
        ``sim.config("gms-cometd", cometD={"websocketEnabled": False})``."""
        url = self.url(back_end)
        name = self._which(back_end)
        config: dict[str, Any]
        if name == "gms-rest":
            config = {"dataURL": url, "pollRateMin": 250, "pollRateMax": 250}
        elif name == "gms-cometd":
            urls = self._running.urls
            config = {"cometD": {"enabled": True, "cometURL": url, "apiURL": urls["cometdFileUrl"], "channel": urls["cometdChannel"]}}
        elif name == "nexus-rest":
            transport = {"type": "pureengage-v3-rest", "dataURL": url, "endpoint": "test", "headers": {"x-api-key": "test"}, "pollTimeout": 100}
            config = {"transport": transport}
        else:
            urls = self._running.urls
            places = {"socketURL": urls["webMessagingSocketUrl"], "apiURL": url, "configURL": url}
            transport = {"type": "genesyscloud-webmessaging", "deploymentId": urls["webMessagingDeployment"], **places}
            config = {"transport": transport}
        return _merged(config, options)

    def _which(self, back_end: Optional[BackEnd]) -> BackEnd:
        name = self.back_ends[0] if back_end is None else _known(back_end)
        if name not in self.back_ends:
            raise ValueError(f"this simulator does not serve {name}: it was made for {', '.join(self.back_ends)}")
        return name

    # Chats.

    def chats(self) -> list[ServerChat]:
        """The chats that it knows, the oldest first, those that are over among them."""
        return [ServerChat(self._asked, chat["id"]) for chat in self._asked.ask("GET", "/chats")]

    def chat(self, nickname: Optional[str] = None, *, timeout: float = TIMEOUT) -> ServerChat:
        """The newest chat, of this customer when one is named; waits for it, where there is none yet and no event loop is running."""
        waits = not in_event_loop()
        return self._asked.follow(self._find_chat(nickname, timeout if waits else 0.0))

    def _find_chat(self, nickname: Optional[str], timeout: float) -> Plan[ServerChat]:
        control, known = self._asked, 0

        def look(wait: float) -> Plan[Optional[ServerChat]]:
            nonlocal known
            chats = yield get("/chats", wait if known else 0.0, count=known + 1)
            if not chats and not known:
                chats = yield get("/chats", wait, count=1)
            known = len(chats)
            fitting = [chat["id"] for chat in chats if nickname is None or chat["nickname"] == nickname]
            return ServerChat(control, fitting[-1]) if fitting else None

        whose = "" if nickname is None else f" of {nickname}"
        return until(look, timeout, lambda: f"no chat{whose} has begun; there are {known}")

    def accept_chats(self, accept: bool = True) -> None:
        """Whether new chats may begin; if not, they are refused."""
        self._asked.post("/accept", accept=accept)

    # Time, and trouble.

    @property
    def clock(self) -> Clock:
        """The server's clock: ``sim.clock.advance(255)``."""
        return Clock(self._asked)

    @property
    def faults(self) -> Faults:
        """What goes wrong with single requests: ``sim.faults.drop("send", effect=True)``."""
        return Faults(self._asked)

    @contextlib.contextmanager
    def offline(self) -> Iterator[None]:
        """Within the block the chat server behind the API does not answer. Of Nexus alone it is refused, which has no word for that."""
        self._asked.post("/offline")
        try:
            yield
        finally:
            self._asked.post("/online")

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Within the block nothing is answered, on connections that stay open, as by a machine that stands still; also not what is asked here."""
        process = self._running
        process.freeze()
        try:
            yield
        finally:
            process.thaw()

    def restart(self, memory: Literal["keep", "lose", "chats"] = "keep", *, down: float = 0.0) -> None:
        """Restarts the server at the same address; until it is up again, after ``down`` seconds, connections are refused. It knows everything
        as before, nothing (``lose``), or the chats but not who is connected (``chats``)."""
        self._asked.ask("POST", "/restart", {"memory": memory, "downMs": round(down * 1000)}, down)

    def settings(
        self,
        *,
        client_timeout: Optional[float] = None,
        idle_alert: Optional[float] = None,
        idle_alert2: Optional[float] = None,
        idle_close: Optional[float] = None,
        slow: Optional[float] = None,
        short_keys: Optional[bool] = None,
        text_changes: Optional[Sequence[TextChange]] = None,
        back_ends: Optional[Mapping[BackEnd, Mapping[str, Any]]] = None,
    ) -> None:
        """Changes what is given; times are in seconds.

        ``client_timeout``: silence after which a customer is dropped; ``idle_alert``, ``idle_alert2``, ``idle_close``: time without messages until
        the first and a second warning, and from there to the end, 0 for never; ``slow``: how long each operation takes; ``short_keys``: those
        of older servers; ``text_changes``: what it does to texts; ``back_ends``: settings of single back ends, as ``webchat-simulator --help`` names them:
        ``{"nexus-rest": {"holdMs": 100}}``."""
        changes: dict[str, Any] = {
            "clientTimeoutMs": _ms(client_timeout),
            "idleAlertMs": _ms(idle_alert),
            "idleAlert2Ms": _ms(idle_alert2),
            "idleCloseMs": _ms(idle_close),
            "slowMs": _ms(slow),
            "shortKeys": short_keys,
            "textChanges": None if text_changes is None else list(text_changes),
        }
        changes.update({str(name): own for name, own in (back_ends or {}).items()})
        self._asked.ask("PATCH", "/settings", {name: value for name, value in changes.items() if value is not None})

    # What it saw.

    def log(self, operation: Optional[Operation] = None, *, chat: Optional[ServerChat] = None) -> list[Request]:
        """The requests that customers made, the oldest first: of this operation, of this chat."""
        return [request(entry) for entry in self._asked.ask(*get("/log", operation=operation, chat=chat and chat.id))]

    def wait_for_requests(
        self, operation: Optional[Operation] = None, count: int = 1, *, chat: Optional[ServerChat] = None, timeout: float = TIMEOUT
    ) -> list[Request]:
        """Waits until there are ``count`` such requests that have been answered; returns all such."""
        return self._asked.follow(self._find_requests(operation, count, chat, timeout), "sim.aio.wait_for_requests(...)")

    def _find_requests(self, operation: Optional[Operation], count: int, chat: Optional[ServerChat], timeout: float) -> Plan[list[Request]]:
        found = 0

        def look(wait: float) -> Plan[Optional[list[Request]]]:
            nonlocal found
            log = yield get("/log", wait, operation=operation, chat=chat and chat.id, count=count)
            done = [entry for entry in log if entry["done"]]
            found = len(done)
            return [request(entry) for entry in log] if found >= count else None

        what = operation or "request"
        return until(look, timeout, lambda: f"{found} of {count} {what}")

    def clear_log(self) -> None:
        """Forgets the requests so far."""
        self._asked.ask("DELETE", "/log")

    def report(self, *, requests: int = 200) -> str:
        """What happened, for people: each chat's timeline, the newest requests, and what the program complained of. A server that stands still is
        asked for two seconds, not longer; then the report says so."""
        from . import _timeline

        control, complaint, parts = self._asked.within(REPORT), self._running.complaint(), []
        try:
            for chat in control.ask("GET", "/chats"):
                parts.append(ServerChat(control, chat["id"]).timeline())
            log = control.ask("GET", "/log")
            shown = [request(entry) for entry in log[-requests:]]
            left_out = f", the newest {len(shown)}" if len(shown) < len(log) else ""
            parts += [f"{len(log)} requests{left_out}\n{_timeline.requests(shown)}"] if log else []
        except SimulatorError as error:
            parts.append(str(error))
        return "\n".join([*parts, *([complaint] if complaint else [])]) or "nothing happened"


class SimulatorWaits:
    """The waiting methods of :class:`Simulator` for asyncio."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def chat(self, nickname: Optional[str] = None, *, timeout: float = TIMEOUT) -> ServerChat:
        """As :meth:`Simulator.chat`, but it waits in an event loop as well."""
        return await self._simulator._asked.follow_later(self._simulator._find_chat(nickname, timeout))

    async def wait_for_requests(
        self, operation: Optional[Operation] = None, count: int = 1, *, chat: Optional[ServerChat] = None, timeout: float = TIMEOUT
    ) -> list[Request]:
        """As :meth:`Simulator.wait_for_requests`."""
        return await self._simulator._asked.follow_later(self._simulator._find_requests(operation, count, chat, timeout))


_running: weakref.WeakSet[Simulator] = weakref.WeakSet()


def running() -> list[Simulator]:
    """The simulators of this process that have been started and not stopped."""
    return list(_running)


def _known(name: BackEnd) -> BackEnd:
    if name not in BACK_ENDS:
        raise ValueError(f"there is no back end {name!r}; they are {', '.join(BACK_ENDS)}")
    return name


def _ms(seconds: Optional[float]) -> Optional[int]:
    return None if seconds is None else round(seconds * 1000)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


@contextlib.contextmanager
def _rule_file(rules: Union[str, "os.PathLike[str]", Mapping[str, Any], None]) -> Iterator[list[str]]:
    """The arguments for a rule file, which is there while the program reads it."""
    if rules is None:
        yield []
    elif not isinstance(rules, Mapping):
        yield ["--rules", os.fspath(rules)]
    else:
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(rules, file)
            file.flush()
            yield ["--rules", file.name]
