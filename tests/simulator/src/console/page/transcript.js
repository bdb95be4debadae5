// The transcript of the chosen chat, and who is typing.

import { atEnd, byId, oncePerFrame } from "./dom.js";
import { entryView, isShown } from "./entry.js";
import { chosen, on, store } from "./store.js";

// What is drawn: of which chat, and up to which index.
let drawn = { chat: null, next: 1, last: null };

// Whether the end of the transcript stays in view when it grows.
let sticks = true;

function toEnd() {
  const log = byId("log");
  if (sticks) log.scrollTop = log.scrollHeight;
}

function clear() {
  sticks = true;
  drawn = { chat: store.chosen, next: 1, last: null };
  byId("log").replaceChildren();
}

function draw() {
  if (drawn.chat !== store.chosen) clear();
  const entries = store.entries.get(store.chosen);
  if (!entries) return;
  const log = byId("log");
  const rows = [];
  for (let entry; (entry = entries.get(drawn.next)); drawn.next += 1) {
    if (entry.type === "FileDeleted") withdraw(entry.userData?.["file-id"], entries, rows);
    if (!isShown(entry)) continue;
    const said = entry.type === "Message" || entry.type === "FileUploaded" || entry.type === "PushUrl";
    rows.push(entryView(store.chosen, entry, said && drawn.last === entry.from.id));
    drawn.last = said ? entry.from.id : null;
  }
  if (rows.length === 0) return;
  log.append(...rows);
  toEnd();
}

// A file that has been deleted can be fetched no longer.
function withdraw(id, entries, rows) {
  const upload = [...entries.values()].find(entry => entry.file?.id === id);
  if (!upload) return;
  delete upload.file;
  const view = entryView(store.chosen, upload, false);
  const at = rows.findIndex(row => row.dataset.index === String(upload.index));
  if (at >= 0) rows[at] = view;
  else byId("log").querySelector(`[data-index="${upload.index}"]`)?.replaceWith(view);
}

function typing() {
  const chat = chosen();
  const who = chat?.participants.filter(one => one.typing).map(one => one.nickname) ?? [];
  const preview = chat?.preview ? `: ${chat.preview}` : "…";
  byId("typing").textContent = who.length ? `${who.join(", ")} ${who.length > 1 ? "type" : "types"}${preview}` : "";
}

export function start() {
  on("chosen", clear);
  on("chosen entries", oncePerFrame(draw));
  on("chosen chat", typing);
  const log = byId("log");
  log.addEventListener("scroll", () => { sticks = atEnd(log); });
  // Pictures come later than their entries, and keyboards of phones take room.
  log.addEventListener("load", toEnd, true);
  new ResizeObserver(toEnd).observe(log);
}
