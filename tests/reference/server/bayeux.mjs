// The Bayeux servers by others, all in one form: `attach(http)` lets it serve an HTTP server, `deliver(client, channel,
// data)` brings data to one client if it is known, `forget()` ends all sessions as if they had expired, `close()` stops
// its timers. What clients publish on service channels goes to `receive(client, channel, data)`; `met()` is called for
// each handshake.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { createCometDServer } = require("cometd-nodejs-server");
const { AcknowledgedMessagesExtension } = require("cometd-nodejs-server/ack-extension");
const faye = require("faye");

// Where GMS has it.
export const path = "/genesys/cometd";

// The server of the CometD project: long-polling only.
function cometd({ acks, timeout }, receive, met) {
    const server = createCometDServer({ timeout });
    if (acks) {
        server.addExtension(new AcknowledgedMessagesExtension());
    }
    const sessions = new Set();
    server.addListener("sessionAdded", (session) => {
        sessions.add(session);
        met();
    });
    server.addListener("sessionRemoved", (session) => sessions.delete(session));
    server.createServerChannel("/service/**").addListener("message", (session, _, { channel, data }, done) => {
        receive(session.id, channel, data);
        done();
    });
    return {
        attach: (http) => http.on("request", server.handle),
        deliver: (client, channel, data) => server.getServerSession(client)?.deliver(null, channel, data),
        forget() {
            for (const session of [...sessions]) {
                // What its sweeper does, and then what it does with the connect of a client that leaves.
                server._removeServerSession(session, true);
                session._flush();
            }
        },
        close: () => server.close(),
    };
}

// Faye: long-polling and WebSocket. It has no service channels: an extension takes what is published on them, and each
// client is subscribed to a channel of its own, by which the answers reach it under their own name.
function fayeServer({ timeout }, receive, met) {
    const adapter = new faye.NodeAdapter({ mount: path, timeout: timeout / 1000 });
    const engine = adapter._server._engine;
    const inbox = (client) => `/inbox/${client}`;
    const clients = new Set();
    adapter.on("handshake", (client) => {
        clients.add(client);
        engine.subscribe(client, inbox(client));
        met();
    });
    adapter.on("disconnect", (client) => clients.delete(client));
    adapter.addExtension({
        incoming(message, pass) {
            if (message.channel.startsWith("/service/")) {
                receive(message.clientId, message.channel, message.data);
            }
            pass(message);
        },
    });
    return {
        attach: (http) => adapter.attach(http),
        deliver: (client, channel, data) => engine._engine.publish({ channel, data }, [inbox(client)]),
        forget: () => [...clients].forEach((client) => engine.destroyClient(client)),
        close: () => adapter.close(),
    };
}

export const servers = { cometd, faye: fayeServer };
