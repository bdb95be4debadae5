"""Programs whose threads gevent or eventlet have made greenlets: all of them on one thread, which nobody may keep."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import programs
import pytest
from webchat.testing import Simulator

pytestmark = pytest.mark.skipif(not (find_spec("gevent") and find_spec("eventlet")), reason="gevent or eventlet is missing")

PATCHES = {
    "gevent": "import gevent, gevent.monkey; gevent.monkey.patch_all()",
    "eventlet": "import eventlet; eventlet.monkey_patch()",
}
BEGIN = {
    "gevent": "begin = gevent.spawn; native = gevent.get_hub().threadpool.apply; Timeout = gevent.Timeout",
    "eventlet": "import eventlet.tpool; begin = eventlet.spawn; native = eventlet.tpool.execute; Timeout = eventlet.Timeout",
}


class Program:
    """Runs programs in a world that is patched before or after the library is imported."""

    def __init__(self, library: str, order: str, simulator: Simulator) -> None:
        self.library, self.simulator = library, simulator
        parts = [PATCHES[library], "import webchat, webchat.aio"]
        self.first = "\n".join([*(parts if order == "before" else reversed(parts)), BEGIN[library]])

    def text(self, program: str) -> str:
        return programs.source(program, self.simulator.config(ajaxTimeout=60000), self.first)

    def __call__(self, program: str) -> str:
        # Eventlet warns of itself.
        return programs.run(self.text(program), "-W", "ignore")


@pytest.fixture(params=[(library, order) for library in PATCHES for order in ("before", "after")], ids=" ".join)
def program(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[Program]:
    library, order = request.param
    yield Program(library, order, simulator)


def test_other_greenlets_run_while_a_command_waits(program: Program) -> None:
    text = """
        chat = webchat.Chat()
        agents = begin(chat.get_agents)
        time.sleep(0)
        with chat:
            begin(chat.configure, CONFIG)
            print(chat.start_chat(nickname="Jo")["statusCode"], chat.send_message("Hello")["statusCode"])
    """
    assert program(text) == "0 0\n"
    assert program.simulator.chat().texts() == ["Hello"]


def test_handlers_run_beside_the_greenlets_of_the_program(program: Program) -> None:
    text = """
        seen, ended = queue.Queue(), threading.Event()
        with webchat.Chat(CONFIG) as chat:
            @chat.on("messageReceived")
            def handler(event):
                for message in event.messages:
                    seen.put((message.text, threading.get_native_id() == os.getpid()))
            chat.on("ended", lambda event: ended.set())
            chat.register_pre_processor(lambda message: {**message, "text": message.get("text", "").upper()})
            chat.start_chat(nickname="Jo")
            chat.send_message("hello")
            while (got := seen.get(timeout=20))[0] != "HELLO": pass
            print(got)
            chat.end_chat()
            print(ended.wait(20))
    """
    assert program(text) == "('HELLO', True)\nTrue\n"


def test_events_are_waited_for(program: Program) -> None:
    text = """
        chat = webchat.Chat(CONFIG)
        names = queue.Queue()
        def take():
            for event in chat.events():
                names.put(event.name)
            names.put("end")
        begin(take)
        time.sleep(0)
        print(chat.next_event(20).name, chat.next_event(0.05), chat.next_event(0))
        chat.start_chat(nickname="Jo")
        while names.get(timeout=20) != "started": pass
        chat.close()
        while names.get(timeout=20) != "end": pass
        while True:
            try: chat.next_event()
            except webchat.ClosedError as error:
                print(error)
                break
    """
    assert program(text) == "ready None None\nthe service is closed\n"


def test_a_deadline_ends_the_waiting(program: Program) -> None:
    text = """
        with webchat.Chat() as chat:
            try: chat.get_agents(timeout=0.05)
            except webchat.TimeoutError: print("in time")
    """
    assert program(text) == "in time\n"


def test_what_ends_a_greenlet_cancels_its_command(program: Program) -> None:
    text = """
        with webchat.Chat() as chat:
            try:
                with Timeout(0.05):
                    chat.start_chat(nickname="Jo")
            except Timeout:
                print("given up")
            chat.configure(CONFIG)
            print(chat.verify_session())
    """
    assert program(text) == "given up\nFalse\n"
    assert program.simulator.chats() == []


@pytest.mark.parametrize("call", ["list(chat.events())", "chat.start_chat(nickname='Jo')"])
def test_ctrl_c_ends_the_waiting(program: Program, call: str) -> None:
    program.simulator.faults.latency(60, "requestChat")
    text = f"""
        chat = webchat.Chat(CONFIG)
        try:
            # The signal may come before this returns.
            chat.on("ready", lambda event: print("waiting", flush=True))
            {call}
        except KeyboardInterrupt:
            print(chat.verify_session(), flush=True)
    """
    command = [sys.executable, "-W", "ignore", "-c", program.text(text)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "False\n"
        assert process.wait() == 0


def test_an_interrupt_that_meets_a_handler_is_the_programs(program: Program) -> None:
    text = """
        chat = webchat.Chat()
        chat.on("ready", lambda event: signal.raise_signal(signal.SIGINT))
        begin(chat.configure, CONFIG)
        try:
            while chat.next_event().name: pass
        except KeyboardInterrupt:
            print(chat.verify_session())
    """
    command = [sys.executable, "-W", "ignore", "-c", program.text(text)]
    # Gevent tells of it on stderr, too.
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=40, check=True)
    assert done.stdout == "False\n"


def test_a_hundred_greenlets_have_chats(program: Program) -> None:
    text = """
        got = queue.Queue()
        def one(number):
            with webchat.Chat(CONFIG) as chat:
                events = chat.events()
                chat.start_chat(nickname=f"Jo {number}")
                chat.send_message(f"I am {number}")
                for event in events:
                    for message in event.messages:
                        if message.text == f"I am {number}":
                            got.put((number, message.sender.name))
                            return
        for number in range(100):
            begin(one, number)
        print(sorted(got.get(timeout=30) for _ in range(100)) == [(number, f"Jo {number}") for number in range(100)])
    """
    assert program(text) == "True\n"


def test_a_handler_may_wait_for_commands(program: Program) -> None:
    text = """
        seen = queue.Queue()
        with webchat.Chat(CONFIG) as chat:
            def ask(message):
                try: chat.get_agents()
                except webchat.WrongThreadError: seen.put("refused")
            chat.register_pre_processor(ask)
            @chat.on("started")
            def handler(event):
                seen.put(chat.send_message("in it")["statusCode"])
                # Once the customer has left, the server has nothing more to tell.
                chat.wait_for("messageReceived", check=lambda event: "in it" in [it.text for it in event.messages], timeout=20)
                chat.end_chat()
                seen.put("left")
            chat.on("ended", lambda event: seen.put(len(chat.get_transcript()) > 0))
            chat.start_chat(nickname="Jo")
            got = []
            while True not in got: got.append(seen.get(timeout=20))
            got = [each for each in got if each != "refused"] + ["refused" in got]
            print(*got)
    """
    assert program(text) == "0 left True True\n"
    assert program.simulator.chat().texts() == ["in it"]


def test_the_widget_bus_calls_in_a_greenlet(program: Program) -> None:
    text = """
        with webchat.bus.Bus(CONFIG) as bus:
            demo = bus.registerPlugin("Demo")
            demo.registerCommand("where", lambda e: e.deferred.resolve(threading.get_native_id() == os.getpid()))
            demo.ready()
            print(bus.command("WebChatService.startChat", {"nickname": "Jo"}).result(20)["statusCode"], bus.command("Demo.where").result(20))
    """
    assert program(text) == "0 True\n"


def test_a_blocking_call_in_the_hub_is_refused_before_anything_is_sent(simulator: Simulator) -> None:
    text = """
        seen = queue.Queue()
        with webchat.Chat(CONFIG) as chat:
            chat.start_chat(nickname="Jo")
            def call():
                try: chat.send_message("no")
                except webchat.WrongThreadError as error: seen.put(str(error))
            gevent.get_hub().loop.run_callback(call)
            print(seen.get(timeout=20))
            chat.send_message("yes")
    """
    assert Program("gevent", "before", simulator)(text) == "a blocking call was made in the hub of the greenlets\n"
    assert simulator.chat().texts() == ["yes"]


def test_native_threads_may_use_a_chat(program: Program) -> None:
    text = """
        with webchat.Chat(CONFIG) as chat:
            chat.start_chat(nickname="Jo")
            print(native(lambda: chat.send_message("from a thread"))["statusCode"])
    """
    assert program(text) == "0\n"


def test_the_end_of_the_process_closes_chats(program: Program) -> None:
    text = """
        class Store:
            def load(self): return {}
            def apply(self, changes): print(sorted(changes), flush=True)
        chat = webchat.Chat(CONFIG, store=Store())
        chat.start_chat(nickname="Jo")
    """
    assert "state.session" in program(text)


def test_a_forked_process_is_told(program: Program) -> None:
    """It has the greenlets of its parent as well; what wakes them there says nothing."""
    text = """
        reader, writer = os.pipe()
        seen = queue.Queue()
        chat = webchat.Chat(CONFIG)
        chat.on("messageReceived", seen.put)
        chat.start_chat(nickname="Jo")
        pid = os.fork()
        if pid == 0:
            signal.alarm(20)
            for call in (chat.get_agents, chat.next_event, webchat.Chat):
                try: call()
                except webchat.UnsupportedError: pass
                else: os._exit(1)
            LET_OTHERS_RUN
            os._exit(7)
        chat.send_message("Hello")
        seen.get(timeout=20)
        os.write(writer, b"x")
        print(os.waitpid(pid, 0)[1] >> 8)
    """
    # Eventlet shares the parent's epoll with the child, which then spoils what the parent waits for: its hub must not run there.
    others = "gevent.get_hub().wait(gevent.get_hub().loop.io(reader, 1))" if program.library == "gevent" else ""
    assert program(text.replace("LET_OTHERS_RUN", others)) == "7\n"


def test_a_chat_made_before_the_program_is_patched_goes_on(simulator: Simulator) -> None:
    text = """
        print(chat.get_agents())
        gevent.spawn(chat.send_message, "beside")
        gevent.sleep(0)
        print(chat.send_message("Hello")["statusCode"])
    """
    make = "import webchat\nchat = webchat.Chat({config})\nchat.on('started', print)\nchat.start_chat(nickname='Jo')\n"
    config = simulator.config()
    text = programs.source(text, config, make.format(config=config) + PATCHES["gevent"])
    assert programs.run(text, "-W", "ignore").splitlines()[-2:] == ["Agents({})", "0"]
    assert simulator.chat().texts() == ["beside", "Hello"]


def test_where_threads_are_left_alone_handlers_have_theirs(simulator: Simulator) -> None:
    """Sockets alone are patched: waiting lets other greenlets run, and handlers run on a thread."""
    first = "import gevent, gevent.monkey; gevent.monkey.patch_all(thread=False)\nimport webchat"
    text = """
        threads = []
        chat = webchat.Chat()
        chat.on("ready", lambda event: threads.append(threading.get_native_id()))
        gevent.spawn(chat.configure, CONFIG)
        print(chat.start_chat(nickname="Jo")["statusCode"], threads != [os.getpid()])
        chat.close()
    """
    assert programs.run(programs.source(text, simulator.config(), first)) == "0 True\n"
