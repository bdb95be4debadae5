// Rich messages: quick replies, cards and lists, in the attributes by which GMS v2 carries them.

import { el } from "./dom.js";
import { askFor } from "./dialog.js";

/** The rich content of an entry, if it has some. It is an object, or that as text. */
export function contentOf(attributes) {
  const content = attributes?.["structured-content"]?.["genesys-chat"]?.content;
  if (typeof content !== "string") return content && typeof content === "object" ? content : null;
  try {
    const read = JSON.parse(content);
    return read && typeof read === "object" ? read : null;
  } catch {
    return null;
  }
}

const word = value => (typeof value === "string" || typeof value === "number" ? String(value) : "");

function choice(item) {
  const action = word(item?.url) ? ` → ${word(item.url)}` : "";
  return el("li", { textContent: word(item?.text ?? item?.title) + action });
}

function card(item) {
  const parts = Array.isArray(item?.components) ? item.components : [];
  return el("li", { className: "card" },
    word(item?.title) ? el("b", { textContent: word(item.title) }) : null,
    word(item?.text) ? el("p", { textContent: word(item.text) }) : null,
    word(item?.image) ? el("p", { className: "picture", textContent: `picture ${word(item.image)}` }) : null,
    parts.length ? el("ul", { className: "choices" }, ...parts.map(choice)) : null);
}

/** How rich content looks. Nothing in it is loaded: the page asks its own server alone. */
export function richView(content) {
  const items = Array.isArray(content.content) ? content.content : [];
  const cards = items.some(item => item?.components || item?.image);
  const list = el("ul", { className: cards ? "cards" : "choices" }, ...items.map(cards ? card : choice));
  return el("div", { className: "rich", title: JSON.stringify(content) },
    el("span", { className: "kind", textContent: word(content.contentType) || "rich" }), items.length ? list : null);
}

const lines = text => text.split("\n").map(line => line.trim()).filter(line => line);

function action(line, at) {
  const [text, url] = line.split(/\s*->\s*/);
  return url ? { id: at + 1, type: "button", action: "link", text, url } : { id: at + 1, type: "button", action: "message", text };
}

/** The content that the fields of the dialog stand for. */
export function contentFrom({ kind, text, title, image, options }) {
  const id = `rich-${Date.now().toString(36)}`;
  const choices = lines(options);
  if (kind === "generic") {
    const item = { id: 1, type: "card", title };
    if (image) item.image = image;
    return { contentType: kind, id, text, content: [{ ...item, components: choices.map(action) }] };
  }
  const type = kind === "quick-replies" ? "quick-reply" : "list-item";
  return { contentType: kind, id, text, content: choices.map((words, at) => ({ id: at + 1, type, action: "message", text: words })) };
}

/** Asks for a rich message: its text and attributes, or null. */
export async function askForRich() {
  const given = await askFor("Rich message", [
    { name: "kind", label: "Kind", options: { "quick-replies": "Quick replies", generic: "Card", "single-selection-list": "List to choose from", "list-vertical": "List" } },
    { name: "text", label: "Text", required: true },
    { name: "title", label: "Title of the card", only: { kind: "generic" } },
    { name: "image", label: "Address of a picture", only: { kind: "generic" } },
    { name: "options", label: "Choices, one a line (a card's may be links: Open -> https://…)", rows: 4, required: true },
    { name: "json", label: "Sent as (edit it for what your server has)", rows: 8, from: fields => JSON.stringify(contentFrom(fields), null, 1) },
  ], "Send", given => { JSON.parse(given.json); });
  if (!given) return null;
  const content = JSON.parse(given.json);
  return { text: word(content?.text) || given.text, eventAttributes: { "structured-content": { "genesys-chat": { content } } } };
}
