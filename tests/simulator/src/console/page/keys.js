// Keys, where nobody is writing.

import { attempt, byId } from "./dom.js";
import { open, step } from "./chats.js";
import { showKeys } from "./dialog.js";
import { answer } from "./people.js";
import { chosen, store, waits } from "./store.js";

/** Shows a part of the page where there is room for one alone. */
export const view = name => { document.body.dataset.view = name; };

const focus = selector => document.querySelector(selector)?.focus();

const keys = {
  j: ["next chat", () => step(1)],
  k: ["previous chat", () => step(-1)],
  n: ["the chat that has waited longest", () => { const next = [...store.chats.values()].find(waits); if (next) open(next.id); }],
  a: ["answer the chat", () => { if (chosen() && waits(chosen())) attempt(answer); }],
  m: ["write", () => { view("chat"); focus("#text"); }],
  f: ["faults", () => { view("faults"); focus("#faults select"); }],
  l: ["wire log", () => { view("wire"); focus("#requests"); }],
  "?": ["these keys", () => help()],
};

const help = () => showKeys([
  ...Object.entries(keys).map(([key, [text]]) => [key, text]),
  ["Enter", "sends; Shift+Enter starts a line"], ["Esc", "leaves the message for the list of chats"], ["↑ ↓", "go through the chats"],
]);

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const writes = event.target.closest?.("input, textarea, select");
  if (event.key === "Escape" && writes) {
    view("chats");
    (document.querySelector(`#list button[aria-current="true"]`) ?? byId("list")).focus();
    return;
  }
  const act = writes ? null : keys[event.key]?.[1];
  if (!act) return;
  event.preventDefault();
  act();
}

export function start() {
  document.addEventListener("keydown", pressed);
  byId("help").addEventListener("click", help);
}
