// A customer on the reference CometD client. Arguments: Bayeux URL, channel, transport, perhaps `ack` for the
// acknowledge extension, and perhaps `fallback` to let it choose another transport. It takes orders on its input,
// one JSON object a line (what to publish as data, {"subscribe": true} or {"disconnect": true}), and tells on its
// output, in the same form, what the client reports.

import { createInterface } from "node:readline";
import { adapt } from "cometd-nodejs-client";
import { AckExtension, CometD } from "cometd";

adapt();
const [url, channel, transport, ...more] = process.argv.slice(2);
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const client = new CometD();
for (const type of ["websocket", "long-polling", "callback-polling"]) {
    if (type !== transport && !more.includes("fallback")) {
        client.unregisterTransport(type);
    }
}
if (more.includes("ack")) {
    client.registerExtension("ack", new AckExtension());
}
client.configure({ url, logLevel: "error", backoffIncrement: 20, maxBackoff: 100 });

for (const meta of ["handshake", "connect", "disconnect"]) {
    client.addListener(`/meta/${meta}`, ({ successful, error, clientId, advice }) => {
        tell({ meta, successful, error, clientId, advice });
    });
}
client.addListener(channel, ({ data }) => tell({ data }));

createInterface({ input: process.stdin }).on("line", (line) => {
    const order = JSON.parse(line);
    if (order.subscribe) {
        client.subscribe(channel, () => {}, (reply) => tell({ subscribed: reply.successful }));
    } else if (order.disconnect) {
        client.disconnect((reply) => tell({ disconnected: reply.successful }));
    } else {
        client.publish(channel, order, (reply) => tell({ ack: reply.successful, error: reply.error }));
    }
}).on("close", () => process.exit(0));

client.handshake();
