"""Commands about the session, and what is attached to it."""

from __future__ import annotations

from typing import Any

from ._giving import Giving
from ._results import READERS


class Sessions(Giving):
    """The session of a chat."""

    def configure(self, config: Any, *, timeout: float | None = None) -> Any:
        """Configures a chat that was made without a configuration; once. Takes what the chat itself takes.

        >>> with webchat.Chat() as later:
        ...     later.configure(config)
        ...     later.verify_session()
        False
        """
        return self._call("configure", config, timeout)

    def start_chat(
        self,
        *,
        nickname: str | None = None,
        firstname: str | None = None,
        lastname: str | None = None,
        email: str | None = None,
        subject: str | None = None,
        user_data: Any = None,
        form: Any = None,
        timeout: float | None = None,
        **other: Any,
    ) -> Any:
        """Starts a chat session. Returns the server's answer, after ``started`` was published.

        ``user_data`` is attached to the chat: a mapping, or text that holds one as JSON. It wins over the configured one. ``other`` are
        further fields of the registration form, which Nexus sends along and GMS does not know. ``form`` is a mapping with all of these,
        as the specification has it for Nexus; ``userData`` may stand in it.

        >>> chat.start_chat(nickname="Jo", user_data={"product": "TV"})["statusCode"]
        0
        >>> chat.start_chat(nickname="Jo")
        Traceback (most recent call last):
            ...
        webchat.errors.SessionActiveError: There is already an active chat session
        """
        fields = {"nickname": nickname, "firstname": firstname, "lastname": lastname, "email": email, "subject": subject}
        options = {**other, **fields, "userData": user_data, "form": form}
        return self._typed("startChat", {key: value for key, value in options.items() if value is not None}, timeout)

    def end_chat(self, *, timeout: float | None = None) -> Any:
        """Ends the chat session once the messages on their way have their outcome. Returns the server's answer.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.end_chat()["statusCode"]
        0
        >>> chat.verify_session()
        False
        """
        return self._given("endChat", timeout)

    def restore(self, session_data: Any = None, *, timeout: float | None = None) -> Any:
        """Takes up an asynchronous chat again; other chats reject it. Returns the server's answer, after the newest messages came.

        ``session_data`` names the session: Nexus's token, or a mapping with ``"token"``, or of GMS with ``"secureKey"``, ``"sessionID"``,
        ``"alias"`` and ``"userId"``. Without it, it is the one that the session keeper or the store keeps. That one is restored by
        itself when a chat is configured: this is for a session that comes to be known later.

        >>> with webchat.Chat(asynchronous) as first:
        ...     answer = first.start_chat(nickname="Jo")
        ...     token = first.get_session_data()["token"]
        >>> with webchat.Chat(asynchronous) as second:
        ...     answer = second.restore({"token": token})
        ...     second.verify_session()
        True
        """
        return self._given("restore", timeout, sessionData=session_data)

    def verify_session(self, *, timeout: float | None = None) -> Any:
        """Returns whether there is a session, judged from what is known here.

        >>> chat.verify_session()
        False
        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.verify_session()
        True
        """
        return self._given("verifySession", timeout)

    def get_session_data(self, *, timeout: float | None = None) -> Any:
        """Returns what identifies the session. Whoever has it can take part in the chat.

        On GMS ``{"secureKey", "sessionID", "alias", "userId"}``, with empty texts without a session; on Nexus ``{"participantId",
        "sessionId", "token", "transportId"}``, empty without a session.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> sorted(chat.get_session_data())
        ['alias', 'secureKey', 'sessionID', 'userId']
        """
        return self._given("getSessionData", timeout)

    def update_user_data(self, user_data: Any, *, timeout: float | None = None) -> Any:
        """Changes the attached data. Returns the server's answer, or without a session the data that a chat will start with.

        >>> chat.update_user_data({"product": "TV"})
        Answer({'product': 'TV'})
        """
        return self._then(self._call("updateUserData", user_data, timeout), READERS["updateUserData"])

    def update_nickname(self, nickname: str, *, timeout: float | None = None) -> Any:
        """Takes another nickname. Returns the server's answer.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.update_nickname("Joanna")["statusCode"]
        0
        """
        return self._given("updateNickname", timeout, nickname=nickname)
