"""A chat at the simulator, and who takes part in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Literal, Optional, Union

from ._control import TIMEOUT, Control, Plan, get, until
from ._records import ChatEvent, ChatState, Kind, chat_event, chat_state

Text = Union[str, "re.Pattern[str]"]
Check = Callable[[ChatEvent], object]

TextChange = Literal["crlfToLf", "lfToCrlf", "maskCards", "htmlEscape", "nfc", "trim", "bmpOnly"]
"""What a server does to texts before anybody sees them."""


class ServerChat:
    """A chat as the server has it: ``sim.chat()``.

    ``wait_for...`` wait for what the customer does, ``timeout`` seconds at most, then they raise :class:`TimeoutError` with what there is
    instead. Code of asyncio has the same to be awaited: ``await chat.aio.wait_for_text("hello")``.
    """

    def __init__(self, control: Control, chat_id: str) -> None:
        self._control = control
        self.id = chat_id
        """Its id; with Nexus that of the session."""
        self.aio = ChatWaits(self)
        """The waiting methods as coroutines."""

    def __repr__(self) -> str:
        return f"<ServerChat {self.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ServerChat) and (other._control, other.id) == (self._control, self.id)

    def __hash__(self) -> int:
        return hash(self.id)

    # Who takes part.

    def join(self, nickname: str, kind: Kind = "Agent") -> Participant:
        """Has somebody join."""
        joined = self._post("join", nickname=nickname, kind=kind)
        return Participant(self, joined["participantId"], nickname)

    def agent(self, nickname: str = "Kim") -> Participant:
        """Has an agent join; each call is another one."""
        return self.join(nickname, "Agent")

    def supervisor(self, nickname: str = "Sue") -> Participant:
        """Has a supervisor join whom the customer can see."""
        return self.join(nickname, "Supervisor")

    def bot(self, nickname: str = "Bot") -> Participant:
        """Has a bot join."""
        return self.join(nickname, "Bot")

    # What there is.

    def state(self) -> ChatState:
        """What the server knows of it now."""
        return chat_state(self._control.ask("GET", f"/chats/{self.id}"))

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state().ended is not None

    def events(self) -> list[ChatEvent]:
        """Everything that has happened in it, in order."""
        return [chat_event(event) for event in self._control.ask("GET", f"/chats/{self.id}/entries")["entries"]]

    def texts(self, *, customer: Optional[bool] = None) -> list[str]:
        """The texts of the messages: of all, of the customer alone (``True``), or of the others (``False``)."""
        messages = (event for event in self.events() if event.type == "Message")
        return [event.text or "" for event in messages if customer is None or event.from_customer is customer]

    def transcript(self) -> list[dict[str, Any]]:
        """The same as :meth:`events`, in the form of the API that the customer speaks."""
        transcript: list[dict[str, Any]] = self._control.ask("GET", f"/chats/{self.id}/transcript")
        return transcript

    def timeline(self) -> str:
        """What has happened in it as text, a line for each event, for people."""
        from ._timeline import timeline

        return timeline(self.state(), self.events())

    # What is waited for.

    def wait_for(self, check: Check, *, timeout: float = TIMEOUT) -> ChatEvent:
        """Waits for an event for which ``check`` is true, and returns it: the first since the chat began."""
        return self._control.follow(self._find(check, timeout, "no such event"), "chat.aio.wait_for(...)")

    def wait_for_text(self, text: Text, *, timeout: float = TIMEOUT) -> ChatEvent:
        """Waits for a message of the customer with this text, or one in which this pattern is found."""
        return self._control.follow(self._find_text(text, timeout), "chat.aio.wait_for_text(...)")

    def wait_for_end(self, *, timeout: float = TIMEOUT) -> ChatState:
        """Waits until the chat is over."""
        return self._control.follow(self._find_end(timeout), "chat.aio.wait_for_end()")

    def _find_text(self, text: Text, timeout: float) -> Plan[ChatEvent]:
        def check(event: ChatEvent) -> bool:
            if event.type != "Message" or not event.from_customer:
                return False
            said = event.text or ""
            return said == text if isinstance(text, str) else text.search(said) is not None

        wanted = repr(text) if isinstance(text, str) else f"anything like {text.pattern!r}"
        return self._find(check, timeout, f"the customer did not say {wanted}")

    def _find(self, check: Check, timeout: float, missing: str) -> Plan[ChatEvent]:
        seen: list[ChatEvent] = []

        def look(wait: float) -> Plan[Optional[ChatEvent]]:
            news = yield get(f"/chats/{self.id}/entries", wait, after=len(seen))
            for event in map(chat_event, news["entries"]):
                seen.append(event)
                if check(event):
                    return event
            if news["ended"] and not news["entries"]:
                raise TimeoutError(f"{missing}, and the chat is over ({news['ended']}): {_said(seen)}")
            return None

        return until(look, timeout, lambda: f"{missing}: {_said(seen)}")

    def _find_end(self, timeout: float) -> Plan[ChatState]:
        seen = 0

        def look(wait: float) -> Plan[Optional[ChatState]]:
            nonlocal seen
            news = yield get(f"/chats/{self.id}/entries", wait, after=seen)
            seen = news["next"]
            if not news["ended"]:
                return None
            state = yield get(f"/chats/{self.id}")
            return chat_state(state)

        return until(look, timeout, lambda: f"chat {self.id} is not over")

    # What the clock and the server do.

    def expire_idle(self) -> None:
        """Lets the running idle timer run out, without waiting: the first call warns, a later one closes the chat. GMS alone."""
        self._post("expire", what="idle")

    def expire_customer(self) -> None:
        """Lets the time run out in which the customer has to make requests: the server drops it. GMS alone."""
        self._post("expire", what="client")

    def expire_tokens(self) -> None:
        """Lets the tokens of the chat run out. Nexus alone."""
        self._post("expire", what="tokens")

    def change_texts(self, *changes: TextChange) -> None:
        """Says what the server does to the texts of this chat from now on; without arguments nothing."""
        self._post("texts", changes=list(changes))

    def _post(self, path: str, **body: Any) -> Any:
        return self._control.post(f"/chats/{self.id}/{path}", **body)


class ChatWaits:
    """The waiting methods of :class:`ServerChat` for asyncio."""

    def __init__(self, chat: ServerChat) -> None:
        self._chat = chat

    async def wait_for(self, check: Check, *, timeout: float = TIMEOUT) -> ChatEvent:
        """As :meth:`ServerChat.wait_for`."""
        return await self._chat._control.follow_later(self._chat._find(check, timeout, "no such event"))

    async def wait_for_text(self, text: Text, *, timeout: float = TIMEOUT) -> ChatEvent:
        """As :meth:`ServerChat.wait_for_text`."""
        return await self._chat._control.follow_later(self._chat._find_text(text, timeout))

    async def wait_for_end(self, *, timeout: float = TIMEOUT) -> ChatState:
        """As :meth:`ServerChat.wait_for_end`."""
        return await self._chat._control.follow_later(self._chat._find_end(timeout))


class Participant:
    """An agent, a supervisor or a bot in a chat. What it does returns it, so that one thing follows another:
    ``chat.agent("Kim").say("hello").leave()``."""

    def __init__(self, chat: ServerChat, participant_id: int, nickname: str) -> None:
        self.chat = chat
        self.id = participant_id
        """Its number in the chat."""
        self.nickname = nickname

    def __repr__(self) -> str:
        return f"<Participant {self.nickname} in {self.chat.id}>"

    def say(self, text: str, *, message_type: Optional[str] = None, attributes: Optional[Mapping[str, Any]] = None) -> Participant:
        """Says something. ``attributes`` are structured content: quick replies, cards and so on."""
        return self._do("say", text=text, messageType=message_type, eventAttributes=attributes)

    def type(self, text: Optional[str] = None) -> Participant:
        """Begins to type; ``text`` is what is shown of it."""
        return self._do("type", on=True, text=text)

    def stop_typing(self) -> Participant:
        """Stops typing."""
        return self._do("type", on=False)

    def push_url(self, url: str) -> Participant:
        """Shows the customer a page."""
        return self._do("push-url", url=url)

    def notice(self, text: Optional[str] = None, *, attributes: Optional[Mapping[str, Any]] = None) -> Participant:
        """Sends a custom notice."""
        return self._do("notice", text=text, eventAttributes=attributes)

    def event(self, kind: str, text: Optional[str] = None, *, attributes: Optional[Mapping[str, Any]] = None) -> Participant:
        """Sends an event of an application's own type. Nexus alone."""
        return self._do("event", type=kind, text=text, eventAttributes=attributes)

    def rename(self, nickname: str) -> Participant:
        """Takes another name."""
        self._do("nickname", nickname=nickname)
        self.nickname = nickname
        return self

    def send_file(
        self,
        name: str,
        content: Union[bytes, str],
        *,
        content_type: Optional[str] = None,
        description: Optional[str] = None,
        user_data: Optional[Mapping[str, str]] = None,
    ) -> str:
        """Sends a file; returns the id by which it is downloaded."""
        packed = base64.b64encode(content.encode() if isinstance(content, str) else content).decode()
        sent = self._post(
            "upload", name=name, base64=packed, contentType=content_type, description=description, userData=user_data
        )
        file_id: str = sent["fileId"]
        return file_id

    def delete_file(self, file_id: str) -> Participant:
        """Deletes a file."""
        return self._do("delete-file", fileId=file_id)

    def leave(self) -> Participant:
        """Leaves the chat."""
        return self._do("leave")

    def end_chat(self) -> Participant:
        """Ends the chat for everybody."""
        return self._do("end")

    def _do(self, path: str, **body: Any) -> Participant:
        self._post(path, **body)
        return self

    def _post(self, path: str, **body: Any) -> Any:
        return self.chat._post(path, participantId=self.id, **body)


def _said(events: Sequence[ChatEvent]) -> str:
    """What there is instead, in a line."""
    shown = [f"{event.nickname}: {event.type if event.text is None else repr(event.text)}" for event in events[-8:]]
    return "what happened: " + ("; ".join(shown) or "nothing")
