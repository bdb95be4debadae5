"""A program that uses the types of both faces; type checkers find nothing wrong with it."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=error

from __future__ import annotations

import re
from typing import Any, Optional

import webchat
import webchat.aio
from typing_extensions import assert_type


class Store:
    def load(self) -> Optional[dict[str, str]]:
        return None

    def apply(self, changes: dict[str, Optional[str]]) -> None:
        print(changes)


class LaterStore:
    async def load(self) -> dict[str, str]:
        return {}

    async def apply(self, changes: dict[str, Optional[str]]) -> None:
        print(changes)


class Keeper:
    def store_session(self, session: dict[str, Any]) -> None:
        print(session)

    def load_session(self) -> Optional[str]:
        return None

    def forget_session(self, lost: dict[str, Any]) -> None:
        print(lost)


class LaterKeeper:
    async def store_session(self, session: dict[str, Any]) -> None:
        print(session)

    async def load_session(self) -> dict[str, Any]:
        return {}

    async def forget_session(self, lost: dict[str, Any]) -> None:
        print(lost)


def preprocess(message: dict[str, Any]) -> None:
    message["html"] = True


def blocking() -> None:
    with webchat.Chat({"dataURL": "https://example.com/"}, store=Store(), runtime=webchat.Runtime(worker_threads=1)) as chat:

        @chat.on("messageReceived")
        def received(event: webchat.Event) -> None:
            assert_type(event.messages, tuple[webchat.Message, ...])

        assert_type(chat.start_chat(nickname="Jo", user_data={"a": 1}, timeout=3, shoe_size=42), webchat.Answer)
        assert_type(chat.capabilities["history"], bool)
        assert_type(chat.restore({"token": "a"}), webchat.Answer)
        webchat.Chat(session_keeper=Keeper())
        webchat.Chat(session_keeper=(print, lambda: None, print))
        assert_type(chat.send_filtered_message("a", re.compile("a")), None)
        assert_type(chat.add_prefilter(["/a/", {"source": "b"}]), list[dict[str, str]])
        assert_type(chat.verify_session(), bool)
        assert chat.register_pre_processor(preprocess) is preprocess
        assert_type(chat.next_event(1.0), Optional[webchat.Event])
        for event in chat.events():
            assert_type(event, webchat.Event)
            received(event)
        try:
            chat.send_file(b"x", name="a.txt", progress=lambda sent, total: print(sent, total))
        except webchat.RateLimitedError as error:
            assert_type(error.retry_after, Optional[float])


async def awaiting() -> None:
    async with webchat.aio.Chat('{"dataURL": "https://example.com/"}', store=LaterStore()) as chat:

        @chat.on(None)
        async def any_event(event: webchat.Event) -> None:
            assert_type(event.name, webchat.EventName)

        assert_type(await chat.start_chat(nickname="Jo"), webchat.Answer)
        assert_type(await chat.next_event(), Optional[webchat.Event])
        async for event in chat.events():
            await any_event(event)
        webchat.aio.Chat(store=Store())
        webchat.aio.Chat(session_keeper=LaterKeeper())
        webchat.aio.Chat(session_keeper=Keeper())


def mistakes(chat: webchat.Chat) -> None:
    chat.send_message(3)  # type: ignore[arg-type]
    chat.on("ready", 3)  # type: ignore[call-overload]
    chat.start_chat("Jo")  # type: ignore[call-arg]
    webchat.Chat(session_keeper=LaterKeeper())  # type: ignore[arg-type]
    chat.dance()  # type: ignore[attr-defined]
