"""Commands that tell the agent something, and those about what was said."""

from __future__ import annotations

from typing import Any

from ._giving import Giving


class Messaging(Giving):
    """What is said in a chat."""

    def send_message(
        self,
        message: str,
        *,
        type: str | None = None,
        parent_message_id: str | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Sends a message. Messages arrive in the order given, each at most once.

        Returns the server's answer: the message was sent, as its ``delivery`` says. :class:`webchat.NotSentError` says that the connection
        is lost and nothing has left, :class:`webchat.OutcomeUnknownError` that it left and nothing tells whether it arrived. ``delivery``
        of any error says how sure it is.
        ``type`` is a label for the kind of text, ``parent_message_id`` the id of the rich message that it answers.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.send_message("Hello").delivery
        'sent'
        """
        return self._given("sendMessage", timeout, message=message, type=type, parentMessageID=parent_message_id)

    def send_custom_notice(self, message: str | None = None, *, timeout: float | None = None) -> Any:
        """Sends a custom notice to a custom agent desktop. Returns the server's answer.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.send_custom_notice('{"page": "checkout"}')["statusCode"]
        0
        """
        return self._given("sendCustomNotice", timeout, message=message)

    def send_typing(self, message: str | None = None, *, timeout: float | None = None) -> Any:
        """Tells the agent that the customer types: ``message``, or else what the registered preview input returns.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.send_typing("Hel")["statusCode"]
        0
        """
        return self._given("sendTyping", timeout, message=message)

    def push_url(self, url: str, *, timeout: float | None = None) -> Any:
        """Pushes a web address to the agent. Returns the server's answer.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.push_url("https://example.com/basket")["statusCode"]
        0
        """
        return self._given("pushUrl", timeout, url=url)

    def read_receipt(self, index: int | None = None, *, timeout: float | None = None) -> Any:
        """Reports the message with this ``index``, by default the newest, as read. Returns the server's answer.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> agent = chat.wait_for("agentConnected", timeout=30)
        >>> chat.read_receipt(agent.message.index)["statusCode"]
        0
        """
        return self._given("readReceipt", timeout, index=index)

    def send_filtered_message(self, message: str, regex: Any, *, timeout: float | None = None) -> Any:
        """Sends a message, and hides it and all that match ``regex`` from the transcript. Does not wait for the message.

        ``regex``: see :meth:`add_prefilter`.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.send_filtered_message("token 12345", "/^token [0-9]+$/")
        """
        return self._given("sendFilteredMessage", timeout, message=message, regex=regex)

    def add_prefilter(self, filters: Any, *, timeout: float | None = None) -> Any:
        """Hides messages that match from the transcript. Returns all filters, each as ``{"source", "flags"}``.

        ``filters`` is one expression or a list: a Python pattern, text like ``"/source/flags"``, or ``{"source", "flags"}`` as in
        JavaScript. A Python pattern is translated so that it matches what ``search`` would find; one that cannot be, such as one with
        back-references, raises :class:`webchat.InvalidArgumentError`.

        >>> [known["source"] for known in chat.add_prefilter(["/password/i", re.compile("secret")])]
        ['password', 'secret']
        """
        return self._given("addPrefilter", timeout, filters=filters)

    def register_typing_preview_input(self, input: Any, *, timeout: float | None = None) -> Any:
        """Registers a function that returns the text being typed. It is called when the agent is told that the customer types.

        >>> chat.register_typing_preview_input(lambda: "what is being typed")
        """
        return self._given("registerTypingPreviewInput", timeout, input=input)

    def register_pre_processor(self, preprocessor: Any, *, timeout: float | None = None) -> Any:
        """Registers a function that may change messages before they are shown. Returns it.

        It gets a message as a ``dict``. A ``dict`` that it returns replaces the message; otherwise the changes made in place stand.
        When it raises, the exception is reported and the message stays as it was.

        >>> def shout(message: dict[str, Any]) -> dict[str, Any]:
        ...     return {**message, "text": message.get("text", "").upper()}
        >>> chat.register_pre_processor(shout) is shout
        True
        >>> answer = chat.start_chat(nickname="Jo")
        >>> answer = chat.send_message("Hello")
        >>> shouted = chat.wait_for("messageReceived", check=lambda event: "HELLO" in [it.text for it in event.messages], timeout=30)
        """
        return self._then(self._given("registerPreProcessor", timeout, preprocessor=preprocessor), lambda _: preprocessor)

    def get_transcript(self, *, timeout: float | None = None) -> Any:
        """Returns all messages, in order, those hidden by prefilters absent: a :class:`webchat.Transcript`.

        Beyond ``maxTranscriptBytes`` of the configuration (64 MiB) the oldest are missing, and it is ``truncated``.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> answer = chat.send_message("Hello")
        >>> received = chat.wait_for("messageReceived", check=lambda event: "Hello" in [it.text for it in event.messages], timeout=30)
        >>> [message.text for message in chat.get_transcript() if message.text and not message.sender.is_agent]
        ['Hello']
        """
        return self._given("getTranscript", timeout)

    def get_agents(self, *, timeout: float | None = None) -> Any:
        """Returns the agents by participant id: :class:`webchat.Agents`.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> agent = chat.wait_for("agentConnected", timeout=30)
        >>> [agent.name for agent in chat.get_agents().connected]
        ['Sam']
        """
        return self._given("getAgents", timeout)

    def get_stats(self, *, timeout: float | None = None) -> Any:
        """Returns figures of the chat: :class:`webchat.Stats`.

        >>> chat.get_stats()
        Stats()
        >>> answer = chat.start_chat(nickname="Jo")
        >>> agent = chat.wait_for("agentConnected", timeout=30)
        >>> len(chat.get_stats().agents)
        1
        """
        return self._given("getStats", timeout)

    def get_outbox(self, *, timeout: float | None = None) -> Any:
        """Returns the messages that were given and have no outcome yet, in order: ``{"messages": [...]}``, each with ``localID``, ``state``,
        ``restored``, ``requestID`` and ``message``.

        >>> chat.get_outbox()
        {'messages': []}
        """
        return self._given("getOutbox", timeout)

    def fetch_history(self, *, timeout: float | None = None) -> Any:
        """Fetches a page of older messages of an asynchronous chat. They come with ``messageReceived``, newest first and ``oldMessages``
        true. Returns the server's answer after that. :class:`webchat.NotFoundError` when there are no older ones.

        >>> with webchat.Chat(asynchronous) as chat_of_months:
        ...     answer = chat_of_months.start_chat(nickname="Jo")
        ...     chat_of_months.fetch_history()
        Traceback (most recent call last):
            ...
        webchat.errors.NotFoundError: No more messages to fetch
        """
        return self._given("fetchHistory", timeout)
