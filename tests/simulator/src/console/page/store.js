// What the page knows: it follows the simulator's events, and tells its parts what has changed.

import { entries, listen } from "./api.js";

const MOST_REQUESTS = 400;

/** Chats by their ids, oldest first; entries by chat, then by index, of chats that have been looked at. */
export const store = {
  server: null,
  chats: new Map(),
  entries: new Map(),
  /** How many messages of each chat's customer have not been seen. */
  unread: new Map(),
  requests: new Map(),
  chosen: null,
  up: false,
  ready: false,
};

const listeners = new Map();

/** Calls a function whenever something of these names has changed. */
export function on(names, call) {
  for (const name of names.split(" ")) {
    if (!listeners.has(name)) listeners.set(name, []);
    listeners.get(name).push(call);
  }
}

/** Tells that something has changed. */
export function tell(name, about) {
  for (const call of listeners.get(name) ?? []) call(about);
}

/** The chat that is shown. */
export const chosen = () => store.chats.get(store.chosen);

/** Who is there besides the customer. */
export const others = chat => chat.participants.filter(one => one.present && one.kind !== "Client");

/** Nobody has come to the customer yet. */
export const waits = chat => !chat.ended && others(chat).length === 0;

/** Shows a chat, and fetches what was said in it. */
export async function choose(id) {
  const before = store.chosen;
  store.chosen = id;
  store.unread.delete(id);
  if (id !== null && !store.entries.has(id)) store.entries.set(id, new Map());
  tell("chosen");
  for (const one of [before, id]) tell("chats", one);
  if (id !== null) await fetchEntries(id);
}

async function fetchEntries(id) {
  const known = store.entries.get(id);
  let next = 1;
  while (known.has(next)) next += 1;
  const run = store.server?.run;
  const missing = await entries(id, next - 1);
  if (run !== store.server?.run || store.entries.get(id) !== known) return;
  for (const entry of missing) known.set(entry.index, entry);
  if (id === store.chosen) tell("entries");
}

const OF_CUSTOMERS = new Set(["Message", "FileUploaded", "PushUrl", "CustomNotice"]);

// What has been heard of since the connection was made.
let heard = new Set();

const hear = {
  open() {
    heard = new Set();
    store.ready = false;
  },

  server(server) {
    if (store.server && store.server.run !== server.run) {
      for (const id of [...store.chats.keys()]) hear.gone({ chat: id });
      store.requests.clear();
      tell("requests");
    }
    store.server = server;
    tell("server");
  },

  chat(chat) {
    heard.add(chat.id);
    store.chats.set(chat.id, chat);
    tell("chats", chat.id);
    if (chat.id === store.chosen) tell("chat");
  },

  gone({ chat }) {
    for (const part of ["chats", "entries", "unread"]) store[part].delete(chat);
    if (chat === store.chosen) choose(null);
    tell("chats", chat);
  },

  entry({ chat, entry }) {
    store.entries.get(chat)?.set(entry.index, entry);
    const looksAt = chat === store.chosen && !document.hidden;
    if (entry.from.kind === "Client" && OF_CUSTOMERS.has(entry.type) && !looksAt) {
      store.unread.set(chat, (store.unread.get(chat) ?? 0) + 1);
    }
    if (chat === store.chosen) tell("entries");
    tell("chats", chat);
  },

  request(request) {
    store.requests.set(request.number, request);
    if (store.requests.size > MOST_REQUESTS) store.requests.delete(store.requests.keys().next().value);
    tell("request", request);
  },

  "log-cleared"() {
    store.requests.clear();
    tell("requests");
  },

  ready() {
    store.ready = true;
    for (const id of [...store.chats.keys()]) if (!heard.has(id)) hear.gone({ chat: id });
    if (store.chosen !== null) fetchEntries(store.chosen).catch(() => {});
  },
};

/** Begins to follow the simulator. */
export function follow() {
  const link = up => { store.up = up; tell("link"); };
  listen((name, data) => hear[name](data), link);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && store.unread.delete(store.chosen)) tell("chats", store.chosen);
  });
}
