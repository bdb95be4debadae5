"""The simulated server, which the program that has started this one runs: asked for by lines, since its control API costs it more."""

from __future__ import annotations

import sys


def say(messages: int) -> None:
    """Has an agent say so many messages in the chat that was started last."""
    print(f"@say {messages}", flush=True)
    assert sys.stdin.readline() == "done\n"
