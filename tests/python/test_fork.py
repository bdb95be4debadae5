"""Processes that are forked: the library's threads stay in the parent."""

from __future__ import annotations

import os

import programs
import pytest
from webchat.testing import Simulator

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")

# Later versions of Python warn of every fork beside threads.
QUIET = ("-W", "ignore")

CHILD = """
    def child(work, *arguments):
        "Runs work in a child, which is given a few seconds for it."
        pid = os.fork()
        if pid == 0:
            signal.alarm(20)
            work(*arguments)
            sys.exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def told(call):
        try:
            result = call()
            if asyncio.iscoroutine(result): asyncio.run(result)
        except webchat.UnsupportedError as error:
            return "forked" in str(error)
        return False
"""



def run(program: str, simulator: Simulator) -> str:
    return programs.run(programs.source(CHILD + program, simulator.config()), *QUIET)


def test_a_child_of_a_process_that_has_used_nothing_can_have_chats(simulator: Simulator) -> None:
    program = """
    def fresh():
        with webchat.Chat(CONFIG) as chat:
            print(chat.start_chat(nickname="Jo")["statusCode"], flush=True)
    print(child(fresh), child(fresh))
    """
    assert run(program, simulator) == "0\n0\n0 0\n"


@pytest.mark.parametrize(
    "before",
    [
        "runtime = webchat.Runtime()",
        "chat = webchat.Chat(CONFIG); del chat",
        "chat = webchat.Chat(CONFIG); chat.start_chat(nickname='Jo'); del chat",
        "chat = webchat.Chat(); chat.close()",
    ],
)
def test_a_child_is_told_whatever_its_parent_had(simulator: Simulator, before: str) -> None:
    program = f"""
    {before}
    async def later(): webchat.aio.Chat(CONFIG)
    def work():
        assert told(webchat.Chat) and told(lambda: webchat.Chat(CONFIG)) and told(webchat.Runtime) and told(later)
    print(child(work))
    """
    assert run(program, simulator) == "0\n"


# Every public method, with arguments made from its signature: a new one cannot be forgotten.
EVERY = """
    import functools, inspect

    def values(it):
        return {"file": b"x", "event": "started", "handler": print}.get(it.name, "x")

    def attempts(chat):
        for name, method in inspect.getmembers(type(chat), inspect.isfunction):
            if not name.startswith("_") and name not in ("close", "off"):
                given = [it for it in list(inspect.signature(method).parameters.values())[1:]
                         if it.kind is it.POSITIONAL_OR_KEYWORD and (it.default is it.empty or it.name == "handler")]
                yield name, functools.partial(method, chat, *map(values, given))
        yield "capabilities", lambda: chat.capabilities
"""


def test_in_a_child_every_method_fails_at_once(simulator: Simulator) -> None:
    program = (
        EVERY
        + """
    chat = webchat.Chat(CONFIG)
    events = chat.events()
    chat.start_chat(nickname="Jo")
    def work():
        for name, call in [*attempts(chat), ("next", events.next), ("__next__", lambda: next(events))]:
            assert told(call), name
        chat.off(None), chat.close()
    print(child(work))
    print(chat.send_message("still here")["statusCode"])
    """
    )
    assert run(program, simulator) == "0\n0\n"


def test_in_a_child_every_method_of_asyncio_fails_at_once(simulator: Simulator) -> None:
    program = (
        EVERY
        + """
    async def main():
        chat = webchat.aio.Chat(CONFIG)
        await chat.start_chat(nickname="Jo")
        return chat, chat.events()
    chat, events = asyncio.run(main())
    def work():
        for name, call in [*attempts(chat), ("next", events.next), ("__next__", events.__anext__)]:
            assert told(call), name
        chat.off(None), asyncio.run(chat.close())
    print(child(work))
    """
    )
    assert run(program, simulator) == "0\n"


def test_two_hundred_children_drop_what_they_have_inherited(simulator: Simulator) -> None:
    """While the parent's threads are as busy as they can be, and hold locks now and then."""
    program = """
    chats = [webchat.Chat(CONFIG, runtime=webchat.Runtime(worker_threads=2)) for _ in range(3)] + [webchat.Chat(CONFIG)]
    streams = [chat.events() for chat in chats]
    for chat in chats:
        chat.on(None, lambda event: event.data)
        chat.start_chat(nickname="Jo")
    over = threading.Event()
    def be_busy(chat):
        while not over.is_set():
            chat.get_stats()
            chat.on("error", print)
            chat.off("error", print)
            chat.command("sendTyping")
    threads = [threading.Thread(target=be_busy, args=(chat,)) for chat in chats]
    for thread in threads: thread.start()

    def delete():
        chats.clear(), streams.clear()
        gc.collect()
    def off():
        for chat in chats: chat.off(None)
    def close():
        for chat in chats: chat.close()
    def end(): pass
    print({child((delete, off, close, end)[number % 4]) for number in range(200)})
    over.set()
    for thread in threads: thread.join()
    """
    assert run(program, simulator) == "{0}\n"


def test_processes_of_multiprocessing_are_told(simulator: Simulator) -> None:
    program = """
    import multiprocessing
    chat = webchat.Chat(CONFIG)
    chat.start_chat(nickname="Jo")
    def work(number):
        signal.alarm(20)
        return told(chat.get_agents), told(webchat.Chat)
    with multiprocessing.get_context("fork").Pool(4) as pool:
        print(set(pool.map(work, range(20))))
    """
    assert run(program, simulator) == "{(True, True)}\n"
