// A small Web Messaging server on a WebSocket server by others (`ws`): what libwebchat's client is tested against.
//
//     node socket.mjs
//
// When it listens, on a free loopback port, it prints one line {"base"}. It ends with its input. There is one conversation. What the
// customer says is echoed; if it is an order, an agent answers as ordered, and says "after" and the order when that is done:
//
//     fragments N    an answer in N fragments, with pings between
//     pings N        N pings, whose pongs it waits for
//     large N        an answer of N bytes
//     binary         a binary frame, which means nothing
//     close N        a close frame with this code; without N with none
//     abrupt         the end of the connection, without a close frame
//     half           the first half of a frame, and the end of the connection
//
// What the agent says before an end, "before" and the order, is in the history alone.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const messages = [];
let configured = 0;

const server = createServer((request, response) => {
    const url = new URL(request.url, "http://any");
    const json = (body) => response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (url.pathname.endsWith("/config.json")) {
        json({ status: "Active", messenger: { apps: { conversations: { enabled: true } } } });
    } else if (url.pathname === "/api/v2/webmessaging/messages") {
        const [number, size] = ["pageNumber", "pageSize"].map((name) => Number(url.searchParams.get(name)));
        const entities = messages.toReversed().slice((number - 1) * size, number * size);
        const pageCount = Math.ceil(messages.length / size);
        json({ entities, pageSize: size, pageNumber: number, total: messages.length, pageCount });
    } else {
        response.writeHead(404).end();
    }
});

const frame = (kind, body, tracingId) => JSON.stringify({ type: "response", class: kind, code: 200, body, tracingId });

function message(direction, text, more = {}) {
    const channel = { time: new Date().toISOString(), messageId: randomUUID() };
    const said = { id: randomUUID(), type: "Text", direction, text, channel, ...more };
    messages.push(said);
    return said;
}

function say(socket, text) {
    socket.send(frame("StructuredMessage", message("Outbound", text, { originatingEntity: "Human" })));
}

// A text in fragments, with a ping between each and the next.
function fragments(socket, text, count) {
    const size = Math.ceil(text.length / count);
    for (let at = 0; at < text.length; at += size) {
        socket.send(text.slice(at, at + size), { fin: at + size >= text.length });
        if (at + size < text.length) socket.ping("between");
    }
}

async function pings(socket, count) {
    for (let number = 0; number < count; number += 1) {
        socket.ping(String(number));
        const [data] = await once(socket, "pong");
        if (data.toString() !== String(number)) throw new Error(`${data} is no answer to ${number}`);
    }
}

const breaks = {
    close: (socket, code) => (code ? socket.close(code) : socket.close()),
    abrupt: (socket) => socket._socket.resetAndDestroy(),
    half: (socket) => socket._socket.end(Buffer.from([0x81, 0x7e, 0x01, 0x00, 0x7b])),
};

async function order(socket, text) {
    const [what, count] = [text.split(" ")[0], Number(text.split(" ")[1])];
    if (breaks[what]) {
        message("Outbound", `before ${text}`, { originatingEntity: "Human" });
        return breaks[what](socket, count);
    }
    if (what === "fragments") {
        const said = message("Outbound", "é".repeat(count * 3), { originatingEntity: "Human" });
        fragments(socket, frame("StructuredMessage", said), count);
    } else if (what === "pings") {
        await pings(socket, count);
    } else if (what === "large") {
        say(socket, "x".repeat(count));
    } else if (what === "binary") {
        socket.send(Buffer.from([0, 255, 123]), { binary: true });
    }
    say(socket, `after ${text}`);
}

const answers = {
    configureSession(socket, { tracingId }) {
        configured += 1;
        socket.send(frame("SessionResponse", { connected: true, newSession: configured === 1 }, tracingId));
        if (configured > 1) say(socket, `connection ${configured}`);
    },
    async onMessage(socket, { tracingId, message: { text, metadata } }) {
        socket.send(frame("StructuredMessage", message("Inbound", text, { metadata }), tracingId));
        if (text) await order(socket, text);
    },
    getJwt(socket, { tracingId }) {
        socket.send(frame("JwtResponse", { jwt: "a.b.c", exp: Math.floor(Date.now() / 1000) + 60 }, tracingId));
    },
};

new WebSocketServer({ server, path: "/v1" }).on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("message", (data) => {
        const request = JSON.parse(data);
        answers[request.action]?.(socket, request);
    });
});

server.listen(0, "127.0.0.1");
await once(server, "listening");
console.log(JSON.stringify({ base: `http://127.0.0.1:${server.address().port}` }));
process.stdin.on("close", () => process.exit(0)).resume();
