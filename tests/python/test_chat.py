"""Whole chats, on both faces."""

from __future__ import annotations

import re

import pytest
import webchat
import webchat.aio
from conftest import Face
from webchat.testing import Simulator
from webchat import _webchat


def snake_case(name: str) -> str:
    return re.sub("(?<!^)([A-Z])", r"_\1", name).lower()


@pytest.mark.parametrize("chat", [webchat.Chat, webchat.aio.Chat])
@pytest.mark.parametrize("name", _webchat.COMMAND_NAMES)
def test_every_command_is_a_method(chat: type, name: str) -> None:
    method = getattr(chat, snake_case(name))
    assert method.__doc__


async def test_a_chat_from_start_to_end(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config(userData={"from": "config"})) as chat:
        await face.until(chat, "ready")
        answer = await face(chat.start_chat(nickname="Jo", email="jo@example.com", subject="Help", user_data={"vip": "1"}))
        assert answer["statusCode"] == 0
        started = await face.until(chat, "started")
        assert started.data == await face(chat.get_session_data())
        assert started.data["sessionID"] == answer["chatId"]
        state = simulator.chat().state()
        assert (state.nickname, state.subject, state.user_data) == ("Jo", "Help", {"from": "config", "vip": "1"})

        sam = simulator.chat().agent("Sam")
        joined = await face.until(chat, "agentConnected")
        assert joined.data["numAgentsConnected"] == 1
        assert joined.participant.name == "Sam"
        sam.type()
        assert (await face.until(chat, "agentTypingStarted")).message.is_typing is True
        sam.say("Hello Jo")
        message = await face.until_text(chat, "Hello Jo")
        assert message.sender == webchat.Participant(id=2, name="Sam", type="Agent")

        answer = await face(chat.send_message("Hello Sam"))
        assert answer["statusCode"] == 0 and answer.delivery == "sent"
        message = await face.until_text(chat, "Hello Sam")
        assert message.sender.is_client
        transcript = await face(chat.get_transcript())
        assert [message.text for message in transcript if message.text is not None] == ["Hello Jo", "Hello Sam"]
        assert len(transcript.original_messages) == len(transcript)
        agents = await face(chat.get_agents())
        assert agents["2"].name == "Sam" and agents.raw["2"]["connected"] is True
        assert (await face(chat.get_stats())).duration >= 0
        assert await face(chat.verify_session()) is True

        assert (await face(chat.end_chat()))["chatEnded"] is True
        left = await face.until(chat, "agentDisconnected")
        assert left.data == {"numAgentsConnected": 0}
        await face.until(chat, "ended")
        assert await face(chat.verify_session()) is False


async def test_the_agent_ends_the_chat(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        sam = simulator.chat().agent("Sam")
        sam.end_chat()
        await face.until(chat, "ended")
        await face.until(chat, "pollingStopped")
        with pytest.raises(webchat.NoSessionError, match="There is no active chat session"):
            await face(chat.send_message("Hello?"))


async def test_commands_that_tell_the_agent_something(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        await face(chat.send_custom_notice('{"page": 1}'))
        assert (await simulator.aio.wait_for_requests("customNotice"))[0].fields["message"] == '{"page": 1}'
        await face(chat.update_user_data({"firstname": "Joe"}))
        assert simulator.chat().state().user_data["firstname"] == "Joe"
        await face(chat.push_url("https://example.com/"))
        await simulator.aio.wait_for_requests("pushUrl")
        await face(chat.update_nickname("Joe"))
        await simulator.aio.wait_for_requests("updateNickname")
        await face(chat.read_receipt())
        await simulator.aio.wait_for_requests("readReceipt")
        await face(chat.send_message("coded", type="code"))
        assert (await simulator.aio.wait_for_requests("send"))[0].fields["messageType"] == "code"


async def test_user_data_without_a_session(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        assert await face(chat.update_user_data({"plan": "gold"})) == {"plan": "gold"}
        await face(chat.start_chat(nickname="Jo"))
        assert simulator.chat().state().user_data == {"plan": "gold"}


async def test_polling_is_stopped_and_started(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        with pytest.raises(webchat.NoSessionError, match="No active chat session"):
            await face(chat.start_poll())
        await face(chat.start_chat(nickname="Jo"))
        assert await face(chat.stop_poll()) is None
        await face.until(chat, "pollingStopped")
        assert await face(chat.start_poll()) is None
        await face.until(chat, "pollingStarted")
        assert await face(chat.reset_poll_exceptions()) is None


async def test_a_program_polls_by_a_clock_of_its_own(face: Face, simulator: Simulator) -> None:
    by_service = {"commander": "WebChatService"}
    async with face.open(simulator.config(pollRateMin=5000, pollRateMax=30000)) as chat:
        with pytest.raises(webchat.NoSessionError, match="^previous poll has not finished.$"):
            await face(chat.command("poll", by_service))
        await face(chat.start_chat(nickname="Jo"))
        await face.until(chat, "messageReceived")
        await face(chat.stop_poll())
        sam = simulator.chat().agent("Sam")
        sam.say("one")
        assert (await face(chat.command("WebChatService.poll", by_service)))["statusCode"] == 0
        await face.until_text(chat, "one")
        with pytest.raises(webchat.AccessDeniedError):
            await face(chat.command("poll", {"commander": "somebody"}))


async def test_commands_by_name(face: Face, simulator: Simulator) -> None:
    async with face.open(simulator.config()) as chat:
        await face(chat.command("WebChatService.startChat", {"nickname": "Jo"}))
        assert (await face(chat.command("sendMessage", {"message": "by name"})))["statusCode"] == 0
        assert simulator.chat().texts() == ["by name"]
        assert await face(chat.command("addPrefilter", {"filters": re.compile("x+")})) == [{"source": "x+", "flags": "u"}]
        with pytest.raises(webchat.UnsupportedError, match="Command does not exist"):
            await face(chat.command("dance"))


async def test_a_chat_is_configured_later(face: Face, simulator: Simulator) -> None:
    async with face.open() as chat:
        started = chat.start_chat(nickname="Jo") if face.name == "aio" else None
        await face(chat.configure(simulator.config()))
        await face.until(chat, "ready")
        await face(started or chat.start_chat(nickname="Jo"))
        assert simulator.chat().state().nickname == "Jo"


async def test_the_configuration_is_a_mapping_or_json(face: Face, simulator: Simulator) -> None:
    text = '{"webchat": {"dataURL": "%s"}}' % simulator.url()
    async with face.open(text) as chat:
        await face(chat.start_chat(nickname="Jo"))
    for config in ("{", {}, {"dataURL": 3}, {"dataURL": simulator.url(), "ajaxTimeout": "soon"}):
        with pytest.raises(webchat.InvalidConfigurationError):
            face.chat_class(config)


async def test_many_chats_at_once(face: Face, simulator: Simulator) -> None:
    runtime = webchat.Runtime(worker_threads=1)
    chats = [face.chat_class(simulator.config(), runtime=runtime) for _ in range(20)]
    for number, chat in enumerate(chats):
        await face(chat.start_chat(nickname=f"Jo {number}"))
    for number, chat in enumerate(chats):
        await face(chat.send_message(f"I am {number}"))
    for number, chat in enumerate(chats):
        message = await face.until_text(chat, f"I am {number}")
        assert message.sender.name == f"Jo {number}"
    for chat in chats:
        await face(chat.close())


async def test_typing(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        await face(chat.register_typing_preview_input(lambda: "I am typi"))
        await face(chat.send_typing())
        await face.until(chat, "clientTypingStarted")
        assert (await simulator.aio.wait_for_requests("startTyping"))[0].fields["message"] == "I am typi"
        assert await face(chat.send_typing("I am typing")) is None
        await face.until(chat, "clientTypingStopped")


async def test_next_event_waits_no_longer_than_it_is_told(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        await face(chat.stop_poll())
        while (event := await face(chat.next_event(0.5))) is not None:
            assert event.name in _webchat.EVENT_NAMES
        assert await face(chat.next_event(0)) is None
