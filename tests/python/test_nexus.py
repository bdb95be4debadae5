"""Chats over Nexus: session data, images, asynchronous chats and who keeps them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
import webchat
import webchat.aio
from conftest import Face
from webchat.testing import Simulator

PNG = b"\x89PNG\r\n\x1a\n\0 an image"


@pytest.fixture
def nexus() -> Iterator[Simulator]:
    with Simulator("nexus-rest") as running:
        yield running


def asynchronous(nexus: Simulator) -> dict[str, Any]:
    """The configuration for a chat that lasts, with the smallest page of history."""
    return nexus.config(transport={"async": {"enabled": True}, "maxMessagePageSize": 16})


class Keeper:
    """A session keeper in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] | str | None = None
        self.lost: list[dict[str, Any]] = []
        self.calls: list[str] = []

    def store_session(self, session: dict[str, Any]) -> None:
        self.calls.append("store")
        self.kept = session

    def load_session(self) -> dict[str, Any] | str | None:
        self.calls.append("load")
        return self.kept

    def forget_session(self, lost: dict[str, Any]) -> None:
        self.lost.append(lost)
        self.kept = None


class LaterKeeper(Keeper):
    """The same with coroutine functions."""

    async def store_session(self, session: dict[str, Any]) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        super().store_session(session)

    async def load_session(self) -> dict[str, Any] | str | None:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().load_session()

    async def forget_session(self, lost: dict[str, Any]) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        super().forget_session(lost)


async def with_content(face: Face, chat: Any) -> Any:
    """The next message with something attached, and all of its event."""
    while True:
        event = await face.until(chat, "messageReceived")
        for message in event.messages:
            if message.content:
                return message, event


async def collect(face: Face, chat: Any, count: int) -> list[webchat.Message]:
    """The messages that are received until there are this many."""
    messages: list[webchat.Message] = []
    while len(messages) < count:
        messages += (await face.until(chat, "messageReceived")).messages
    return messages


async def test_a_chat_from_start_to_end(face: Face, nexus: Simulator) -> None:
    async with face.open(nexus.config()) as chat:
        assert await face(chat.get_session_data()) == {}
        answer = await face(chat.start_chat(nickname="Jo", membership="gold", form={"nickname": "Jim", "shoe": 7}))
        assert answer["data"]["clientToken"]
        fields = (await nexus.aio.wait_for_requests("requestChat"))[0].fields
        assert fields["data[nickname]"] == "Jim" and fields["data[shoe]"] == "7" and "data[membership]" not in fields
        started = await face.until(chat, "started")
        session = await face(chat.get_session_data())
        assert started.data == {"data": session} and session.keys() == {"participantId", "sessionId", "token", "transportId"}
        nexus.chat().agent("Sam")
        await face(chat.send_message("Hello Sam"))
        message = await face.until_text(chat, "Hello Sam")
        assert message.sender.raw["participantId"] == message.sender.id == session["participantId"]
        transcript = await face(chat.get_transcript())
        places = [message.index for message in transcript]
        assert all(isinstance(place, str) for place in places)
        assert places == [entry["index"].replace("-", "", 1) for entry in transcript.original_messages]
        await face(chat.end_chat())
        await face.until(chat, "ended")


async def test_abilities_have_names(face: Face, nexus: Simulator, simulator: Simulator) -> None:
    async with face.open(asynchronous(nexus)) as chat:
        assert chat.capabilities["history"] is True and chat.capabilities["fileDownload"] is False
    async with face.open() as chat:
        with pytest.raises(webchat.InvalidConfigurationError):
            _ = chat.capabilities
        await face(chat.configure(simulator.config()))
        assert chat.capabilities["history"] is False and chat.capabilities["fileDownload"] is True


async def test_fields_of_a_form_are_sent_along(face: Face, nexus: Simulator) -> None:
    async with face.open(nexus.config()) as chat:
        await face(chat.start_chat(firstname="Jo", name="x", timeout=20, options=None, colours={"hat": "red"}))
    fields = (await nexus.aio.wait_for_requests("requestChat"))[0].fields
    assert fields["data[firstName]"] == "Jo" and fields["data[name]"] == "x" and fields["data[colours][hat]"] == "red"
    assert "data[timeout]" not in fields and "data[options]" not in fields


async def test_images_go_both_ways(face: Face, nexus: Simulator) -> None:
    async with face.started(nexus) as chat:
        await face(chat.send_file(PNG, name="mine.png"))
        message, event = await with_content(face, chat)
        assert event.data["messages"][-1] == message.raw
        (image,) = message.content
        assert (image.type, image.mime, image.data) == ("image", "image/png", PNG)
        assert "data" not in event.data["originalMessages"][-1]["content"][0]
        sam = nexus.chat().agent("Sam")
        sam.send_file("agents.gif", b"GIF89a")
        message, _ = await with_content(face, chat)
        assert message.content[0].data == b"GIF89a" and message.sender.is_agent
        nexus.faults.status(404, "fileDownload")
        sam.send_file("lost.gif", "GIF")
        message, _ = await with_content(face, chat)
        assert message.content[0].data is None and message.content[0].unavailable
        transcript = await face(chat.get_transcript())
        contents = [item.data for message in transcript for item in message.content]
        assert contents == [PNG, b"GIF89a", None]
        with pytest.raises(webchat.Error) as refused:
            await face(chat.send_file(b"text", name="mine.txt"))
        assert refused.value.response is not None


@pytest.mark.parametrize("form", ["object", "coroutines", "functions", "text", "token"])
async def test_an_asynchronous_chat_is_kept(face: Face, nexus: Simulator, form: str) -> None:
    if form == "coroutines" and face.name == "sync":
        pytest.skip("coroutine functions are for asyncio")
    keeper = LaterKeeper() if form == "coroutines" else Keeper()
    given = (keeper.store_session, keeper.load_session, keeper.forget_session) if form == "functions" else keeper
    async with face.open(asynchronous(nexus), session_keeper=given) as chat:
        await face(chat.start_chat(nickname="Jo"))
        token = (await face(chat.get_session_data()))["token"]
        nexus.chat().agent("Sam")
        for number in range(30):
            await face(chat.send_message(f"line {number}"))
        before = await collect(face, chat, 32)
    assert keeper.calls[0] == "load" and isinstance(keeper.kept, dict)
    assert keeper.kept == {"messageIndex": before[-1].index, "token": token}
    if form == "text":
        keeper.kept = json.dumps(keeper.kept)
    elif form == "token":
        keeper.kept = token

    async with face.open(asynchronous(nexus), session_keeper=given) as chat:
        assert (await face.until(chat, "restored")).data == {"async": True}
        after = await collect(face, chat, 1)
        assert len(after) < len(before) and all(message.restoring for message in after)
        with pytest.raises(webchat.NotFoundError, match="^No more messages to fetch$"):
            while True:
                await face(chat.fetch_history())
                event = await face.until(chat, "messageReceived")
                assert event.old_messages is True
                after += event.messages
        assert sorted(str(message.index) for message in after) == sorted(str(message.index) for message in before)
        await face(chat.end_chat())
    assert keeper.kept is not None and keeper.lost == []


async def test_a_session_is_given_to_restore(face: Face, nexus: Simulator) -> None:
    config = asynchronous(nexus)
    async with face.started(nexus, config=config) as chat:
        token = (await face(chat.get_session_data()))["token"]
        with pytest.raises(webchat.SessionActiveError):
            await face(chat.restore())
    for session_data in (token, {"token": token, "messageIndex": "1"}):
        async with face.open(config) as chat:
            with pytest.raises(webchat.NoSessionError, match="No chat session found to restore"):
                await face(chat.restore())
            await face(chat.restore(session_data))
            assert (await face.until(chat, "restored")).data == {"async": True}
            assert await face(chat.verify_session()) is True
    async with face.open(nexus.config()) as chat:
        with pytest.raises(webchat.AccessDeniedError):
            await face(chat.restore(token))
        with pytest.raises(webchat.UnsupportedError, match="applies only to Asynchronous chat"):
            await face(chat.fetch_history())


async def test_a_lost_session_is_forgotten(face: Face, nexus: Simulator) -> None:
    keeper = Keeper()
    async with face.started(nexus, config=asynchronous(nexus), session_keeper=keeper) as chat:
        session = await face(chat.get_session_data())
        await face.until(chat, "messageReceived")
        nexus.chat().expire_customer()
        await face.until(chat, "ended")
    (lost,) = keeper.lost
    assert lost["sessionData"] == session and lost["response"] is not None and keeper.kept is None


async def test_a_failing_keeper_disturbs_no_chat(face: Face, nexus: Simulator, unraisable: list[Any]) -> None:
    if face.name == "aio":
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unraisable.append(context["exception"]))

    def fail(*_: Any) -> None:
        raise OSError("on purpose")

    config = asynchronous(nexus)
    async with face.started(nexus, config=config, session_keeper=(fail, fail, fail)) as chat:
        await face(chat.send_message("hello"))
        await face.until_text(chat, "hello")
    async with face.open(config, session_keeper=(fail, lambda: 3, fail)) as chat:
        await face(chat.start_chat(nickname="Jo"))
    async with face.open(config, session_keeper=(fail, object, fail)) as chat:
        await face(chat.start_chat(nickname="Jo"))
    kinds = {type(error) for error in unraisable}
    assert kinds == {OSError, webchat.InvalidArgumentError}


def test_a_keeper_has_all_its_functions(nexus: Simulator) -> None:
    class Half:
        def load_session(self) -> None:
            return None

    with pytest.raises(AttributeError):
        webchat.Chat(nexus.config(), session_keeper=Half())  # type: ignore[arg-type]
