"""What importing the module brings: nothing that a program may do without."""

from __future__ import annotations

import programs

ENOUGH = "import atexit, functools, os, threading, time, typing, weakref"
"""What the module is made with."""


def modules(program: str) -> set[str]:
    return set(programs.run(f"{program}\nimport sys\nprint(*sys.modules)").split())


def test_the_module_is_imported_by_itself() -> None:
    found = modules("import webchat") - modules(ENOUGH)
    assert {name for name in found if name.partition(".")[0] not in ("webchat", "__future__")} == set()
    later = ("aio", "bus", "cli", "testing", "_loops", "_nowait", "_pattern", "_types")
    assert found.isdisjoint(f"webchat.{name}" for name in later)


def test_the_loop_of_a_chat_brings_asyncio() -> None:
    assert {"asyncio", "webchat.aio"} <= modules("import webchat; webchat.aio")
