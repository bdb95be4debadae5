"""A chat held by a person: what is typed goes out, what happens is shown. Where it is shown is a ``Screen``'s affair."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Optional

from .. import (
    AgentTypingStarted,
    AgentTypingStopped,
    ChatServerBackOnline,
    ChatServerWentOffline,
    Disconnected,
    Ended,
    Error,
    Event,
    Message,
    MessageReceived,
    ParticipantEvent,
    Reconnected,
)
from ..aio import Chat
from . import output
from .commands import COMMANDS, Commands
from .options import Customer, Server
from .screen import LEAVE, STAY, Screen
from .session import END_SECONDS, NICKNAME
from .words import Line, Shelf, lines_of, note, problem, role

CONNECTIONS: dict[type[Event], bool] = {Disconnected: False, Reconnected: True, ChatServerWentOffline: False, ChatServerBackOnline: True}
"""Whether there is a connection after these events."""


class Talk:
    """One chat of a person, from its start to its end."""

    def __init__(self, chat: Chat, screen: Screen, preview: bool) -> None:
        self.chat, self.screen, self.shelf = chat, screen, Shelf()
        self.leaving: Optional[str] = None
        """What becomes of the chat, once the person has decided: ``screen.END`` or ``screen.LEAVE``."""
        self._preview = preview
        self._under_way: set[asyncio.Task[None]] = set()
        self._sending = 0
        self._shown: Counter[str] = Counter()
        self._typing_told = 0.0
        self._over = asyncio.Event()
        self._news = asyncio.Event()
        self._commands = Commands(self)

    async def hold(self, customer: Customer, keeps: bool, quiet: float) -> None:
        """Holds the chat. At the end of the input it goes on until nothing has come for ``quiet`` seconds."""
        events = self.chat.events()
        if not await self.chat.verify_session():
            await self.chat.start_chat(**customer.named(NICKNAME))
        self.screen.on_typing = self._typed
        watching = asyncio.ensure_future(self._watch(events))
        try:
            await self._read(quiet)
            if not watching.done():
                await self._leave(keeps, watching)
            if watching.done():
                watching.result()
        except (asyncio.CancelledError, output.NobodyReads):
            # Ctrl-C, where nobody can be asked, and what else stops the program.
            if not keeps:
                with contextlib.suppress(Error):
                    await self.chat.end_chat(timeout=END_SECONDS)
            raise
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError, output.NobodyReads):
                await watching

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Has something done while the chat goes on."""

        async def do() -> None:
            with contextlib.suppress(output.NobodyReads):  # who watches the chat finds out as well
                await work

        task = asyncio.ensure_future(do())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _read(self, quiet: float) -> None:
        while not self._over.is_set() and self.leaving is None:
            try:
                line = await self.screen.read()
            except KeyboardInterrupt:
                answer = await self.screen.ask()
                self.leaving = None if answer == STAY else answer
            except EOFError:
                await self._finish(quiet)
                return
            else:
                await self._obey(line)

    async def _finish(self, quiet: float) -> None:
        """Waits for what is under way, and until nothing has come for a while."""
        if self._under_way:
            await asyncio.wait(set(self._under_way))
        while not (self.screen.echoes or self._over.is_set()):
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), quiet)
            except asyncio.TimeoutError:
                return

    async def _leave(self, keeps: bool, watching: asyncio.Future[None]) -> None:
        if self.leaving == LEAVE:
            how = "; the next command with this --session goes on with it" if keeps else ""
            self.screen.show(note(f"The chat stays open{how}."))
            return
        try:
            await self.chat.end_chat(timeout=END_SECONDS)
            await asyncio.wait([watching], timeout=END_SECONDS)
        except Error as error:
            self.screen.show(problem(f"The end of the chat could not be told: {output.reason(error)}"))

    async def _obey(self, line: str) -> None:
        if not line.strip():
            return
        if line.startswith("/") and not line.startswith("//"):
            name, _, rest = line.partition(" ")
            await self._commands.run(name, rest.strip())
            return
        text, parent = line[1:] if line.startswith("//") else line, None
        number = text.strip()
        if self.shelf.choices and number.isascii() and number.isdigit() and 0 < int(number) <= len(self.shelf.choices):
            choice = self.shelf.choices[int(number) - 1]
            text, parent = choice.value, choice.parent
        self.shelf.choices = []
        self.spawn(self._send(text, parent))

    async def _send(self, text: str, parent: Optional[str]) -> None:
        if self.screen.echoes:
            self._shown[text] += 1
            self.screen.show(Line("you", output.visible(text).replace("\n", "\n    "), "You"))
        self._count(1)
        try:
            await self.chat.send_message(text, parent_message_id=parent)
        except Error as error:
            what = "Nothing tells whether this was sent" if error.delivery == "unknown" else "Not sent"
            self.screen.show(problem(f"{what}: {output.one_line(text)[:60]!r}: {output.reason(error)}"))
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        self._sending += change
        self.screen.status(sending=self._sending)

    def _typed(self, text: str) -> None:
        now = asyncio.get_running_loop().time()
        if text.startswith("/") or now - self._typing_told < 1:
            return
        self._typing_told = now
        self.spawn(self._tell_typing(text if self._preview else None))

    async def _tell_typing(self, text: Optional[str]) -> None:
        with contextlib.suppress(Error):
            await self.chat.send_typing(text)

    async def _watch(self, events: Any) -> None:
        try:
            async for event in events:
                self._news.set()
                self._status(event)
                is_replayed = isinstance(event, MessageReceived) and event.restoring
                is_known = self._is_shown if self.screen.echoes and not is_replayed else _is_new
                for line in lines_of(event, self.shelf, is_known):
                    self.screen.show(line)
                if isinstance(event, Ended):
                    return
        finally:
            # The chat has ended, or nobody reads any more.
            self._over.set()
            self._news.set()
            self.screen.stop()

    def _is_shown(self, message: Message) -> bool:
        """What was shown when it was typed is not shown again; what the server has changed is."""
        text = message.text or ""
        if role(message) != "you" or self._shown[text] <= 0:
            return False
        self._shown[text] -= 1
        return True

    def _status(self, event: Event) -> None:
        if type(event) in CONNECTIONS:
            self.screen.status(connected=CONNECTIONS[type(event)])
        elif isinstance(event, AgentTypingStarted):
            self.screen.status(typing=output.one_line(event.participant.name) or "Somebody")
        elif isinstance(event, AgentTypingStopped):
            self.screen.status(typing=None)
        elif isinstance(event, ParticipantEvent) and event.agents is not None:
            there = [output.one_line(agent.name) for agent in event.agents.connected]
            self.screen.status(who=", ".join(there) or None)


def _is_new(message: Message) -> bool:
    return False


async def talk(server: Server, customer: Customer, preview: bool, quiet: float, terminal: bool) -> None:
    """Holds a chat with a server, in a terminal or line by line."""
    async with Chat(server.config) as chat:
        if not terminal:
            await Talk(chat, Screen(), preview).hold(customer, server.keeps_chats, quiet)
            return
        from .terminal import Terminal

        screen = Terminal(COMMANDS, output.one_line(server.name))
        async with screen.kept():
            screen.show(note(f"Connecting to {output.one_line(server.name)}"))
            await Talk(chat, screen, preview).hold(customer, server.keeps_chats, quiet)

