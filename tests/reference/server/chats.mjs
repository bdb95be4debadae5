// Chats as GMS v2 has them over CometD: operations and what they are answered with, transcripts, who is told what.
// It knows nothing of Bayeux but that clients have ids.

import { randomBytes } from "node:crypto";

// Codes of refusals.
const NO_NAME = 161;
const NO_SESSION = 404;
const NO_OPERATION = 400;

// What each operation does to a chat; the entries of the transcript to answer with.
const operations = {
    requestNotifications: (chat, { transcriptPosition }) => chat.since(Number(transcriptPosition) || 1),
    refresh: (chat, { transcriptPosition }) => chat.since(Number(transcriptPosition)),
    sendMessage: (chat, { message, messageType, eventAttributes }) =>
        chat.tell("Message", chat.customer, { text: message, messageType, eventAttributes }),
    startTyping: (chat, { message }) => chat.tell("TypingStarted", chat.customer, { text: message || undefined }),
    stopTyping: (chat, { message }) => chat.tell("TypingStopped", chat.customer, { text: message || undefined }),
    customNotice: (chat, { message, eventAttributes }) =>
        chat.tell("CustomNotice", chat.customer, { text: message, eventAttributes }),
    pushUrl: (chat, { pushUrl }) => chat.tell("PushUrl", chat.customer, { text: pushUrl }),
    updateNickname(chat, { nickname }) {
        chat.customer = { ...chat.customer, nickname };
        return chat.tell("NicknameUpdated", chat.customer);
    },
    updateData(chat, { userData }) {
        Object.assign(chat.userData, userData);
        return [];
    },
    readReceipt: () => [],
    disconnect(chat) {
        chat.ended = true;
        return chat.tell("ParticipantLeft", chat.customer);
    },
};

// Operations whose client is told the news of the chat from then on.
const follows = new Set(["requestChat", "requestNotifications"]);

export class Chat {
    ended = false;
    agent = null;
    // The client that is told the news, and on which channel.
    follower = null;
    transcript = [];

    constructor(nickname, userData) {
        this.id = randomBytes(8).toString("hex");
        this.userId = randomBytes(8).toString("hex");
        // Base64 with every character that needs care.
        this.secureKey = `+/${randomBytes(40).toString("base64")}=`;
        this.userData = { ...userData };
        this.customer = { nickname, participantId: 1, type: "Client" };
        this.tell("ParticipantJoined", this.customer);
    }

    // Adds an entry to the transcript, and returns it as a list.
    tell(type, from, more) {
        const entry = { from, index: this.transcript.length + 1, type, utcTime: Date.now(), ...more };
        this.transcript.push(entry);
        return [entry];
    }

    // The entries from a position on; -1 stands for the last one alone.
    since(position) {
        return position < 0 ? this.transcript.slice(-1) : this.transcript.filter(({ index }) => index >= position);
    }

    response(messages) {
        const { id: chatId, userId, ended: chatEnded } = this;
        const nextPosition = this.transcript.length + 1;
        return { statusCode: 0, chatId, alias: "117", userId, chatEnded, nextPosition, messages };
    }
}

export class Chats {
    #chats = [];
    #trap = null;
    #deliver;
    #cut;

    // `deliver(client, channel, data)` brings data to one client, `cut()` cuts all connections.
    constructor(deliver, cut) {
        this.#deliver = deliver;
        this.#cut = cut;
    }

    // The chat with this id, or the latest.
    find(id) {
        return id ? this.#chats.find((chat) => chat.id === id) : this.#chats.at(-1);
    }

    // Carries out what a client has published.
    receive(client, channel, data) {
        const trap = this.#trap?.operation === data.operation ? this.#trap.effect : null;
        if (trap) {
            this.#trap.spring();
            this.#trap = null;
        }
        if (trap === "lose") {
            this.#cut();
            return;
        }
        const answer = this.#perform(client, channel, data);
        if (trap === "cut") {
            this.#cut();
        }
        if (trap !== "withhold") {
            this.#deliver(client, channel, answer);
        }
    }

    // Lays a trap for the next such operation: "lose" cuts the connections before it is carried out, "cut" afterwards,
    // "withhold" just gives no answer. Returns what is settled when the trap has sprung.
    lay(operation, effect) {
        return new Promise((spring) => (this.#trap = { operation, effect, spring }));
    }

    // Something that an agent does: `act` changes the chat and returns what is new.
    act(chat, act) {
        this.#push(chat, act(chat));
    }

    #perform(client, channel, data) {
        const { operation } = data;
        const starts = operation === "requestChat";
        if (starts && !nameOf(data)) {
            return refusal(NO_NAME, true);
        }
        const chat = starts ? this.#start(data) : this.#chats.find(({ secureKey }) => secureKey === data.secureKey);
        if (!chat || chat.ended) {
            return refusal(NO_SESSION, true);
        }
        if (!starts && !Object.hasOwn(operations, operation)) {
            return refusal(NO_OPERATION, false);
        }
        if (follows.has(operation)) {
            chat.follower = { client, channel };
        }
        const before = chat.transcript.length;
        const messages = starts ? chat.since(1) : operations[operation](chat, data);
        if (chat.transcript.length > before && chat.follower?.client !== client) {
            this.#push(chat, messages);
        }
        const response = chat.response(messages);
        return follows.has(operation) ? { ...response, secureKey: chat.secureKey } : response;
    }

    #start(data) {
        const chat = new Chat(nameOf(data), data.userData);
        this.#chats.push(chat);
        return chat;
    }

    #push(chat, messages) {
        if (chat.follower) {
            this.#deliver(chat.follower.client, chat.follower.channel, chat.response(messages));
        }
    }
}

// An empty member counts as absent.
function nameOf({ nickname, firstName, lastName }) {
    return nickname || (firstName && lastName && `${firstName} ${lastName}`) || null;
}

function refusal(code, chatEnded) {
    return { statusCode: 2, chatEnded, messages: [], errors: [{ code }] };
}
