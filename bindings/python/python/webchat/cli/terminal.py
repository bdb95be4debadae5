"""The chat in a terminal: an input line that stays put, lines above it, and a bar below with who types and how it stands."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import Any, Optional, Union

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer, PathCompleter, WordCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import Style

from .screen import END, LEAVE, STAY, Screen
from .words import Line

STYLE = Style.from_dict(
    {
        "time": "ansibrightblack",
        "you": "bold ansicyan",
        "agent": "bold ansigreen",
        "bot": "bold ansimagenta",
        "other": "bold",
        "note": "ansiyellow",
        "problem": "bold ansired",
        "part": "",
        "prompt": "bold ansicyan",
        "bottom-toolbar": "noreverse bg:#263238 #cfd8dc",
        "good": "#69f0ae",
        "bad": "bold #ff8a80",
    }
)

ANSWERS = {"y": END, "yes": END, "l": LEAVE, "leave": LEAVE}
QUESTION = "End the chat? [y]es, [l]eave it open, anything else goes on: "


class Terminal(Screen):
    """A terminal. One prompt runs all the time, so that no key is lost; what was typed is kept for the arrow keys, and never on disk."""

    echoes = True

    def __init__(self, commands: dict[str, str], server: str) -> None:
        self.on_typing = None
        self._facts: dict[str, Any] = {"server": server, "connected": True}
        self._typed_lines: asyncio.Queue[Union[str, type[BaseException]]] = asyncio.Queue()
        self._answer: Optional[asyncio.Future[str]] = None
        self._printing: set[asyncio.Future[None]] = set()
        self._session: PromptSession[str] = PromptSession(
            self._prompt,
            completer=_Words(commands),
            complete_while_typing=False,
            history=InMemoryHistory(),
            key_bindings=self._keys(),
            style=STYLE,
            bottom_toolbar=self._bar,
            erase_when_done=True,
            input=_Raw(sys.stdin),
        )
        self._session.default_buffer.on_text_changed += self._typed

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Keeps the input line below all that is printed meanwhile."""
        with patch_stdout():
            prompt = asyncio.ensure_future(self._session.prompt_async())
            try:
                yield
            finally:
                # What was shown last is printed before the line goes.
                if self._printing:
                    await asyncio.wait(set(self._printing))
                self.stop()
                if not prompt.done() and not self._session.app.is_running:
                    prompt.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await prompt

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("enter")
        def _(event: KeyPressEvent) -> None:
            buffer = event.app.current_buffer
            if self._answer is None:
                buffer.append_to_history()
            self._take(buffer.text)
            if self._answer is None:
                buffer.reset()

        @keys.add("c-c")
        @keys.add("<sigint>")
        def _(event: KeyPressEvent) -> None:
            self._take(KeyboardInterrupt)

        @keys.add("c-d", filter=Condition(lambda: not self._session.default_buffer.text))
        def _(event: KeyPressEvent) -> None:
            self._take(EOFError)

        return keys

    def _take(self, given: Union[str, type[BaseException]]) -> None:
        if self._answer is None:
            self._typed_lines.put_nowait(given)
        elif not self._answer.done():
            # Whoever presses Ctrl-C again means it.
            self._answer.set_result(given if isinstance(given, str) else "y")

    def _typed(self, buffer: Buffer) -> None:
        if self.on_typing is not None and self._answer is None and buffer.text:
            self.on_typing(buffer.text)

    def _prompt(self) -> FormattedText:
        return FormattedText([("class:prompt", "> ")] if self._answer is None else [("class:problem", QUESTION)])

    def show(self, line: Line) -> None:
        shown: list[tuple[str, str]] = []
        stamp = time.strftime("%H:%M", time.localtime(line.time / 1000 if line.time else None))
        shown.append(("class:time", "      " if line.role == "part" else f"{stamp} "))
        if line.who:
            shown += [(f"class:{line.role}", f"{line.who}: "), ("", line.text.replace("\n", "\n      "))]
        else:
            shown.append((f"class:{line.role}", str(line)))
        app = self._session.app
        whole = FormattedText([*shown, ("", "\n")])
        printing = asyncio.ensure_future(run_in_terminal(lambda: print_formatted_text(app.output, whole, STYLE)))
        self._printing.add(printing)
        printing.add_done_callback(self._printing.discard)

    def status(self, **facts: object) -> None:
        self._facts.update(facts)
        self._session.app.invalidate()

    async def read(self) -> str:
        given = await self._typed_lines.get()
        if isinstance(given, str):
            return given
        raise given

    async def ask(self) -> str:
        buffer = self._session.default_buffer
        draft = buffer.document
        self._answer = asyncio.get_running_loop().create_future()
        try:
            buffer.reset()
            self._session.app.invalidate()
            answer = await self._answer
        finally:
            self._answer = None
            buffer.reset(draft)
            self._session.app.invalidate()
        return ANSWERS.get(answer.strip().lower(), STAY)

    def stop(self) -> None:
        self._take(EOFError)
        app = self._session.app
        if app.is_running and app.future is not None and not app.future.done():
            app.exit(result="")

    def _bar(self) -> FormattedText:
        facts = self._facts
        shown = [("class:good", " ● ") if facts["connected"] else ("class:bad", " ○ no connection; trying again ")]
        who = facts.get("who")
        shown.append(("", f"{who or 'Waiting for an agent'}"))
        if facts.get("typing"):
            shown.append(("class:good", f" · {facts['typing']} is typing…"))
        if facts.get("sending"):
            shown.append(("", f" · sending {facts['sending']}"))
        if facts.get("progress"):
            shown.append(("", f" · {facts['progress']}"))
        # Last, for it may be longer than the line.
        shown.append(("", f" · /help · {facts['server']}"))
        return FormattedText(shown)


class _Raw(Vt100Input):
    """The keyboard, whose keys are keys also while something is printed: a Ctrl-D then would be lost, and others be seen twice."""

    def cooked_mode(self) -> AbstractContextManager[None]:
        return contextlib.nullcontext()


class _Words(Completer):
    """Completes commands, and paths behind those that take one."""

    def __init__(self, commands: dict[str, str]) -> None:
        self._commands = WordCompleter(list(commands), sentence=True, meta_dict=dict(commands))
        self._paths = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: Any) -> Any:
        text = document.text_before_cursor
        if text.startswith("/file "):
            path = Document(text[len("/file ") :])
            return self._paths.get_completions(path, complete_event)
        return self._commands.get_completions(document, complete_event) if text.startswith("/") else iter(())
