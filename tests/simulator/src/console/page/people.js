// Who is in the chosen chat, and what one does there but to speak: come, go, hand over, end.

import { act } from "./api.js";
import { byId, button, el } from "./dom.js";
import { askFor } from "./dialog.js";
import { askForRich } from "./rich.js";
import { chosen, on, others, store } from "./store.js";

const KINDS = { Agent: "Agent", Supervisor: "Supervisor", Bot: "Bot", External: "External" };

// Whom this person speaks for, by chat.
const speakers = new Map();

/** Who this person is, as given at the top of the page. */
export const me = () => ({ nickname: byId("name").value.trim() || "Kim", kind: byId("kind").value });

/** The number of the participant for whom this person speaks in the chosen chat. */
export function speaker() {
  const here = chosen() ? others(chosen()) : [];
  const wanted = speakers.get(store.chosen);
  return (here.find(one => one.id === wanted) ?? here.at(-1))?.id;
}

function speakFor(id, chat = store.chosen) {
  speakers.set(chat, id);
  draw();
}

// The person is to write as soon as that can be.
let wantsToWrite = false;

/** Comes to the chosen chat. */
export async function answer(who = me()) {
  const chat = store.chosen;
  wantsToWrite = true;
  const { participantId } = await act(chat, "join", who);
  speakFor(participantId, chat);
}

const person = (title, value, kind, done) => askFor(title, [
  { name: "nickname", label: "Name", value, required: true },
  { name: "kind", label: "Kind", options: KINDS, value: kind },
], done);

async function add() {
  const who = await person("Somebody joins", "Robin", "Supervisor", "Join");
  if (who) await answer(who);
}

async function transfer() {
  const chat = store.chosen;
  const from = speaker();
  const who = await person("Hand over to", "Alex", "Agent", "Transfer");
  if (!who) return;
  const { participantId } = await act(chat, "transfer", { ...who, participantId: from });
  speakFor(participantId, chat);
}

async function takeOver() {
  const chat = store.chosen;
  const { participantId } = await act(chat, "transfer", { ...me(), participantId: speaker() });
  speakFor(participantId, chat);
}

const doing = path => () => act(store.chosen, path, { participantId: speaker() });

/** Sends a rich message. */
export async function rich() {
  const [chat, participantId] = [store.chosen, speaker()];
  const message = await askForRich();
  if (message) await act(chat, "say", { ...message, participantId });
}

async function more() {
  const [chat, participantId] = [store.chosen, speaker()];
  const given = await askFor("Something else", [
    { name: "what", label: "What", options: {
      "push-url": "Push an address", nickname: "Change the name", notice: "Custom notice", "system-notice": "System notice",
      idle: "Idle warning, then close", client: "Drop the customer as silent", tokens: "Let tokens expire",
    } },
    { name: "text", label: "Address, name or text" },
  ], "Do");
  if (!given) return;
  const { what, text } = given;
  if (["idle", "client", "tokens"].includes(what)) await act(chat, "expire", { what });
  else {
    const member = { "push-url": "url", nickname: "nickname", notice: "text", "system-notice": "name" }[what];
    await act(chat, what, { [member]: text, participantId });
  }
}

const actions = {
  answer: button("Answer", () => answer(), { className: "main", title: "Join as yourself (a)" }),
  takeOver: button("Take over", takeOver, { title: "You join, and the one chosen leaves" }),
  add: button("Add…", add, { title: "A supervisor, a bot or another agent joins" }),
  transfer: button("Transfer…", transfer, { title: "Another joins, and the one chosen leaves" }),
  leave: button("Leave", doing("leave"), { title: "The one chosen leaves; the chat goes on" }),
  more: button("More…", more),
  end: button("End chat", doing("end"), { className: "danger" }),
};

// What the list of people shows; it is made anew only when that changes, so that it keeps the focus.
let shown = "";

function people(chat, here, id) {
  const shows = JSON.stringify([chat.id, chat.participants.map(one => [one.nickname, one.kind, one.present]), id]);
  if (shows === shown) return;
  shown = shows;
  byId("people").replaceChildren(...chat.participants.filter(one => one.present).map(one => one.kind === "Client"
    ? el("li", { textContent: `${one.nickname} (customer)` })
    : el("li", {}, button(`${one.nickname} (${one.kind})`, () => speakFor(one.id), { ariaPressed: String(one.id === id), title: "Speak for this one" }))));
  const choices = here.map(one => el("option", { value: one.id, textContent: `${one.nickname} (${one.kind})`, selected: one.id === id }));
  byId("as").replaceChildren(...choices);
}

function draw() {
  const chat = chosen();
  byId("open").hidden = !chat;
  byId("unchosen").hidden = !!chat;
  if (!chat) return;
  const here = others(chat);
  const id = speaker();
  const mine = here.some(one => one.nickname === me().nickname);
  byId("who").textContent = chat.nickname || "(no name)";
  byId("about").textContent = [chat.api, chat.subject, chat.emailAddress, chat.ended ? `ended (${chat.ended})` : null].filter(Boolean).join(" · ");
  byId("about").title = `${chat.id} ${JSON.stringify(chat.userData)}`;
  people(chat, here, id);
  actions.answer.hidden = here.length > 0;
  actions.takeOver.hidden = here.length === 0 || mine;
  for (const one of Object.values(actions)) one.disabled = !!chat.ended;
  for (const name of ["transfer", "leave", "end"]) actions[name].disabled ||= here.length === 0;
  byId("speaker").hidden = here.length < 2;
  for (const field of byId("composer").elements) field.disabled = !!chat.ended || here.length === 0;
  if (wantsToWrite && !byId("text").disabled) {
    wantsToWrite = false;
    byId("text").focus();
  }
}

export function start() {
  byId("actions").append(...Object.values(actions));
  byId("as").addEventListener("change", () => speakFor(Number(byId("as").value)));
  on("chosen chat", draw);
  const kept = JSON.parse(localStorage.getItem("me") ?? "null");
  if (kept) Object.assign(byId("name"), { value: kept.nickname }), Object.assign(byId("kind"), { value: kept.kind });
  byId("me").addEventListener("submit", event => event.preventDefault());
  byId("me").addEventListener("change", () => { localStorage.setItem("me", JSON.stringify(me())); draw(); });
}
