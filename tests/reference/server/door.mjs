// What listens for clients: an HTTP server with a Bayeux server behind it, whose connections can be cut and which can
// go down and come up again in the same place.

import { once } from "node:events";
import { createServer } from "node:http";
import { path } from "./bayeux.mjs";

export class Door {
    // Handshakes that succeeded; how often connections have been cut, and how many.
    counts = { handshakes: 0, cuts: 0, connections: 0 };
    #make;
    #port = 0;
    #http = null;
    #bayeux = null;
    #connections = new Set();

    // `make(met)` makes a Bayeux server, which calls `met` for each handshake.
    constructor(make) {
        this.#make = make;
    }

    // Listens, in the same place as before, with a Bayeux server that knows nobody. Returns the URL.
    async open() {
        this.#bayeux = this.#make(() => (this.counts.handshakes += 1));
        // Connections end when the tests say so.
        this.#http = createServer({ keepAliveTimeout: 0 });
        this.#bayeux.attach(this.#http);
        this.#http.on("connection", (connection) => {
            this.#connections.add(connection);
            connection.on("error", () => {}).on("close", () => this.#connections.delete(connection));
        });
        this.#http.listen(this.#port, "127.0.0.1");
        await once(this.#http, "listening");
        this.#port = this.#http.address().port;
        return `http://127.0.0.1:${this.#port}${path}`;
    }

    // Goes down. Settled when nothing listens any more.
    async close() {
        const closed = once(this.#http.close(), "close");
        this.cut();
        this.#bayeux.close();
        await closed;
    }

    // Cuts all connections.
    cut() {
        this.counts.cuts += 1;
        this.counts.connections += this.#connections.size;
        this.#connections.forEach((connection) => connection.destroy());
    }

    forget() {
        this.#bayeux.forget();
    }

    deliver(client, channel, data) {
        this.#bayeux.deliver(client, channel, data);
    }
}
