// A chat server on a Bayeux server by others: what libwebchat's client is tested against.
//
//     node server.mjs cometd|faye [--acks] [--timeout MS]
//
// `--acks` switches the acknowledge extension on (cometd only), `--timeout` says how long a connect is held. When it
// listens, on free loopback ports, it prints one line {"url", "channel", "control"}: where clients go, the channel of
// the chats, and where the test orders it about (server/control.mjs). It ends with its input.
//
// server/chats.mjs has the chats, server/bayeux.mjs the Bayeux servers, server/door.mjs what listens for clients.

import { parseArgs } from "node:util";
import { servers } from "./server/bayeux.mjs";
import { Chats } from "./server/chats.mjs";
import { control } from "./server/control.mjs";
import { Door } from "./server/door.mjs";

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { acks: { type: "boolean", default: false }, timeout: { type: "string", default: "10000" } },
});
const make = servers[positionals[0]];
if (!make || !Number(values.timeout)) {
    console.error("usage: node server.mjs cometd|faye [--acks] [--timeout MS]");
    process.exit(2);
}

const chats = new Chats((client, channel, data) => door.deliver(client, channel, data), () => door.cut());
const options = { acks: values.acks, timeout: Number(values.timeout) };
const receive = (client, channel, data) => chats.receive(client, channel, data);
const door = new Door((met) => make(options, receive, met));

const url = await door.open();
const orders = await control(chats, door);
console.log(JSON.stringify({ url, channel: "/service/chatV2/support", control: orders }));
process.stdin.on("close", () => process.exit(0)).resume();
