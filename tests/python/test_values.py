"""Events, messages and results as values: made by programs, compared, hashed, pickled, shown, never changed."""

from __future__ import annotations

import builtins
import copy
import importlib
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import webchat
from conftest import SECONDS, Face
from webchat.testing import Simulator
from webchat import _events, _value

HERE = Path(__file__).parent
KIM = webchat.Participant(type="Agent", name="Kim", id=2)
HI = webchat.Message("Hi", sender=KIM, index=3, time=5)
VALUES: list[Any] = [
    KIM,
    HI,
    webchat.File(id="7", name="a.png", size=3, description="mine"),
    webchat.Content(mime="image/png", data=b"PNG"),
    webchat.Message(type="TypingStarted", sender=KIM, content=[webchat.Content(url="http://a/")], restoring=True, extra={"html": True}),
    webchat.Transcript([HI], truncated=True),
    webchat.Agent("Kim", supervisor=True, connected_time=1, disconnected_time=2),
    webchat.Agents({"2": webchat.Agent("Kim")}),
    webchat.Stats(agents={"2": webchat.Agent("Kim")}, start_time=1, end_time=5),
    webchat.FileLimits(max_files=3, file_types=["png"], need_agent=True),
    webchat.Downloaded(file_name="a.png", data=b"PNG"),
    webchat.MessageReceived([HI], restoring=True, session_data={"a": "b"}, idle_time_count_down=3),
    webchat.AgentConnected(message=HI, agents={"2": webchat.Agent("Kim")}, num_agents_connected=1),
    webchat.BotDisconnected(),
    webchat.AgentTypingStarted(HI),
    webchat.AgentTypingStopped(),
    webchat.Started({"sessionID": "1"}),
    webchat.Restored(asynchronous=True),
    webchat.ErrorEvent({"statusCode": 2}),
    webchat.Ended(time=7),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_is_one(value: Any) -> None:
    for twin in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert twin == value and type(twin) is type(value) and hash(twin) == hash(value)
        assert twin.raw == value.raw and repr(twin) == repr(value)
    assert all(other is value or other != value for other in VALUES)
    assert value != value.raw and value is not None
    assert getattr(webchat, type(value).__name__) is type(value)
    for name in [name for name in dir(value) if not name.startswith("_") and not callable(getattr(value, name))]:
        with pytest.raises(AttributeError):
            setattr(value, name, None)
    with pytest.raises(AttributeError):
        value.other = 1
    with pytest.raises(AttributeError):
        del value.raw


def test_attributes_are_what_a_value_was_made_of() -> None:
    upload = webchat.Message(type="FileUploaded", user_data=webchat.File(id="7", size=3).raw)
    assert upload.file == webchat.File(id="7", size=3) and upload.user_data == {"file-id": "7", "file-size": "3"}
    assert HI.file is None and HI.content == () and HI.user_data is None and HI.is_typing is None
    assert (HI.type, HI.text, HI.index, HI.time, HI.sender, HI.restoring) == ("Message", "Hi", 3, 5, KIM, False)
    came = webchat.AgentConnected(message=HI, agents={"2": webchat.Agent("Kim")}, num_agents_connected=1)
    assert came.participant == KIM and came.messages == (HI,) and came.agents and came.agents["2"].name == "Kim"
    gone = webchat.AgentDisconnected()
    assert gone.message is None and gone.agents is None and gone.num_agents_connected == 0
    assert gone.participant == webchat.Participant(type="Agent") and webchat.BotDisconnected().participant.type == "Bot"
    assert webchat.AgentTypingStopped().participant.name == ""
    assert webchat.AgentTypingStopped().messages == () and webchat.AgentTypingStopped(HI).message == HI
    assert webchat.Ended().raw == {"time": 0, "publisher": "WebChatService", "event": "ended", "data": {}}
    assert webchat.Ended(time=1) == webchat.Ended(time=2) != webchat.Ready()
    answer = webchat.Answer({"statusCode": 0}, delivery="sent")
    twin = pickle.loads(pickle.dumps(answer))
    assert answer == twin == {"statusCode": 0} and twin.delivery == "sent" and twin.raw == {"statusCode": 0}
    assert webchat.Answer("text") == {} and webchat.Answer("text").raw == "text"


def test_a_value_shows_what_it_has() -> None:
    assert repr(HI) == "Message(type='Message', text='Hi', sender=Participant(type='Agent', name='Kim', id=2), index=3)"
    assert repr(webchat.Message("x" * 1000)).count("x") == 80 + 2  # and those of text and External
    assert repr(webchat.MessageReceived([webchat.Message("Hi")], restoring=True)).startswith("MessageReceived(messages=(Message(")
    assert repr(webchat.ErrorEvent({"secret": 1})) == "ErrorEvent()"


@pytest.mark.parametrize("odd", [{}, {"from": {}}, {"from": None, "text": 3, "timestamp": "x", "content": [None, "a", {"data": 3}], "fileDetails": {}}])
def test_what_servers_leave_out_or_write_otherwise_raises_nothing(odd: dict[str, Any]) -> None:
    message = webchat.Message.from_raw(odd)
    assert message.text is None and message.time == 0 and message.sender.name == ""
    assert all(content.data is None and content.type is None for content in message.content)
    assert isinstance(repr(message), str) and isinstance(hash(message), int)


def test_what_events_have_in_common_is_no_event() -> None:
    for common in (webchat.Event, webchat.ParticipantEvent, webchat.TypingEvent, webchat.ResponseEvent):
        with pytest.raises(TypeError, match="in common"):
            common()


def snake_case(name: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


def test_every_field_of_an_event_is_an_attribute() -> None:
    """The reference, which the tables give, lists them."""
    sections = (HERE.parents[1] / "docs/reference/events.md").read_text().split("\n## ")[1:]
    assert len(sections) == len(_events.CLASSES)
    fields = 0
    for section, kind in zip(sections, _events.CLASSES):
        assert section.startswith(f"{kind.name}\n")
        assert getattr(webchat, kind.__name__) is kind and kind.__name__ in webchat.__all__ and kind.__doc__
        for field in re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE):
            name = {"async": "asynchronous"}.get(field, snake_case(field))
            assert isinstance(getattr(kind, name), property) and getattr(kind, name).__doc__
            fields += 1
    assert fields > 20


async def test_what_comes_is_what_programs_make(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        sam = simulator.chat().agent("Sam")
        joined = await face.until(chat, "agentConnected")
        twin = webchat.AgentConnected(message=joined.message, agents=joined.agents, num_agents_connected=1, time=joined.time)
        assert twin == joined and twin.raw == joined.raw and hash(twin) == hash(joined)
        sam.say("Hello Jo")
        received = await face(chat.wait_for("messageReceived", check=lambda event: event.messages[-1].text == "Hello Jo", timeout=SECONDS))
        assert received.messages[-1].sender == webchat.Participant(type="Agent", name="Sam", id=2)
        assert received.messages is received.messages and received.messages[-1].raw == received.data["messages"][-1]
        again = pickle.loads(pickle.dumps(received))
        assert again == received and again.messages == received.messages and again.time == received.time > 0
        made = webchat.MessageReceived(
            received.messages, original_messages=received.original_messages, session_data=received.session_data
        )
        assert made == received and not made.restoring and not made.old_messages
        stats = await face(chat.get_stats(timeout=SECONDS))
        assert stats == pickle.loads(pickle.dumps(stats)) and stats.agents["2"].connected and stats.duration >= 0
        assert webchat.Transcript(await face(chat.get_transcript()))


@pytest.mark.parametrize("name", ["webchat", "webchat.errors", "webchat.aio"])
def test_nothing_that_is_imported_by_a_star_hides_a_built_in(name: str) -> None:
    module = importlib.import_module(name)
    assert not set(module.__all__) & set(dir(builtins))
    assert len(set(module.__all__)) == len(module.__all__)
    names: dict[str, Any] = {}
    exec(f"from {name} import *", names)
    assert set(module.__all__) <= names.keys()
    assert issubclass(webchat.TimeoutError, TimeoutError)


def test_asyncio_comes_with_its_first_use() -> None:
    program = """
        import sys, webchat
        assert "asyncio" not in sys.modules and "dataclasses" not in sys.modules and "inspect" not in sys.modules
        assert "aio" in dir(webchat) and webchat.aio.Chat and webchat.aio is sys.modules["webchat.aio"]
        try: webchat.aoi
        except AttributeError as error: print(error)
    """
    text = "\n".join(line.strip() for line in program.strip().splitlines())
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.stdout == "module 'webchat' has no attribute 'aoi'\n" and done.stderr == ""


def test_subclasses_of_programs_are_known_by_their_own_module() -> None:
    class Mine(_value.Value):
        __slots__ = ()

    assert Mine.__module__ == __name__ and webchat.Message.__module__ == webchat.Ended.__module__ == "webchat"
