"""The clock of the server's chats."""

from __future__ import annotations

from ._control import Control


class Clock:
    """The clock of a simulator's chats: ``sim.clock.advance(255)``.

    It goes as any clock does, and is moved forward at will: tests need not wait for what the server does when time has passed.

    >>> import webchat
    >>> from webchat.testing import Simulator
    >>> def warns(event: webchat.MessageReceived) -> bool:
    ...     return event.messages[-1].type == "IdleAlert"
    >>> with Simulator() as sim, webchat.Chat(sim.config()) as chat:
    ...     _ = chat.start_chat(nickname="Jo")
    ...     _ = sim.clock.advance(255)  # after so many seconds the server warns of closing an idle chat
    ...     chat.wait_for("messageReceived", check=warns, timeout=20).messages[-1].text
    'This chat will be closed soon unless you write something.'

    The clocks of customers stand where they were. So the server counts them as having gone on asking meanwhile, and drops none for
    silence (:meth:`ServerChat.expire_customer` has it do that), and what they do by their own clocks comes when these say so: polls, the end
    of typing, a start that is given up. Faults and outages take the time that they take.
    """

    def __init__(self, control: Control) -> None:
        self._control = control

    def time(self) -> float:
        """What it shows, in seconds since 1970, UTC."""
        return float(self._control.ask("GET", "/clock")["utcTime"]) / 1000

    def advance(self, seconds: float) -> float:
        """Moves it forward, by a year at most, and returns what it shows then. All that is due by then has happened, in order: warnings of idle
        control and the end of a chat, the script's agents and answers, polls that are held until there is news."""
        moved = self._control.post("/clock", advanceMs=round(seconds * 1000))
        return float(moved["utcTime"]) / 1000
