"""What a line that begins with a slash does in a chat."""

from __future__ import annotations

import asyncio
import os
import shlex
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from .. import Error
from . import output
from .screen import END, LEAVE
from .words import Item, note, problem

if TYPE_CHECKING:
    from .talk import Talk

COMMANDS = {
    "/help": "shows these commands",
    "/who": "who is in the chat",
    "/file": "PATH [DESCRIPTION]: sends a file",
    "/get": "NUMBER [PLACE]: saves a file that came, here or at PLACE",
    "/open": "NUMBER: opens a link that came in the browser",
    "/link": "URL: sends a web address",
    "/name": "NAME: takes another name",
    "/history": "fetches older messages, where the chat has them",
    "/leave": "leaves, and the chat stays open at the server",
    "/end": "ends the chat (also: end of input, Ctrl-D)",
}
"""The commands, and what they do."""


class Commands:
    """Carries out the commands of a chat."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._chat, self._shelf = talk, talk.chat, talk.shelf

    async def run(self, name: str, rest: str) -> None:
        """Carries out one command; what is wrong with it is shown."""
        method = getattr(self, f"_{name[1:]}", None) if name in COMMANDS else None
        if method is None:
            self._problem(f"There is no command {output.quoted(name)}. /help lists them; // sends a line that begins with /.")
            return
        try:
            await method(rest)
        except (Error, OSError, ValueError) as error:
            self._problem(f"{name}: {output.reason(error)}")

    def _note(self, text: str) -> None:
        self._talk.screen.show(note(text))

    def _problem(self, text: str) -> None:
        self._talk.screen.show(problem(text))

    async def _help(self, _: str) -> None:
        for name, words in COMMANDS.items():
            self._note(f"{name:9} {words}")

    async def _who(self, _: str) -> None:
        there = [output.one_line(agent.name) for agent in (await self._chat.get_agents()).connected]
        self._note(f"In the chat: {', '.join(there)}." if there else "Nobody else is in the chat.")

    async def _file(self, rest: str) -> None:
        given = shlex.split(rest)
        if not given:
            raise ValueError("which? /file PATH [DESCRIPTION]; a path with spaces stands in quotes")
        path, description = Path(given[0]).expanduser(), " ".join(given[1:]) or None
        if not path.is_file():
            raise ValueError(f"{output.quoted(str(path))} is no file")
        self._talk.spawn(self._send_file(path, description))

    async def _send_file(self, path: Path, description: Optional[str]) -> None:
        name = output.one_line(path.name)
        try:
            await self._chat.send_file(path, description=description, progress=self._progress(f"sending {name}"))
        except (Error, OSError) as error:
            self._problem(f"The file {name} was not sent: {output.reason(error)}")
        finally:
            self._talk.screen.status(progress=None)

    async def _get(self, rest: str) -> None:
        number, place = _two(rest)
        item = self._item(number, ("file", "image"), "/get NUMBER [PLACE]")
        self._talk.spawn(self._save(item, Path(place).expanduser() if place else Path.cwd()))

    async def _save(self, item: Item, place: Path) -> None:
        try:
            if item.kind == "image":
                saved = await asyncio.get_running_loop().run_in_executor(None, _save_image, item, place)
            else:
                where: dict[str, Any] = {"directory": place} if place.is_dir() else {"path": place}
                fetched = await self._chat.download_file(item.value, progress=self._progress(f"fetching {item.name}"), **where)
                saved = Path(fetched.path or "")
            self._note(f"Saved as {output.one_line(os.fsdecode(saved))}")
        except (Error, OSError) as error:
            self._problem(f"{item.name} was not saved: {output.reason(error)}")
        finally:
            self._talk.screen.status(progress=None)

    async def _open(self, rest: str) -> None:
        item = self._item(rest, ("link",), "/open NUMBER")
        if not item.value.lower().startswith(("http://", "https://")):
            raise ValueError("this is no address of a web page, and is not opened")
        if not webbrowser.open(item.value):
            raise ValueError("there is no browser here")

    async def _link(self, rest: str) -> None:
        if not rest:
            raise ValueError("which? /link URL")
        await self._chat.push_url(rest)

    async def _name(self, rest: str) -> None:
        if not rest:
            raise ValueError("which? /name NAME")
        await self._chat.update_nickname(rest)

    async def _history(self, _: str) -> None:
        await self._chat.fetch_history()

    async def _leave(self, _: str) -> None:
        self._talk.leaving = LEAVE

    async def _end(self, _: str) -> None:
        self._talk.leaving = END

    def _item(self, number: str, kinds: tuple[str, ...], usage: str) -> Item:
        items = self._shelf.items
        if not (number.isascii() and number.isdigit() and 0 < int(number) <= len(items)):
            raise ValueError(f"which? {usage}")
        item = items[int(number) - 1]
        if item.kind not in kinds:
            raise ValueError(f"number {number} is a {item.kind}")
        return item

    def _progress(self, what: str) -> Any:
        from .progress import bar

        def show(done: int, total: Optional[int]) -> None:
            self._talk.screen.status(progress=f"{what} {bar(done, total)}")

        return show


def _two(rest: str) -> tuple[str, str]:
    first, _, second = rest.partition(" ")
    return first, second.strip()


def _save_image(item: Item, place: Path) -> Path:
    """Saves an image, never over an existing file in a directory."""
    if not place.is_dir():
        place.write_bytes(item.value)
        return place
    ending = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}.get(item.name, "image")
    number = 1
    while True:
        path = place / f"image-{number}.{ending}"
        try:
            with path.open("xb") as file:
                file.write(item.value)
            return path
        except FileExistsError:
            number += 1
