// The wire log: every request, and what became of it.

import { ask } from "./api.js";
import { atEnd, button, byId, clock, el, oncePerFrame } from "./dom.js";
import { on, store } from "./store.js";

const QUIET = new Set(["refresh", "connect"]);

const fields = {
  here: el("input", { type: "checkbox", on: { change: () => redraw() } }),
  polls: el("input", { type: "checkbox", on: { change: () => redraw() } }),
  list: el("ol", { id: "requests", tabIndex: 0, ariaLabel: "Requests" }),
};

const rows = new Map();

function shown(request) {
  if (fields.here.checked && request.chatId !== store.chosen) return false;
  return !fields.polls.checked || !QUIET.has(request.operation) || request.fault;
}

function outcome({ done, status }) {
  if (!done) return "…";
  return status ? String(status) : "closed";
}

function pairs(title, all) {
  if (all.length === 0) return [];
  return [el("h4", { textContent: title }), el("dl", {}, ...all.flatMap(([name, value]) => [el("dt", { textContent: name }), el("dd", { textContent: value })]))];
}

function details(request) {
  const files = request.files.map(file => [file.field, `${file.fileName}, ${file.size} bytes${file.contentType ? `, ${file.contentType}` : ""}`]);
  const facts = [["when", new Date(request.utcTime).toISOString()], ["path", `${request.path} ${request.version}`], ["chat", request.chatId ?? "none"],
    ["effect", request.effect ? "carried out" : "none"]];
  if (request.clientId) facts.push(["client", request.clientId]);
  return [...pairs("Request", facts), ...pairs("Fields", request.fields), ...pairs("Files", files), ...pairs("Headers", request.headers)];
}

function row(request) {
  const path = request.path.split("?")[0].split("/").slice(-2).join("/");
  const bad = request.done && (!request.status || request.status >= 400);
  const box = el("details", { on: { toggle: () => { if (box.open && box.children.length === 1) box.append(el("div", { className: "facts" }, ...details(request))); } } },
    el("summary", {},
      el("time", { textContent: clock(request.utcTime) }), " ", el("span", { className: "method", textContent: request.method }), " ",
      el("b", { textContent: request.operation ?? path }), " ",
      el("span", { className: bad ? "bad" : "good", textContent: outcome(request) }),
      request.fault ? el("span", { className: "fault", textContent: request.fault }) : null,
      request.done && !request.effect ? el("span", { className: "none", textContent: "no effect" }) : null));
  return el("li", { data: { number: request.number } }, box);
}

function draw(request) {
  const old = rows.get(request.number);
  const view = row(request);
  rows.set(request.number, view);
  if (old) {
    view.firstChild.open = old.firstChild.open;
    const focused = old.contains(document.activeElement);
    old.replaceWith(view);
    if (focused) view.querySelector("summary").focus();
  } else {
    fields.list.append(view);
  }
}

// The numbers of requests of which something has changed since the list was drawn.
const changed = new Set();

function catchUp() {
  const stays = atEnd(fields.list);
  for (const number of changed) {
    const request = store.requests.get(number);
    if (request && shown(request)) draw(request);
  }
  changed.clear();
  for (const number of rows.keys()) {
    if (store.requests.has(number)) break;
    rows.get(number).remove();
    rows.delete(number);
  }
  if (stays) fields.list.scrollTop = fields.list.scrollHeight;
}

function redraw() {
  changed.clear();
  rows.clear();
  fields.list.replaceChildren();
  for (const request of store.requests.values()) if (shown(request)) draw(request);
  fields.list.scrollTop = fields.list.scrollHeight;
}

export function start() {
  byId("wire").append(
    el("div", { className: "row" }, el("h2", { textContent: "Wire log" }), el("label", {}, fields.here, "this chat"), el("label", {}, fields.polls, "no polls"),
      button("Clear", () => ask("DELETE", "/log"))),
    fields.list);
  const catchUpSoon = oncePerFrame(catchUp);
  on("request", ({ number }) => { changed.add(number); catchUpSoon(); });
  on("requests", redraw);
  on("chosen", () => { if (fields.here.checked) redraw(); });
}
