// The list of chats: those that wait first.

import { byId, clock, el, oncePerFrame } from "./dom.js";
import { choose, on, others, store, waits } from "./store.js";

const MOST_ENDED = 50;

const groups = [
  { title: "Waiting", holds: waits },
  { title: "Answered", holds: chat => !chat.ended && !waits(chat) },
  { title: "Ended", holds: chat => chat.ended },
].map(group => ({ ...group, head: el("h2"), list: el("ul", { ariaLabel: group.title }) }));

const items = new Map();

function item(chat) {
  const parts = { name: el("strong"), badge: el("span", { className: "badge" }), api: el("span", { className: "api" }), state: el("span", { className: "state" }) };
  const press = el("button", { type: "button", data: { chat: chat.id }, on: { click: () => open(chat.id) } },
    el("span", { className: "line" }, parts.name, parts.badge), el("span", { className: "line" }, parts.state, parts.api));
  return { ...parts, press, row: el("li", {}, press) };
}

/** Shows a chat, on a phone as well, and lets the person write. */
export function open(id) {
  document.body.dataset.view = "chat";
  choose(id).catch(() => {});
  const field = byId("text");
  if (!field.disabled) field.focus();
  else byId("actions").querySelector("button:not([disabled])")?.focus();
}

function stateOf(chat) {
  const since = clock(chat.startedUtcMs);
  if (chat.ended) return `ended (${chat.ended}), from ${since}`;
  const here = others(chat).map(one => one.nickname).join(", ");
  const typing = chat.participants[0]?.typing ? "types… " : "";
  return here ? `${typing}with ${here}` : `${typing}waits since ${since}`;
}

function show({ press, name, badge, api, state }, chat) {
  const unread = store.unread.get(chat.id) ?? 0;
  name.textContent = chat.nickname || "(no name)";
  badge.textContent = unread || "";
  badge.ariaLabel = unread ? `${unread} not seen` : null;
  api.textContent = chat.api;
  state.textContent = stateOf(chat);
  press.ariaCurrent = String(chat.id === store.chosen);
}

function fill({ title, holds, head, list }, chats) {
  const all = chats.filter(holds);
  const shown = holds === groups[2].holds ? all.slice(-MOST_ENDED).reverse() : all;
  head.textContent = `${title} (${all.length})`;
  head.hidden = list.hidden = all.length === 0;
  const rows = shown.map(chat => items.get(chat.id).row);
  const same = rows.length === list.children.length && rows.every((row, at) => list.children[at] === row);
  if (same) return;
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  list.replaceChildren(...rows);
  if (focused?.isConnected) focused.focus();
}

// The chats of which something has changed since the list was drawn.
const changed = new Set();

function draw() {
  const chats = [...store.chats.values()];
  for (const id of changed) {
    const chat = store.chats.get(id);
    if (!chat) {
      items.delete(id);
      continue;
    }
    if (!items.has(id)) items.set(id, item(chat));
    show(items.get(id), chat);
  }
  changed.clear();
  const focused = document.activeElement?.dataset?.chat;
  for (const group of groups) fill(group, chats);
  if (focused && document.activeElement === document.body) items.get(focused)?.press.focus();
  byId("none").hidden = byId("addresses").hidden = chats.length > 0;
}

// What the title and the tabs tell, also while nobody looks.
function count() {
  const wanting = [...store.chats.values()].filter(chat => waits(chat) || store.unread.has(chat.id)).length;
  byId("waiting").textContent = wanting || "";
  document.title = `${wanting ? `(${wanting}) ` : ""}Agent's console`;
}

function addresses() {
  const urls = Object.entries(store.server.urls).filter(([name, url]) => url && !["url", "port", "controlUrl", "console"].includes(name));
  byId("addresses").replaceChildren(...urls.map(([name, url]) => el("li", {}, `${name} `, el("code", { textContent: url }))));
}

/** Moves to another chat, as far down the list as asked. */
export function step(by) {
  const presses = [...byId("list").querySelectorAll("button")];
  if (presses.length === 0) return;
  const at = presses.findIndex(press => press.dataset.chat === store.chosen);
  const next = at < 0 ? 0 : Math.min(presses.length - 1, Math.max(0, at + by));
  choose(presses[next].dataset.chat).catch(() => {});
  presses[next].focus();
}

function arrows(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const presses = [...byId("list").querySelectorAll("button")];
  presses[presses.indexOf(document.activeElement) + by]?.focus();
}

export function start() {
  byId("list").append(...groups.flatMap(({ head, list }) => [head, list]));
  byId("list").addEventListener("keydown", arrows);
  const drawSoon = oncePerFrame(draw);
  on("chats", id => {
    changed.add(id);
    count();
    drawSoon();
  });
  on("server", addresses);
}
