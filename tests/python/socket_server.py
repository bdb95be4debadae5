"""A small Web Messaging server on a WebSocket server by others, aiohttp's, whose customers order it about by what they say.

What the customer says is echoed; an order is carried out, and the agent then says "after" and the order. ``fragments N`` is an answer in N
fragments with pings between, ``pings N`` pings that are awaited, ``large N`` an answer of N bytes, ``binary`` a frame that means nothing;
``close N``, ``abrupt`` and ``half`` are ends of the connection: what the agent says then, "before" and the order, is in the history alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import time
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Any

from aiohttp import WSMsgType, web

TEXT, CONTINUATION, PING, FINAL = 1, 0, 9, 0x80


def frame(code: int, data: bytes) -> bytes:
    """A frame as it is on the wire, of a server: without a mask."""
    if len(data) < 126:
        return struct.pack("!BB", code, len(data)) + data
    if len(data) < 1 << 16:
        return struct.pack("!BBH", code, 126, len(data)) + data
    return struct.pack("!BBQ", code, 127, len(data)) + data


def envelope(kind: str, body: Any, tracing_id: str | None = None) -> str:
    return json.dumps({"type": "response", "class": kind, "code": 200, "body": body, "tracingId": tracing_id})


class SocketServer:
    """The server, and the one conversation that it holds."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.connections = 0
        self.base = ""

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[SocketServer]:
        app = web.Application()
        app.router.add_get("/webdeployments/v1/deployments/any/config.json", self.config)
        app.router.add_get("/api/v2/webmessaging/messages", self.history)
        app.router.add_get("/v1", self.converse)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        try:
            yield self
        finally:
            await runner.cleanup()

    def options(self) -> dict[str, Any]:
        """A chat here. The server has no limits."""
        limits = {"messagesPerSecond": 0, "requestsPerMinute": 0, "historiesPerMinute": 0}
        addresses = {"socketURL": self.base.replace("http", "ws", 1), "apiURL": self.base, "configURL": self.base}
        transport = {"type": "genesyscloud-webmessaging", "deploymentId": "any", **addresses, "limits": limits}
        return {"transport": transport, "ajaxTimeout": 10_000, "connection": {"proxy": "none"}}

    async def config(self, _: web.Request) -> web.Response:
        conversations = {"enabled": True}
        return web.json_response({"status": "Active", "messenger": {"apps": {"conversations": conversations}}})

    async def history(self, request: web.Request) -> web.Response:
        number, size = int(request.query["pageNumber"]), int(request.query["pageSize"])
        entities = self.messages[::-1][(number - 1) * size : number * size]
        total = len(self.messages)
        page = {"pageSize": size, "pageNumber": number, "total": total, "pageCount": -(-total // size)}
        return web.json_response({"entities": entities, **page})

    def message(self, direction: str, text: str, **more: Any) -> dict[str, Any]:
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        channel = {"time": now, "messageId": str(uuid.uuid4())}
        said = {"id": str(uuid.uuid4()), "type": "Text", "direction": direction, "text": text, "channel": channel, **more}
        self.messages.append(said)
        return said

    async def converse(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False, max_msg_size=0)
        await socket.prepare(request)
        talk = Talk(self, socket, request)
        orders: set[asyncio.Task[None]] = set()
        async for received in socket:
            if received.type is WSMsgType.PING:
                await socket.pong(received.data)
            elif received.type is WSMsgType.PONG:
                talk.pongs.put_nowait(received.data)
            elif received.type is WSMsgType.TEXT:
                # Pongs are read while an order waits for them.
                order = asyncio.create_task(talk.answer(json.loads(received.data)))
                orders.add(order)
                order.add_done_callback(orders.discard)
        await asyncio.gather(*orders, return_exceptions=True)
        return socket


class Talk:
    """What is said over one connection."""

    def __init__(self, server: SocketServer, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.server, self.socket = server, socket
        assert request.transport is not None
        self.transport: Any = request.transport
        self.pongs: asyncio.Queue[bytes] = asyncio.Queue()

    async def answer(self, request: dict[str, Any]) -> None:
        tracing_id = request.get("tracingId")
        if request["action"] == "configureSession":
            self.server.connections += 1
            number = self.server.connections
            body = {"connected": True, "newSession": number == 1}
            await self.socket.send_str(envelope("SessionResponse", body, tracing_id))
            if number > 1:
                await self.say(f"connection {number}")
        elif request["action"] == "getJwt":
            key = {"jwt": "a.b.c", "exp": int(time.time()) + 60}
            await self.socket.send_str(envelope("JwtResponse", key, tracing_id))
        elif request["action"] == "onMessage" and "text" in request["message"]:
            said = request["message"]
            echo = self.server.message("Inbound", said["text"], metadata=said.get("metadata", {}))
            await self.socket.send_str(envelope("StructuredMessage", echo, tracing_id))
            await self.order(said["text"])

    async def say(self, text: str) -> None:
        said = self.server.message("Outbound", text, originatingEntity="Human")
        await self.socket.send_str(envelope("StructuredMessage", said))

    async def order(self, order: str) -> None:
        what, _, words = order.partition(" ")
        count = int(words) if words.isdigit() else 0
        if what in ("close", "abrupt", "half"):
            self.server.message("Outbound", f"before {order}", originatingEntity="Human")
            await self.end(what, count)
            return
        if what == "fragments":
            said = self.server.message("Outbound", "é" * (count * 3), originatingEntity="Human")
            self.fragments(envelope("StructuredMessage", said).encode(), count)
        elif what == "pings":
            for number in range(count):
                await self.socket.ping(str(number).encode())
                # Those of the pings between fragments come first.
                while await self.pongs.get() != str(number).encode():
                    pass
        elif what == "large":
            await self.say("x" * count)
        elif what == "binary":
            await self.socket.send_bytes(b"\x00\xff{")
        await self.say(f"after {order}")

    def fragments(self, data: bytes, count: int) -> None:
        size = -(-len(data) // count)
        for at in range(0, len(data), size):
            is_last = at + size >= len(data)
            code = (CONTINUATION if at else TEXT) | (FINAL if is_last else 0)
            self.transport.write(frame(code, data[at : at + size]))
            if not is_last:
                self.transport.write(frame(PING | FINAL, b"between"))

    async def end(self, how: str, code: int) -> None:
        if how == "close":
            await self.socket.close(code=code)
        elif how == "abrupt":
            self.transport.abort()
        else:
            self.transport.write(b"\x81\x7e\x01\x00{")
            self.transport.close()
