// What the test orders: requests with a JSON object, or none, as body, answered with JSON. A chat is the latest, or the
// one that the query `chat=ID` names.
//
//     POST /agent/join {nickname?}      an agent enters
//     POST /agent/say {text}            and says something
//     POST /agent/typing {started}      starts or stops typing
//     POST /agent/end                   leaves, and the chat ends
//     GET  /transcript                  {chatId, ended, messages}
//     POST /kill                        cuts all connections
//     POST /trap {operation, effect}    lays a trap for the next such operation of a customer: "lose" cuts all
//                                       connections before it is carried out, "cut" afterwards, "withhold" just
//                                       gives no answer
//     GET  /sprung                      {}, once the latest trap has sprung
//     POST /forget                      ends all Bayeux sessions as if they had expired
//     POST /down, POST /up              stops listening; listens again, on the same port, and knows no session
//     GET  /counts                      {handshakes, cuts, connections}: how many handshakes there were, how often
//                                       connections were cut, and how many

import { once } from "node:events";
import { createServer } from "node:http";

let sprung = null;

const orders = {
    "POST /agent/join": ({ chats, chat }, { nickname = "Sam" }) =>
        chats.act(chat, () => {
            chat.agent = { nickname, participantId: 2, type: "Agent" };
            return chat.tell("ParticipantJoined", chat.agent);
        }),
    "POST /agent/say": ({ chats, chat }, { text }) => chats.act(chat, () => chat.tell("Message", chat.agent, { text })),
    "POST /agent/typing": ({ chats, chat }, { started }) =>
        chats.act(chat, () => chat.tell(started ? "TypingStarted" : "TypingStopped", chat.agent)),
    "POST /agent/end": ({ chats, chat }) =>
        chats.act(chat, () => {
            chat.ended = true;
            return chat.tell("ParticipantLeft", chat.agent);
        }),
    "GET /transcript": ({ chat: { id: chatId, ended, transcript: messages } }) => ({ chatId, ended, messages }),
    "POST /kill": ({ door }) => door.cut(),
    "POST /trap"({ chats }, { operation, effect }) {
        sprung = chats.lay(operation, effect);
    },
    "GET /sprung": () => sprung,
    "POST /forget": ({ door }) => door.forget(),
    "POST /down": ({ door }) => door.close(),
    "POST /up": async ({ door }) => void (await door.open()),
    "GET /counts": ({ door }) => door.counts,
};

// Listens for orders; returns the URL.
export async function control(chats, door) {
    const server = createServer(async (request, response) => {
        const { pathname, searchParams: query } = new URL(request.url, "http://127.0.0.1");
        try {
            const body = (await request.toArray()).join("");
            const order = orders[`${request.method} ${pathname}`];
            const chat = chats.find(query.get("chat"));
            const answer = await order({ chats, chat, door }, JSON.parse(body || "{}"));
            response.end(JSON.stringify(answer ?? {}));
        } catch (error) {
            response.writeHead(400).end(`${request.method} ${pathname}: ${error}`);
        }
    });
    // Otherwise a request can meet the end of an idle connection.
    server.keepAliveTimeout = 0;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${server.address().port}`;
}
