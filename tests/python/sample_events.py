"""A bot that uses events, messages and results of both faces as its author would; type checkers find nothing wrong with it."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=error

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Callable, Optional, Union

import webchat
from typing_extensions import assert_type

CONFIG = {"dataURL": "https://example.com/"}


def look(event: webchat.Event) -> Optional[str]:
    match event:
        case webchat.MessageReceived(messages=[*_, webchat.Message(text=str(text), sender=webchat.Participant(type="Agent"))]):
            assert_type(text, str)
            return text
        case webchat.MessageReceived(messages):
            assert_type(messages, tuple[webchat.Message, ...])
            return ", ".join(message.sender.name for message in messages)
        case webchat.ParticipantEvent(participant=webchat.Participant(name=name)):
            return name
        case webchat.Started(session_data):
            assert_type(session_data, dict[str, Any])
        case webchat.ErrorEvent(response):
            return str(response)
        case webchat.Restored(asynchronous):
            assert_type(asynchronous, Union[bool, None])
        case webchat.Event(name="ended", time=time):
            assert_type(time, int)
        case _:
            pass
    if isinstance(event, webchat.TypingEvent):
        assert_type(event.message, Optional[webchat.Message])
    return None


def speaks(event: webchat.MessageReceived) -> bool:
    return not event.restoring and any(message.sender.is_agent for message in event.messages)


def blocking() -> None:
    with webchat.Chat(CONFIG) as chat:

        @chat.on("messageReceived")
        def received(event: webchat.MessageReceived) -> int:
            return len(event.messages)

        @chat.on(webchat.AgentConnected)
        def joined(event: webchat.AgentConnected) -> None:
            assert_type(event.agents, Optional[webchat.Agents])

        @chat.on(None)
        def every(event: webchat.Event) -> None:
            look(event)

        assert_type(received(webchat.MessageReceived([webchat.Message("hi")])), int)
        joined(webchat.AgentConnected(message=webchat.Message(type="ParticipantJoined")))
        chat.on("ended", every)
        chat.on(webchat.ParticipantEvent, lambda event: print(event.participant.name))
        chat.off("messageReceived", received)
        chat.off(webchat.AgentConnected)
        assert_type(chat.wait_for("agentConnected", timeout=3), webchat.AgentConnected)
        assert_type(chat.wait_for(webchat.MessageReceived, check=speaks), webchat.MessageReceived)
        assert_type(chat.wait_for("messageReceived", check=lambda event: event.old_messages), webchat.MessageReceived)
        assert_type(chat.wait_for((webchat.AgentConnected, webchat.Ended)), Union[webchat.AgentConnected, webchat.Ended])
        assert_type(chat.wait_for(("started", "ended", webchat.Ready)), webchat.Event)
        assert_type(chat.send_message("hi").delivery == "sent", bool)
        assert_type(chat.get_transcript().messages, tuple[webchat.Message, ...])
        for message in chat.get_transcript():
            assert_type(message.index, Union[int, str, None])
            assert_type(message.file, Optional[webchat.File])
            assert_type([content.data for content in message.content], list[Optional[bytes]])
        assert_type(chat.get_agents()["2"].name, str)
        assert_type(chat.get_stats().duration, Optional[int])
        assert_type(chat.get_file_limits().file_types, tuple[str, ...])
        assert_type(chat.download_file("7").data, Optional[bytes])
        assert_type(chat.verify_session(), bool)
        for event in chat.events():
            assert_type(look(event), Optional[str])


async def awaiting() -> None:
    async with webchat.aio.Chat(CONFIG) as chat:

        @chat.on("agentTypingStarted")
        async def typing(event: webchat.AgentTypingStarted) -> None:
            await chat.send_typing(event.participant.name)

        started: Coroutine[Any, Any, webchat.Started] = chat.wait_for("started")
        await chat.start_chat(nickname="Jo")
        assert_type(await started, webchat.Started)
        assert_type(await chat.wait_for((webchat.AgentConnected, webchat.Ended)), Union[webchat.AgentConnected, webchat.Ended])
        task = asyncio.create_task(chat.wait_for(webchat.MessageReceived, check=speaks))
        assert_type((await task).messages, tuple[webchat.Message, ...])
        assert_type((await chat.send_message("hi")).delivery is None, bool)
        async for event in chat.events():
            assert_type(event, webchat.Event)
            await typing(webchat.AgentTypingStarted())


def named_by_a_variable(chat: webchat.Chat, name: webchat.EventName, handler: Callable[[webchat.Event], None]) -> None:
    chat.off(name, handler)


def mistakes(chat: webchat.Chat, event: webchat.MessageReceived, message: webchat.Message) -> None:
    chat.on("messageRecieved", print)  # type: ignore[call-overload]
    chat.wait_for("agent_connected")  # type: ignore[call-overload]
    chat.off("Ended")  # type: ignore[arg-type]
    chat.on("ended", speaks)  # type: ignore[call-overload]
    chat.wait_for("ended", check=speaks)  # type: ignore[call-overload]
    event.messages = ()  # type: ignore[misc]
    message.text = "other"  # type: ignore[misc]
    print(message["text"])  # type: ignore[index]
