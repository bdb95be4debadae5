"""What both faces of a chat have in common: the commands, and handlers of events."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from . import _callbacks, _exit, _files, _logging, _pattern, _webchat
from ._handlers import Handlers
from ._results import READERS
from .errors import UnsupportedError


class Commands(Handlers):
    """The commands of the specification, one method each, with its names in snake_case.

    The server's answer comes as :class:`webchat.Answer`, a ``dict``; what else a command returns is a value with attributes, whose ``raw``
    has the specification's shape. ``timeout`` is the number of seconds within which a command must have its
    outcome. A rejected command raises a subclass of :class:`webchat.Error` whose text is the specification's. At most 10,000 commands, or
    64 MiB of their options, are under way at once: one more raises :class:`webchat.BusyError`.

    Events are to be taken: while 1,024 wait, or 16 MiB of messages, in a stream or behind a handler that runs, no more messages are
    fetched. Nothing is lost: they are when half have been taken, and commands go on meanwhile.
    """

    def __init__(self, config: Any, store: Any, keeper: Any, runtime: _webchat.Runtime | None) -> None:
        if store is not None:
            store = self._ask(partial(_without_argument, store.load)), self._ask(store.apply)
        if keeper is not None:
            if not isinstance(keeper, tuple):
                keeper = keeper.store_session, keeper.load_session, keeper.forget_session
            keep, load, forget = keeper
            keeper = self._ask(keep), self._ask(partial(_without_argument, load)), self._ask(forget)
        _logging.begin()
        # It is also what keeps the thread.
        self._calls = _callbacks.way(runtime)
        self._native = _webchat.Chat(config, store, keeper, runtime, self._calls)
        self._handlers = {}
        _exit.watch(self._native)

    # What the faces differ in.

    _holds = False
    """Whether handlers get, beside an event, what is to be held until they are through with it."""

    def _call(self, name: str, options: Any, timeout: float | None) -> Any:
        raise NotImplementedError

    def _in_steps(self, prepare: Callable[[], Any], give: Callable[[Any], Any], landing: _files.Landing | None) -> Any:
        """The outcome of ``give``, with what ``prepare`` returns, and then of ``landing``; those two may take long."""
        raise NotImplementedError

    def _then(self, outcome: Any, read: Callable[[Any], Any]) -> Any:
        """What ``read`` makes of a command's outcome."""
        raise NotImplementedError

    def _ask(self, function: Callable[[Any], Any]) -> Callable[[Any, _webchat.Reply], None]:
        """``function``, to be called by the library, which wants to know what it returns."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """With the number by which the log names the chat."""
        try:
            number = str(self._native.number)
        except (AttributeError, UnsupportedError):
            number = "without a library"
        return f"<{type(self).__module__}.{type(self).__qualname__} {number}>"

    @property
    def capabilities(self) -> dict[str, bool]:
        """What the transport that the configuration has chosen can do: ``"history"``, ``"fileUpload"`` and so on. Commands that need more
        raise :class:`webchat.UnsupportedError`. :class:`webchat.InvalidConfigurationError` before the chat is configured."""
        capabilities: dict[str, bool] = self._native.capabilities
        return capabilities

    # Commands.

    def command(self, name: str, options: Any = None, *, timeout: float | None = None) -> Any:
        """Gives a command by the name that the specification has for it, such as ``sendMessage``, with its options.

        Where the specification wants functions and regular expressions, callables and patterns are taken. Options that a command does not
        have are named in the log.

        Returns what the specification resolves with, in its shape, where the command's own method returns a value with attributes.

        The option ``commander`` names who gives the command: for ``"WebChatService"``, ``poll`` makes one poll now, also while automatic
        polling is stopped, and returns the server's answer. :class:`NoSessionError`, :class:`BusyError` while a poll is under way,
        :class:`UnsupportedError` where messages are pushed (CometD).
        """
        outcome = self._call(name, self._prepared(options), timeout)
        if name.rpartition(".")[2] == "registerPreProcessor" and isinstance(options, Mapping):
            return self._then(outcome, lambda _: options.get("preprocessor"))
        return outcome

    def _given(self, name: str, timeout: float | None, **options: Any) -> Any:
        """Gives a command, with the options that are there. Returns what its method returns."""
        return self._typed(name, {key: value for key, value in options.items() if value is not None}, timeout)

    def _typed(self, name: str, options: Any, timeout: float | None) -> Any:
        outcome = self._call(name, self._prepared(options), timeout)
        read = READERS.get(name)
        return outcome if read is None else self._then(outcome, read)

    def _prepared(self, options: Any) -> Any:
        if not isinstance(options, Mapping):
            return options
        options = dict(options)
        for key, value in options.items():
            if key in ("filters", "regex"):
                options[key] = _filters(value)
            elif key == "files":
                options[key] = _without_paths(value)
            elif key == "preprocessor" and callable(value):
                options[key] = self._ask(value)
            elif key == "input" and callable(value):
                options[key] = self._ask(partial(_without_argument, value))
            elif key == "progress" and (told := _files.progress(value)) is not None:
                options[key] = self._tell(told)
        return options

    def configure(self, config: Any, *, timeout: float | None = None) -> Any:
        """Configures a chat that was made without a configuration; once. Takes what the chat itself takes."""
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
        """
        fields = {"nickname": nickname, "firstname": firstname, "lastname": lastname, "email": email, "subject": subject}
        options = {**other, **fields, "userData": user_data, "form": form}
        return self._typed("startChat", {key: value for key, value in options.items() if value is not None}, timeout)

    def end_chat(self, *, timeout: float | None = None) -> Any:
        """Ends the chat session once the messages on their way have their outcome. Returns the server's answer."""
        return self._given("endChat", timeout)

    def send_message(
        self,
        message: str,
        *,
        type: str | None = None,
        parent_message_id: str | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Sends a message. Messages arrive in the order given, each at most once.

        Returns the server's answer: the message was sent, as its ``delivery`` says. :class:`webchat.NotSentError` says that the connection is lost and nothing has
        left, :class:`webchat.OutcomeUnknownError` that it left and nothing tells whether it arrived. ``delivery`` of any error says how
        sure it is.
        ``type`` is a label for the kind of text, ``parent_message_id`` the id of the rich message that it answers.
        """
        return self._given("sendMessage", timeout, message=message, type=type, parentMessageID=parent_message_id)

    def send_custom_notice(self, message: str | None = None, *, timeout: float | None = None) -> Any:
        """Sends a custom notice to a custom agent desktop. Returns the server's answer."""
        return self._given("sendCustomNotice", timeout, message=message)

    def send_typing(self, message: str | None = None, *, timeout: float | None = None) -> Any:
        """Tells the agent that the customer types: ``message``, or else what the registered preview input returns."""
        return self._given("sendTyping", timeout, message=message)

    def send_filtered_message(self, message: str, regex: Any, *, timeout: float | None = None) -> Any:
        """Sends a message, and hides it and all that match ``regex`` from the transcript. Does not wait for the message.

        ``regex``: see :meth:`add_prefilter`.
        """
        return self._given("sendFilteredMessage", timeout, message=message, regex=regex)

    def add_prefilter(self, filters: Any, *, timeout: float | None = None) -> Any:
        """Hides messages that match from the transcript. Returns all filters, each as ``{"source", "flags"}``.

        ``filters`` is one expression or a list: a Python pattern, text like ``"/source/flags"``, or ``{"source", "flags"}`` as in
        JavaScript. A Python pattern is translated so that it matches what ``search`` would find; one that cannot be, such as one with
        back-references, raises :class:`webchat.InvalidArgumentError`.
        """
        return self._given("addPrefilter", timeout, filters=filters)

    def update_user_data(self, user_data: Any, *, timeout: float | None = None) -> Any:
        """Changes the attached data. Returns the server's answer, or without a session the data that a chat will start with."""
        return self._then(self._call("updateUserData", user_data, timeout), READERS["updateUserData"])

    def poll(self, *, timeout: float | None = None) -> Any:
        """Private to the service: always rejected. :meth:`command` can give it for the service."""
        return self._given("poll", timeout)

    def start_poll(self, *, timeout: float | None = None) -> Any:
        """Starts automatic polling for new messages. :class:`UnsupportedError` where they are pushed (CometD)."""
        return self._given("startPoll", timeout)

    def stop_poll(self, *, timeout: float | None = None) -> Any:
        """Stops automatic polling for new messages. :class:`UnsupportedError` where they are pushed (CometD)."""
        return self._given("stopPoll", timeout)

    def reset_poll_exceptions(self, *, timeout: float | None = None) -> Any:
        """Sets the count of poll exceptions to 0."""
        return self._given("resetPollExceptions", timeout)

    def restore(self, session_data: Any = None, *, timeout: float | None = None) -> Any:
        """Takes up an asynchronous chat again; other chats reject it. Returns the server's answer, after the newest messages came.

        ``session_data`` names the session: Nexus's token, or a mapping with ``"token"``, or of GMS with ``"secureKey"``, ``"sessionID"``,
        ``"alias"`` and ``"userId"``. Without it, it is the one that the session keeper or the store keeps. That one is restored by
        itself when a chat is configured: this is for a session that comes to be known later.
        """
        return self._given("restore", timeout, sessionData=session_data)

    def get_transcript(self, *, timeout: float | None = None) -> Any:
        """Returns all messages, in order, those hidden by prefilters absent: a :class:`webchat.Transcript`.

        Beyond ``maxTranscriptBytes`` of the configuration (64 MiB) the oldest are missing, and it is ``truncated``.
        """
        return self._given("getTranscript", timeout)

    def get_agents(self, *, timeout: float | None = None) -> Any:
        """Returns the agents by participant id: :class:`webchat.Agents`."""
        return self._given("getAgents", timeout)

    def get_stats(self, *, timeout: float | None = None) -> Any:
        """Returns figures of the chat: :class:`webchat.Stats`."""
        return self._given("getStats", timeout)

    def send_file(
        self,
        file: Any,
        *,
        name: str | None = None,
        description: str | None = None,
        user_data: Any = None,
        progress: Any = None,
        timeout: float | None = None,
    ) -> Any:
        """Sends a file. Returns the server's answer.

        ``file`` is a path, read while it is sent; bytes, which need a ``name``; or an object opened for reading bytes, which is read into
        memory first, from where it stands. A name that is not UTF-8 is made readable.

        ``progress`` is called with the bytes sent so far and the bytes in all, or ``None`` where that is not known, on the thread of
        handlers. A bar of ``tqdm`` is taken as it is; with ``rich`` it is
        ``lambda sent, total: bar.update(task, completed=sent, total=total)``.
        """
        options = {"description": description, "userData": user_data, "progress": progress}

        def give(source: dict[str, Any]) -> Any:
            return self._given("sendFile", timeout, files=source, **options)

        if not _files.is_object(file):
            return give(_files.source(file, name))
        return self._in_steps(partial(_files.source, file, name), give, None)

    def download_file(
        self,
        file_id: str,
        *,
        to: Any = None,
        path: Any = None,
        directory: Any = None,
        file_name: str | None = None,
        progress: Any = None,
        timeout: float | None = None,
    ) -> Any:
        """Fetches a file. Returns a :class:`webchat.Downloaded` with its bytes as ``data``, or with the ``path`` where it was saved.

        It is saved to exactly ``path``, an existing file being replaced, or into ``directory`` under a name of its own: never outside
        of it, never over an existing file. ``to`` is either of them (a directory where there is one, or where it ends in a slash), or an
        object opened for writing bytes, into which the file is written when it is complete. ``progress``: see :meth:`send_file`.
        """

        def give(places: dict[str, str]) -> Any:
            return self._given("downloadFile", timeout, fileId=file_id, fileName=file_name, progress=progress, **places)

        if not callable(getattr(to, "write", None)) or isinstance(to, os.PathLike):
            return give(_files.places(to, path, directory))
        _files.places(None if path is None and directory is None else "", path, directory)
        landing = _files.Landing(to)
        return self._in_steps(lambda: {"path": landing.path}, give, landing)

    def get_session_data(self, *, timeout: float | None = None) -> Any:
        """Returns what identifies the session. Whoever has it can take part in the chat.

        On GMS ``{"secureKey", "sessionID", "alias", "userId"}``, with empty texts without a session; on Nexus ``{"participantId",
        "sessionId", "token", "transportId"}``, empty without a session.
        """
        return self._given("getSessionData", timeout)

    def fetch_history(self, *, timeout: float | None = None) -> Any:
        """Fetches a page of older messages of an asynchronous chat. They come with ``messageReceived``, newest first and ``oldMessages``
        true. Returns the server's answer after that. :class:`webchat.NotFoundError` when there are no older ones."""
        return self._given("fetchHistory", timeout)

    def register_typing_preview_input(self, input: Any, *, timeout: float | None = None) -> Any:
        """Registers a function that returns the text being typed. It is called when the agent is told that the customer types."""
        return self._given("registerTypingPreviewInput", timeout, input=input)

    def register_pre_processor(self, preprocessor: Any, *, timeout: float | None = None) -> Any:
        """Registers a function that may change messages before they are shown. Returns it.

        It gets a message as a ``dict``. A ``dict`` that it returns replaces the message; otherwise the changes made in place stand.
        When it raises, the exception is reported and the message stays as it was.
        """
        return self._then(self._given("registerPreProcessor", timeout, preprocessor=preprocessor), lambda _: preprocessor)

    def verify_session(self, *, timeout: float | None = None) -> Any:
        """Returns whether there is a session, judged from what is known here."""
        return self._given("verifySession", timeout)

    def get_file_limits(self, *, timeout: float | None = None) -> Any:
        """Returns what the server allows to upload: :class:`webchat.FileLimits`."""
        return self._given("getFileLimits", timeout)

    def delete_file(self, file_id: str, *, timeout: float | None = None) -> Any:
        """Deletes an uploaded file. Returns the server's answer."""
        return self._given("deleteFile", timeout, fileId=file_id)

    def push_url(self, url: str, *, timeout: float | None = None) -> Any:
        """Pushes a web address to the agent. Returns the server's answer."""
        return self._given("pushUrl", timeout, url=url)

    def update_nickname(self, nickname: str, *, timeout: float | None = None) -> Any:
        """Takes another nickname. Returns the server's answer."""
        return self._given("updateNickname", timeout, nickname=nickname)

    def read_receipt(self, index: int | None = None, *, timeout: float | None = None) -> Any:
        """Reports the message with this ``index``, by default the newest, as read. Returns the server's answer."""
        return self._given("readReceipt", timeout, index=index)


def _without_argument(function: Callable[[], Any], _: None) -> Any:
    return function()


def _filters(value: Any) -> Any:
    if isinstance(value, re.Pattern):
        return _pattern.translate(value)
    if isinstance(value, (list, tuple)):
        return [_filters(each) for each in value]
    return value


def _without_paths(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, (list, tuple)):
        return _without_paths(value[0]) if value else None
    if isinstance(value, Mapping):
        return {key: os.fsdecode(each) if isinstance(each, os.PathLike) else each for key, each in value.items()}
    return value
