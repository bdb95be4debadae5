// Where the person writes: text, files, and that one is typing.

import { act } from "./api.js";
import { attempt, byId } from "./dom.js";
import { rich, speaker } from "./people.js";
import { on, store } from "./store.js";

/** Silence after which one types no longer, in milliseconds. */
const STOPPED_AFTER = 4000;

// What has been written and not been sent, by chat.
const drafts = new Map();
let types = null;
let timer;

async function typing(goesOn) {
  clearTimeout(timer);
  if (goesOn) timer = setTimeout(() => attempt(typing, false), STOPPED_AFTER);
  if (goesOn === (types !== null)) return;
  const { chat, participantId } = types ?? { chat: store.chosen, participantId: speaker() };
  types = goesOn ? { chat, participantId } : null;
  await act(chat, "type", { on: goesOn, participantId });
}

async function send() {
  const field = byId("text");
  const [chat, text] = [store.chosen, field.value];
  if (text.trim() === "") return;
  clearTimeout(timer);
  types = null;
  field.value = "";
  drafts.delete(chat);
  try {
    await act(chat, "say", { text, participantId: speaker() });
  } catch (error) {
    // Nothing that was written is lost.
    if (store.chosen === chat && field.value === "") field.value = text;
    else drafts.set(chat, text);
    throw error;
  }
}

const asBase64 = file => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
  reader.addEventListener("error", () => reject(new Error(`${file.name} cannot be read.`)));
  reader.readAsDataURL(file);
});

async function sendFiles(files) {
  const [chat, participantId] = [store.chosen, speaker()];
  for (const file of files) {
    const members = { name: file.name, base64: await asBase64(file), participantId };
    if (file.type) members.contentType = file.type;
    await act(chat, "upload", members);
  }
}

function takeFiles(event, data) {
  if (byId("attach").disabled || !data?.files.length) return;
  event.preventDefault();
  attempt(sendFiles, [...data.files]);
}

function key(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    attempt(send);
  }
}

function changeChat(field, shown) {
  if (types) attempt(typing, false);
  if (field.value === "") drafts.delete(shown);
  else drafts.set(shown, field.value);
  field.value = drafts.get(store.chosen) ?? "";
  return store.chosen;
}

export function start() {
  const field = byId("text");
  const chooser = byId("file");
  let shown = null;
  on("chosen", () => { shown = changeChat(field, shown); });
  field.addEventListener("keydown", key);
  field.addEventListener("input", () => attempt(typing, field.value !== ""));
  field.addEventListener("paste", event => takeFiles(event, event.clipboardData));
  byId("composer").addEventListener("submit", event => { event.preventDefault(); attempt(send); });
  byId("attach").addEventListener("click", () => chooser.click());
  byId("rich").addEventListener("click", () => attempt(rich));
  chooser.addEventListener("change", async () => { await attempt(sendFiles, [...chooser.files]); chooser.value = ""; });
  byId("chat").addEventListener("dragover", event => event.preventDefault());
  byId("chat").addEventListener("drop", event => takeFiles(event, event.dataTransfer));
}
