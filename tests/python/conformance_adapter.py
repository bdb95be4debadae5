"""The Python adapter of the conformance table (tests/conformance/README.md has the protocol; it belongs to that crate).

Commands come as lines on standard input, outcomes and events go as lines to standard output. The last argument is the configuration as
JSON text, or "-" for none; "--aio" before it takes the chat for asyncio. WEBCHAT_KEEPER_FILE names a file that keeps the session of an
asynchronous chat. Commands go through their own methods where these take the options, else by name.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import webchat
import webchat.aio

Message = dict[str, Any]

# How the methods call what the specification calls otherwise.
KEYWORDS: dict[str, dict[str, str]] = {
    "sendMessage": {"message": "message", "type": "type", "parentMessageID": "parent_message_id"},
    "sendCustomNotice": {"message": "message"},
    "sendTyping": {"message": "message"},
    "sendFilteredMessage": {"message": "message", "regex": "regex"},
    "addPrefilter": {"filters": "filters"},
    "downloadFile": {"fileId": "file_id", "path": "path", "directory": "directory", "fileName": "file_name"},
    "deleteFile": {"fileId": "file_id"},
    "pushUrl": {"url": "url"},
    "updateNickname": {"nickname": "nickname"},
    "readReceipt": {"index": "index"},
    "restore": {"sessionData": "session_data"},
}
REQUIRED = {
    "sendMessage": {"message"},
    "sendFilteredMessage": {"message", "regex"},
    "addPrefilter": {"filters"},
    "downloadFile": {"fileId"},
    "deleteFile": {"fileId"},
    "pushUrl": {"url"},
    "updateNickname": {"nickname"},
}
PLAIN = {
    *("endChat", "poll", "startPoll", "stopPoll", "resetPollExceptions", "getTranscript", "getAgents", "getStats"),
    *("getSessionData", "fetchHistory", "verifySession", "getFileLimits"),
}


def upper_case(message: Message) -> Message | None:
    if message["type"] != "Message":
        return None
    return {**message, "text": message["text"].upper(), "html": True}


def silent_join(message: Message) -> None:
    if message["type"] == "ParticipantJoined" and message["from"]["type"] == "Agent":
        message["type"] = ""


def failing(message: Message) -> None:
    raise RuntimeError("a preprocessor that fails on purpose")


PREPROCESSORS: dict[str, Callable[[Message], Message | None]] = {
    "upperCase": upper_case,
    "nothing": lambda message: None,
    "silentJoin": silent_join,
    "failing": failing,
}

printing = threading.Lock()


def to_json(value: Any) -> str:
    return json.dumps(value, default=lambda data: base64.b64encode(data).decode())


def say(*words: str) -> None:
    with printing:
        print(*words, flush=True)


def in_shape_of_the_specification(value: Any) -> Any:
    """What a command's method returned, as its outcome by name would be."""
    if isinstance(value, bool):
        return {"sessionActive": value}
    if isinstance(value, webchat.Agents):
        return {"agents": value.raw}
    # What registerPreProcessor resolves with is a function.
    return None if callable(value) else getattr(value, "raw", value)


def say_event(event: webchat.Event) -> None:
    assert all(message.raw == raw for message, raw in zip(event.messages, event.data.get("messages", ())))
    say("event", event.name, to_json(event.raw))


def say_outcome(id: str, value: Any, error: webchat.Error | None) -> None:
    if error is None:
        say("resolved", id, to_json(in_shape_of_the_specification(value)))
    else:
        say("rejected", id, error.kind, to_json(error.message if error.response is None else error.response))


class Keeper:
    """Keeps a session in a file."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def store_session(self, session: dict[str, Any]) -> None:
        self.path.write_text(to_json(session))

    def load_session(self) -> str | None:
        return self.path.read_text() if self.path.exists() else None

    def forget_session(self, lost: dict[str, Any]) -> None:
        self.path.unlink(missing_ok=True)
        say("note forgotten", to_json(lost))


class LaterKeeper:
    """The same in coroutine functions."""

    def __init__(self, path: str) -> None:
        self.keeper = Keeper(path)

    async def store_session(self, session: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        self.keeper.store_session(session)

    async def load_session(self) -> str | None:
        await asyncio.sleep(0)
        return self.keeper.load_session()

    async def forget_session(self, lost: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        self.keeper.forget_session(lost)


def snake_case(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def give(chat: Any, name: str, options: dict[str, Any], timeout: float | None) -> Any:
    """Gives a command by the method that takes its options, else by its name. Returns what the method does."""
    name, _, function = name.partition(":")
    files = options.get("files")
    keywords = KEYWORDS.get(name)
    if name == "registerPreProcessor" and function:
        return chat.register_pre_processor(PREPROCESSORS[function], timeout=timeout)
    if name == "registerTypingPreviewInput" and function:
        return chat.register_typing_preview_input(lambda: "what I am typing", timeout=timeout)
    if name in ("configure", "updateUserData"):
        return getattr(chat, snake_case(name))(options, timeout=timeout)
    if name == "startChat":
        return chat.start_chat(**{"user_data" if key == "userData" else key: value for key, value in options.items()}, timeout=timeout)
    if name in PLAIN and not options:
        return getattr(chat, snake_case(name))(timeout=timeout)
    if name == "sendFile" and isinstance(files, str):
        return chat.send_file(files, description=options.get("description"), timeout=timeout)
    if name == "sendFile" and isinstance(files, dict) and "bytes" in files:
        return chat.send_file(base64.b64decode(files["bytes"]), name=files["name"], timeout=timeout)
    if keywords is not None and options.keys() <= keywords.keys() and REQUIRED.get(name, set()) <= options.keys():
        return getattr(chat, snake_case(name))(**{keywords[key]: value for key, value in options.items()}, timeout=timeout)
    return chat.command(name, options, timeout=timeout)


def parse(line: str) -> tuple[str, str, float | None, str, dict[str, Any]]:
    """Word, id, deadline in seconds, name and options of a line with a command."""
    word, id, within, name, options = line.split(" ", 4)
    return word, id, int(within) / 1000 or None, name, json.loads(options)


class Waiting:
    """Runs the chat that waits. What a thread of its own would wait for ("begin") is given to the native half, which keeps the order."""

    def __init__(self, config: Any) -> None:
        path = os.environ.get("WEBCHAT_KEEPER_FILE")
        self.chat = webchat.Chat(config, session_keeper=Keeper(path) if path else None)
        self.requests: dict[str, int] = {}
        self.ready = threading.Event()
        self.chat.on(None, say_event)
        self.chat.on("ready", lambda _: self.ready.set())

    def begin(self, id: str, name: str, options: dict[str, Any], timeout: float | None) -> None:
        def done(value: Any, error: Any, _held: Any = None) -> None:
            say_outcome(id, value, error)

        try:
            self.requests[id], _ = self.chat._native.submit(name, options, timeout, done)
        except webchat.Error as error:
            done(None, error)

    def wait(self, id: str, name: str, options: dict[str, Any], timeout: float | None) -> None:
        try:
            value = give(self.chat, name, options, timeout)
        except webchat.Error as error:
            self.catch_up()
            say_outcome(id, None, error)
        else:
            self.catch_up()
            say_outcome(id, value, None)

    def catch_up(self) -> None:
        """Waits until the events before an outcome have been told: handlers run on a thread of their own. A new handler of ``ready`` is
        called at once, behind them."""
        if self.ready.is_set():
            told = threading.Event()
            handler = self.chat.on("ready", lambda _: told.set())
            told.wait(30)
            self.chat.off("ready", handler)

    def run(self) -> None:
        while (line := sys.stdin.readline().rstrip("\n")) not in ("close", ""):
            if line.startswith("cancel "):
                self.chat._native.cancel(self.requests[line[7:]])
                continue
            word, id, timeout, name, options = parse(line)
            (self.begin if word == "begin" else self.wait)(id, name, options, timeout)
        self.chat.close()
        # What was told before the end has been when the outcome of a command after it is: one thread calls all.
        over = threading.Event()
        self.chat._native.submit("getAgents", {}, None, lambda *_: over.set())
        if not over.wait(30):
            sys.exit("the chat is closed, and its listeners are not told")


async def run_aio(config: Any) -> None:
    """Runs the chat for asyncio; every command is a task."""
    path = os.environ.get("WEBCHAT_KEEPER_FILE")
    chat = webchat.aio.Chat(config, session_keeper=LaterKeeper(path) if path else None)
    chat.on(None, say_event)
    tasks: dict[str, asyncio.Task[None]] = {}

    async def outcome(id: str, awaitable: Any) -> None:
        try:
            value = await awaitable
        except asyncio.CancelledError:
            say("rejected", id, "cancelled", to_json("the task was cancelled"))
        except webchat.Error as error:
            say_outcome(id, None, error)
        else:
            say_outcome(id, value, None)

    loop = asyncio.get_running_loop()
    while (line := (await loop.run_in_executor(None, sys.stdin.readline)).rstrip("\n")) not in ("close", ""):
        if line.startswith("cancel "):
            tasks[line[7:]].cancel()
            continue
        _, id, timeout, name, options = parse(line)
        tasks[id] = asyncio.create_task(outcome(id, give(chat, name, options, timeout)))
    await chat.close()
    await asyncio.wait_for(asyncio.gather(*tasks.values()), 30)


def main() -> None:
    *faces, text = sys.argv[1:]
    config = None if text == "-" else json.loads(text)
    if "--aio" in faces:
        asyncio.run(run_aio(config))
    else:
        Waiting(config).run()


if __name__ == "__main__":
    main()
