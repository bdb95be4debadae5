"""The fixtures that the library gives to pytest."""

from __future__ import annotations

import pytest
from webchat.testing import BACK_ENDS

BOT = """
    import webchat

    def run(config):
        with webchat.Chat(config) as chat:
            events = chat.events()
            chat.start_chat(nickname="Bot")
            for event in events:
                if event.name == "agentConnected":
                    chat.send_message("How can I help?")
                if event.name == "ended":
                    break
"""

TEST_OF_THE_BOT = """
    import threading
    from bot import run

    def test_the_bot_greets(webchat_simulator):
        bot = threading.Thread(target=run, args=[webchat_simulator.config()])
        bot.start()
        agent = webchat_simulator.chat("Bot").agent("Kim")
        agent.chat.wait_for_text("How can I help?")
        agent.end_chat()
        bot.join(10)
        assert not bot.is_alive()
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Runs the tests there with this library's plugin and none of others."""
    return pytester.runpytest("-p", "no:asyncio", "-p", "no:anyio", "-p", "no:cacheprovider", *arguments)


def test_ten_lines_test_a_bot(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(bot=BOT, test_bot=TEST_OF_THE_BOT)
    run(pytester).assert_outcomes(passed=1)


def test_markers_and_parameters_choose_back_ends(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.webchat_back_ends
        def test_all(chat, webchat_simulator):
            chat.start_chat(nickname="Jo")
            print("\\nspoken:", webchat_simulator.chat().state().back_end)

        @pytest.mark.webchat_back_ends("gms-rest", "nexus-rest")
        def test_some(webchat_config):
            pass

        @pytest.mark.parametrize("webchat_config", ["gms-cometd"], indirect=True)
        def test_one(webchat_config):
            assert "cometD" in webchat_config

        @pytest.mark.webchat_simulator("nexus-rest", script="echo")
        def test_server(webchat_simulator, chat):
            chat.start_chat(nickname="Jo")
            webchat_simulator.chat().wait_for(lambda event: event.kind == "Agent")
            assert webchat_simulator.back_ends == ("nexus-rest",)
        """
    )
    result = run(pytester, "-s", "--strict-markers")
    result.assert_outcomes(passed=4 + 2 + 1 + 1)
    result.stdout.fnmatch_lines([f"*spoken: {name}" for name in BACK_ENDS])


def test_mistakes_with_markers_are_named(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.webchat_back_ends("pigeon")
        def test_unknown(webchat_config):
            pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no back end 'pigeon'; they are gms-rest, *"])
    pytester.makepyfile("import pytest\n@pytest.mark.webchat_back_ends\ndef test_unused(): pass")
    result = run(pytester)
    result.stdout.fnmatch_lines(["*test_unused has the marker webchat_back_ends, and uses neither webchat_config nor a chat*"])


ASYNC = """
    import asyncio
    import pytest
    import webchat.aio

    {marker}
    async def test_later(aio_chat, webchat_simulator):
        assert isinstance(aio_chat, webchat.aio.Chat)
        with pytest.raises(AttributeError, match="pigeon"):
            aio_chat.pigeon
        heard = asyncio.Queue()
        aio_chat.on("messageReceived", heard.put_nowait)
        await aio_chat.start_chat(nickname="Jo")
        webchat_simulator.chat().agent("Kim").say("hello")
        await heard.get()
        await aio_chat.send_message("hi")
        await webchat_simulator.chat().aio.wait_for_text("hi")

    {marker}
    async def test_unused(aio_chat):
        pass

    {marker}
    async def test_left(aio_chat):
        async with aio_chat:
            await aio_chat.start_chat(nickname="Jo")

    def test_in_a_loop_of_its_own(aio_chat):
        with pytest.raises(RuntimeError, match="no running event loop"):
            aio_chat.on("ended", print)

        async def hold_a_chat():
            await aio_chat.start_chat(nickname="Jo")

        asyncio.run(hold_a_chat())
"""

RUNNER = """
    import asyncio, inspect, pytest

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(pyfuncitem):
        if inspect.iscoroutinefunction(pyfuncitem.obj):
            asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}))
            return True
"""

ANYIO = """
    import pytest

    @pytest.fixture
    def anyio_backend():
        return "asyncio"
"""


@pytest.mark.parametrize(
    ("marker", "conftest", "options"),
    [
        pytest.param("@pytest.mark.asyncio", "", "-p no:anyio -o asyncio_default_fixture_loop_scope=function", id="pytest-asyncio"),
        pytest.param("@pytest.mark.anyio", ANYIO, "-p no:asyncio", id="anyio"),
        pytest.param("", RUNNER, "-p no:asyncio -p no:anyio", id="none"),
    ],
)
def test_chats_for_asyncio_need_no_plugin_and_work_with_each(
    pytester: pytest.Pytester, marker: str, conftest: str, options: str
) -> None:
    pytester.makepyfile(ASYNC.format(marker=marker))
    pytester.makeconftest(conftest)
    result = pytester.runpytest("-p", "no:cacheprovider", "-W", "error", *options.split())
    result.assert_outcomes(passed=4)


def test_a_failing_test_shows_what_happened(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_fails(chat, webchat_simulator):
            chat.start_chat(nickname="Jo")
            webchat_simulator.faults.drop("send", effect=True)
            chat.send_message("is anybody there?")
            assert not webchat_simulator.chat().texts()

        def test_passes(chat):
            chat.start_chat(nickname="Al")

        def test_server_dies(webchat_simulator):
            import os, signal
            os.kill(webchat_simulator.pid, signal.SIGKILL)
            assert False

        def test_without_chats():
            assert False
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=3, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ test_fails _*",
            "*- chat 1: events -*",
            "*  ready",
            "*  started*",
            "*  messageReceived  Jo: 'is anybody there?'",
            "*- simulated server -*",
            "chat * of Jo, gms-rest, running",
            "*Jo (Client)  Message: 'is anybody there?'",
            "* requests",
            "*POST send -> no answer, fault drop",
            "*_ test_server_dies _*",
            "*- simulated server -*",
            "the simulator has ended by signal 9",
            "*_ test_without_chats _*",
        ]
    )
    assert "of Al" not in result.stdout.str()
    assert result.stdout.str().count("- simulated server -") == 2


def test_who_does_not_use_it_does_not_load_the_library(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing_is_loaded():
            assert "pytest_webchat" in sys.modules
            assert not {name for name in sys.modules if name.split(".")[0] == "webchat"}
            assert False
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E  *assert False"])
    result.stdout.no_fnmatch_line("*simulated server*")
