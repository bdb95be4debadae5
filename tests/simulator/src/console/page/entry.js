// How one entry of a transcript looks.

import { fileUrl } from "./api.js";
import { bytes, clock, el } from "./dom.js";
import { contentOf, richView } from "./rich.js";

const PICTURES = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;

const notices = {
  ParticipantJoined: entry => `${who(entry)} has joined`,
  ParticipantLeft: entry => `${who(entry)} has left`,
  NicknameUpdated: entry => `now called ${entry.from.nickname}`,
  FileDeleted: entry => `${entry.from.nickname} has deleted ${entry.userData?.["file-name"] ?? "a file"}`,
  IdleAlert: entry => `idle warning: ${entry.text ?? ""}`,
  IdleClose: entry => `closed for idleness: ${entry.text ?? ""}`,
  Notice: entry => `notice ${entry.text ?? ""} ${facts(entry.userData)}`,
  CustomNotice: entry => `${entry.from.nickname} sends a custom notice: ${entry.text ?? ""} ${facts(entry.eventAttributes)}`,
  Custom: entry => `${entry.from.nickname} sends ${entry.messageType}: ${entry.text ?? ""} ${facts(entry.eventAttributes)}`,
};

const who = ({ from }) => `${from.nickname} (${from.kind === "Client" ? "customer" : from.kind.toLowerCase()})`;
const facts = object => (object && Object.keys(object).length ? JSON.stringify(object) : "");

/** Whether an entry is shown at all: typing is told below the transcript, by how things are. */
export const isShown = entry => entry.type !== "TypingStarted" && entry.type !== "TypingStopped";

/** A text of others, in which addresses of the web can be followed. */
export function text(words) {
  const parts = words.split(/(https?:\/\/[^\s<>"]+)/);
  return parts.map((part, at) => (at % 2 ? link(part) : part));
}

/** An address to follow, if it is one of the web. */
export function link(address, name = address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !["http:", "https:"].includes(url.protocol)) return el("span", { textContent: name });
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", textContent: name });
}

function file(chat, { file, userData }) {
  const name = userData?.["file-name"] ?? "file";
  if (!file) return [el("span", { textContent: `${name} (deleted)` })];
  const href = fileUrl(chat, file.id);
  const picture = PICTURES.test(file.contentType) ? el("img", { src: href, alt: name, loading: "lazy" }) : null;
  const description = userData["file-description"];
  return [
    picture && el("a", { href, download: name }, picture),
    el("a", { href, download: name, textContent: name }), ` ${bytes(file.size)}`,
    description ? el("p", { textContent: description }) : null,
  ];
}

function said(chat, entry) {
  if (entry.type === "FileUploaded") return file(chat, entry);
  if (entry.type === "PushUrl") return ["pushes ", link(entry.text ?? "")];
  const content = contentOf(entry.eventAttributes);
  const words = content?.text ?? entry.text ?? "";
  const answers = entry.eventAttributes?.["general-properties"]?.["related-event-id"];
  return [
    ...text(words),
    content ? richView(content) : null,
    answers ? el("p", { className: "related", textContent: `answers ${answers}` }) : null,
  ];
}

/** The list item of an entry; `follows` says that the one before is of the same participant. */
export function entryView(chat, entry, follows) {
  const time = el("time", { textContent: clock(entry.utcTime), title: new Date(entry.utcTime).toISOString() });
  const data = { index: entry.index, type: entry.type };
  const notice = notices[entry.type];
  if (notice) return el("li", { className: "notice", data }, notice(entry), " ", time);
  const side = entry.from.kind === "Client" ? "theirs" : "ours";
  const head = follows ? null : el("p", { className: "from" }, el("b", { textContent: entry.from.nickname }), ` ${entry.from.kind === "Client" ? "customer" : entry.from.kind} `);
  return el("li", { className: `said ${side} ${entry.from.kind}`, data }, head, el("div", { className: "bubble" }, ...said(chat, entry)), time);
}
