"""For tests of programs that chat: a simulated Genesys server, driven from the test.

>>> from webchat.testing import Simulator
>>> import webchat
>>> with Simulator() as sim, webchat.Chat(sim.config()) as chat:
...     _ = chat.start_chat(nickname="Jo")
...     kim = sim.chat("Jo").agent("Kim")
...     sim.faults.drop("send", effect=True)  # it arrives, and its answer is lost
...     _ = chat.send_message("is anybody there?")
...     sim.chat("Jo").wait_for_text("is anybody there?").nickname
'Jo'

The program comes with ``pip install libwebchat[testing]``; :func:`find_simulator` says where it is looked for. Under pytest there are fixtures besides
(``pytest --fixtures``): ``webchat_simulator``, ``webchat_config``, ``chat`` and ``aio_chat``.
"""

from __future__ import annotations

from ._chat import ChatWaits, Participant, ServerChat
from ._clock import Clock
from ._faults import Faults, Which
from ._program import SimulatorError, SimulatorNotFoundError, find_simulator
from ._records import BackEnd, ChatEvent, ChatState, Member, Operation, Request
from ._simulator import BACK_ENDS, Simulator, SimulatorWaits

__all__ = [
    "BACK_ENDS",
    "BackEnd",
    "ChatEvent",
    "ChatState",
    "ChatWaits",
    "Clock",
    "Faults",
    "Member",
    "Operation",
    "Participant",
    "Request",
    "ServerChat",
    "Simulator",
    "SimulatorError",
    "SimulatorNotFoundError",
    "SimulatorWaits",
    "Which",
    "find_simulator",
]
