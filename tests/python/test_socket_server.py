"""Web Messaging with a WebSocket server by others, which does what the protocol of sockets allows."""

from __future__ import annotations

import asyncio

import pytest
import webchat
import webchat.aio
from conftest import SECONDS

pytest.importorskip("aiohttp", reason="aiohttp is missing")

from socket_server import SocketServer

FRAMES = ["fragments 2", "fragments 9", "pings 3", "binary", "large 125", "large 126", "large 65536", "large 2000000"]
ENDS = ["close 1000", "close 1001", "close 1008", "close 1011", "close 1012", "close 4999", "abrupt", "half"]


@pytest.mark.parametrize("orders", [FRAMES, ENDS], ids=["frames", "ends"])
async def test_nothing_is_lost_and_nothing_comes_twice(orders: list[str]) -> None:
    async with SocketServer().listening() as server, webchat.aio.Chat(server.options()) as chat:
        heard: list[str] = []
        news = asyncio.Event()

        def take(event: webchat.MessageReceived) -> None:
            heard.extend(message.text for message in event.messages if message.text)
            news.set()

        async def until_heard(text: str) -> None:
            while text not in heard:
                news.clear()
                await asyncio.wait_for(news.wait(), SECONDS)

        chat.on("messageReceived", take)
        await chat.start_chat(nickname="Jo")
        for number, order in enumerate([*orders, "the end"], 2):
            await chat.send_message(order)
            await until_heard(f"connection {number}" if order in ENDS else f"after {order}")
        assert heard == [message["text"] for message in server.messages]
        assert server.connections == 1 + sum(order in ENDS for order in orders)
