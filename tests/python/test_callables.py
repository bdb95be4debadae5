"""Functions and objects of the application that the library calls: preprocessors, the typing preview input, session stores."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
import webchat
import webchat.aio
from conftest import SECONDS, Calls, Face
from webchat.testing import Simulator

Message = dict[str, Any]


def upper(message: Message) -> Message | None:
    """Changes in place, and returns nothing."""
    if "text" in message:
        message["text"] = message["text"].upper()
        message["html"] = True
    return None


def replace(message: Message) -> Message | None:
    return {**message, "text": "replaced"} if "text" in message else None


async def texts(face: Face, chat: Any) -> list[str]:
    return [message.text for message in await face(chat.get_transcript()) if message.text is not None]


async def test_a_preprocessor_changes_in_place(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        assert await face(chat.register_pre_processor(upper)) is upper
        await face(chat.start_chat(nickname="Jo"))
        await face(chat.send_message("hello"))
        message = await face.until_text(chat, "HELLO")
        assert message.raw["html"] is True
        assert message.sender.name == "Jo"


async def test_preprocessors_run_one_after_the_other(face: Face, simulator: Simulator) -> None:
    seen: list[str] = []

    def look(message: Message) -> bool:
        seen.append(str(message.get("text", message["type"])))
        return False

    async with face.open(simulator.config()) as chat:
        for preprocessor in (replace, upper, look):
            await face(chat.register_pre_processor(preprocessor))
        await face(chat.start_chat(nickname="Jo"))
        await face(chat.send_message("hello"))
        await face.until_text(chat, "REPLACED")
        assert seen == ["ParticipantJoined", "REPLACED"]


async def test_a_preprocessor_sees_both_names_of_fields(face: Face, simulator: Simulator) -> None:
    calls = Calls()
    async with face.open(simulator.config()) as chat:
        await face(chat.register_pre_processor(lambda message: calls(dict(message))))
        await face(chat.start_chat(nickname="Jo"))
        message = await calls.next()
        assert message["timestamp"] == message["utcTime"]
        assert message["from"]["name"] == message["from"]["nickname"] == "Jo"


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda message: message.clear() or 1 / 0, ZeroDivisionError),
        (lambda message: "text", webchat.InvalidArgumentError),
        (lambda message: {"text": object()}, webchat.InvalidArgumentError),
    ],
)
async def test_a_failing_preprocessor_is_reported_and_the_message_kept(
    face: Face, simulator: Simulator, unraisable: list[Any], spoil: Any, error: type[Exception]
) -> None:
    if face.name == "aio":
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unraisable.append(context["exception"]))
    async with face.open(simulator.config()) as chat:
        await face(chat.register_pre_processor(spoil))
        await face(chat.start_chat(nickname="Jo"))
        await face(chat.send_message("hello"))
        await face.until_text(chat, "hello")
    assert unraisable and {type(told) for told in unraisable} == {error}


async def test_a_preprocessor_that_is_none(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        with pytest.raises(
            webchat.InvalidArgumentError, match="^No preprocessor function provided. Type provided was 'number'.$"
        ):
            await face(chat.register_pre_processor(3))
        with pytest.raises(webchat.InvalidArgumentError, match="^Invalid value provided for the 'input' property."):
            await face(chat.register_typing_preview_input("text"))


async def test_callables_of_aio_may_be_coroutine_functions(simulator: Simulator) -> None:
    async def later(message: Message) -> Message | None:
        await asyncio.sleep(0)
        return replace(message)

    async def typed() -> str:
        return "typed later"

    async with webchat.aio.Chat(simulator.config()) as chat:
        await chat.register_pre_processor(later)
        await chat.register_typing_preview_input(typed)
        await chat.start_chat(nickname="Jo")
        await chat.send_typing()
        assert (await simulator.aio.wait_for_requests("startTyping"))[0].fields["message"] == "typed later"
        await chat.send_message("hello")
        await Face("aio").until_text(chat, "replaced")


async def test_a_failing_preview_input_is_reported(face: Face, simulator: Simulator, unraisable: list[Any]) -> None:
    texts_at_hand: dict[str, str] = {}
    if face.name == "aio":
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unraisable.append(context["exception"]))
    async with face.started(simulator) as chat:
        await face(chat.register_typing_preview_input(lambda: texts_at_hand["text"]))
        await face(chat.send_typing())
        await simulator.aio.wait_for_requests("startTyping")
    assert unraisable and {type(told) for told in unraisable} == {KeyError}


class Store:
    """A session store in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.calls: list[str] = []

    def load(self) -> dict[str, str]:
        self.calls.append("load")
        return self.kept

    def apply(self, changes: dict[str, str | None]) -> None:
        self.calls.append("apply")
        for key, value in changes.items():
            if value is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = value


class LaterStore(Store):
    """The same with coroutine functions."""

    async def load(self) -> dict[str, str]:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().load()

    async def apply(self, changes: dict[str, str | None]) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        super().apply(changes)


@pytest.mark.parametrize("kind", [Store, LaterStore])
async def test_a_chat_is_restored_from_a_store(face: Face, simulator: Simulator, kind: type[Store]) -> None:
    if kind is LaterStore and face.name == "sync":
        pytest.skip("coroutine functions are for asyncio")
    store = kind()
    async with face.started(simulator, store=store) as chat:
        await face(chat.send_message("before"))
        session = (await face(chat.get_session_data()))["sessionID"]
    assert store.kept["_genesys.widgets.webchat.state.session"] == session
    async with face.open(simulator.config(), store=store) as chat:
        await face.until(chat, "restored")
        replay = await face.until(chat, "messageReceived")
        assert replay.data["restoring"] is True
        assert [m.text for m in replay.messages] == [None, "before"]
        assert (await face(chat.send_message("after")))["chatId"] == session
        await face(chat.end_chat())
        await face(chat.close())
    assert store.kept == {}
    assert store.calls[0] == "load"


@pytest.mark.parametrize("kind", [Store, LaterStore])
async def test_two_chats_share_a_store_and_forget_their_own_alone(
    face: Face, simulator: Simulator, kind: type[Store]
) -> None:
    if kind is LaterStore and face.name == "sync":
        pytest.skip("coroutine functions are for asyncio")
    store = kind()
    async with face.started(simulator, store=store) as first:
        await face(first.send_message("mine"))
        async with face.open(simulator.config(), store=store) as second:
            await face.until(second, "restored")
            # The second ends the chat that both have, and starts one of its own; then the first learns of the end.
            await face(second.end_chat())
            await face(second.start_chat(nickname="Jo"))
            session = (await face(second.get_session_data()))["sessionID"]
            await face.until(first, "ended")
            await face(first.close())
            await face(second.close())
    assert store.kept["_genesys.widgets.webchat.state.session"] == session
    assert "_genesys.widgets.webchat.state.keys" in store.kept


async def test_a_store_that_never_answers_holds_up_neither_a_start_nor_closing(face: Face, simulator: Simulator) -> None:
    answer = threading.Event()

    class Silent(Store):
        def load(self) -> Any:
            if face.name == "sync":
                answer.wait()
                return {}
            return asyncio.get_running_loop().create_future()

    begun = time.monotonic()
    async with face.open(simulator.config(), store=Silent()) as chat:
        await face(chat.start_chat(nickname="Jo"))
        started = time.monotonic()
        await face(chat.close())
        closed = time.monotonic()
        answer.set()
    assert started - begun < 10
    assert closed - started < 4


async def test_a_failing_store_disturbs_no_chat(face: Face, simulator: Simulator, unraisable: list[Any]) -> None:
    if face.name == "aio":
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unraisable.append(context["exception"]))

    class Failing:
        def load(self) -> dict[str, str]:
            raise OSError("load")

        def apply(self, changes: dict[str, str | None]) -> None:
            raise OSError("apply")

    async with face.open(simulator.config(), store=Failing()) as chat:
        await face(chat.start_chat(nickname="Jo"))
        assert (await face(chat.send_message("hello")))["statusCode"] == 0
    assert {str(error) for error in unraisable} == {"load", "apply"}


@pytest.mark.parametrize("loaded", [{"a": 1}, 3, {1: "a"}])
async def test_a_store_that_returns_something_else_is_reported(
    face: Face, simulator: Simulator, unraisable: list[Any], loaded: Any
) -> None:
    if face.name == "aio":
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unraisable.append(context["exception"]))
    store = Store()
    store.kept = loaded
    async with face.open(simulator.config(), store=store) as chat:
        event = await face(chat.next_event(SECONDS))
        assert event.name == "ready"
        told = await face(chat.next_event(SECONDS))
        assert (told.name, told.data["errorReason"]) == ("error", "SessionStoreError")
        with pytest.raises(webchat.IoError, match="load"):
            await face(chat.verify_session())
    assert unraisable and {type(error) for error in unraisable} == {TypeError}
