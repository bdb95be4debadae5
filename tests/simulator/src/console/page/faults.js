// What goes wrong: at requests to come, and with the server as a whole.

import { ask } from "./api.js";
import { attempt, button, byId, el } from "./dom.js";
import { on, store } from "./store.js";

const OPERATIONS = ["requestChat", "send", "refresh", "startTyping", "stopTyping", "disconnect", "fileUpload", "fileDownload", "fileLimits",
  "fileDelete", "pushUrl", "updateNickname", "customNotice", "updateData", "readReceipt", "resume", "history", "upgrade", "handshake",
  "connect", "deliver", "configuration", "join", "echo", "token", "presign", "fileAddress"];

const option = (value, text = value) => el("option", { value, textContent: text });
const number = (id, value, label, width) => el("input", { id, type: "number", value, min: 1, ariaLabel: label, className: width });

const fields = {
  when: el("select", { ariaLabel: "When", on: { change: () => when() } }, option("next", "the next"), option("chance", "by chance")),
  count: number("count", 1, "How many requests", "short"),
  unit: el("span"),
  operation: el("select", { ariaLabel: "Which requests" }, option("", "any request"), ...OPERATIONS.map(name => option(name))),
  here: el("input", { type: "checkbox" }),
  ms: number("delay", 2000, "Milliseconds", "medium"),
  words: el("input", { placeholder: "status,status=503,effect=true", spellcheck: false, autocomplete: "off", ariaLabel: "A fault in words: KIND,name=value,…" }),
  store: el("ul", { id: "stored", ariaLabel: "Faults in store" }),
};

const server = {
  online: el("input", { type: "checkbox", on: { change: event => toggle(event, on => ask("POST", on ? "/online" : "/offline")) } }),
  accept: el("input", { type: "checkbox", on: { change: event => toggle(event, accept => ask("POST", "/accept", { accept })) } }),
  script: el("input", { type: "checkbox", on: { change: event => toggle(event, plays => ask("POST", "/script", { plays })) } }),
  agent: el("span"),
  memory: el("select", { ariaLabel: "What a restart leaves" }, option("keep", "keeps all"), option("chats", "forgets connections"), option("lose", "forgets all")),
  down: el("input", { type: "number", value: 1000, min: 0, ariaLabel: "Milliseconds the server is down", className: "medium" }),
};

function when() {
  const chance = fields.when.value === "chance";
  fields.count.value = chance ? 20 : 1;
  fields.count.max = chance ? 100 : "";
  fields.unit.textContent = chance ? "% of" : "×";
  fields.count.ariaLabel = chance ? "Percent of requests" : "How many requests";
}

// The checkbox follows the server: where that refuses, it goes back.
async function toggle(event, order) {
  const wanted = event.target.checked;
  event.target.checked = !wanted;
  await attempt(() => order(wanted));
}

/** Puts a fault in store, for the requests that are chosen in the panel. */
async function push(fault) {
  const spec = { ...fault };
  if (fields.operation.value) spec.operation = fields.operation.value;
  if (fields.here.checked && store.chosen) spec.chat = store.chosen;
  const count = Number(fields.count.value);
  if (fields.when.value === "next") return ask("POST", "/faults", { ...spec, times: count });
  return ask("PUT", "/faults/rates", [...store.server.faults.rates, { ...spec, rate: count / 100 }]);
}

/** A fault in the words of the command line: `KIND,name=value,...`. */
export function fromWords(words) {
  const [kind, ...members] = words.split(",").map(part => part.trim());
  const value = text => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : ({ true: true, false: false }[text] ?? text));
  return Object.fromEntries([["kind", kind], ...members.map(member => {
    const at = member.indexOf("=");
    return [member.slice(0, at < 0 ? member.length : at).trim(), at < 0 ? "" : value(member.slice(at + 1).trim())];
  })]);
}

const delay = kind => () => push({ kind, ms: Number(fields.ms.value) });

/** Kinds at which the operation is carried out unless it is said not to be. */
const CARRIED_OUT = new Set(["latency", "slowReply", "truncatedBody", "duplicateMessages", "reorderedMessages", "newAlias", "newSecureKey",
  "setCookie", "hugeBody"]);

function describe({ kind, rate, times, nth, effect, ...more }) {
  if (nth > 1) more.nth = nth;
  if (effect !== CARRIED_OUT.has(kind)) more.effect = effect;
  const rest = Object.entries(more).map(([name, value]) => `${name} ${value}`).join(", ");
  return `${kind}${times > 1 ? ` ×${times}` : ""}${rate === undefined ? "" : ` at ${Math.round(rate * 100)} %`}${rest ? `: ${rest}` : ""}`;
}

function draw() {
  const { faults, online, accept, script } = store.server;
  const all = [...faults.queued, ...faults.rates];
  fields.store.replaceChildren(...(all.length ? all : [null]).map(fault => el("li", { textContent: fault ? describe(fault) : "none in store" })));
  server.online.checked = online;
  server.accept.checked = accept;
  server.script.parentElement.hidden = !script;
  server.script.checked = script?.plays ?? false;
  server.agent.textContent = script ? `${script.agent}, of the script, plays` : "";
  byId("cut").hidden = store.server.cuts.length === 0;
}

function restart() {
  return ask("POST", "/restart", { memory: server.memory.value, downMs: Number(server.down.value) });
}

/** Cuts the connections of every API that has such. */
const cut = () => Promise.all(store.server.cuts.map(api => ask("POST", `/${api}/cut`, {})));

const row = (...parts) => el("div", { className: "row" }, ...parts);

export function start() {
  const inWords = el("form", { className: "row", on: { submit: event => { event.preventDefault(); attempt(() => push(fromWords(fields.words.value))); } } },
    fields.words, el("button", { textContent: "Add" }));
  byId("faults").append(
    el("h2", { textContent: "Faults" }),
    row(fields.when, fields.count, fields.unit, fields.operation, el("label", {}, fields.here, "of this chat")),
    row(button("Drop", () => push({ kind: "drop" }), { title: "The connection is closed, and nothing is carried out" }),
      button("Carry out, then drop", () => push({ kind: "drop", effect: true }), { title: "The answer alone is lost" }),
      button("HTTP 503", () => push({ kind: "status", status: 503 })),
      button("Never answer", () => push({ kind: "hang" }))),
    row(fields.ms, "ms", button("Delay", delay("latency"), { title: "Handled late" }), button("Answer late", delay("slowReply"), { title: "Handled at once, answered late" })),
    inWords,
    row(fields.store, button("Clear", () => ask("DELETE", "/faults"))),
    el("h3", { textContent: "Server" }),
    row(el("label", {}, server.online, "Chat server is there"), el("label", {}, server.accept, "Takes new chats"), el("label", {}, server.script, server.agent)),
    row(button("Restart", restart), server.memory, "down for", server.down, "ms",
      button("Cut connections", cut, { id: "cut", title: "All WebSockets are gone" })));
  when();
  on("server", draw);
}
