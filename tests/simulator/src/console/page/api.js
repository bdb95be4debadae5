// The control API, by which this page does everything.

const ROOT = new URL("../control", import.meta.url).href;

/** Asks for something, and returns the answer; where it is refused, throws an error with the server's reason. */
export async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(ROOT + path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Error("The simulator does not answer.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `The simulator answered with HTTP ${response.status}.`);
  return answer;
}

const chat = id => `/chats/${encodeURIComponent(id)}`;

/** What is behind the entries that are known. */
export const entries = async (id, after) => (await ask("GET", `${chat(id)}/entries?after=${after}`)).entries;

// One after the other, so that what was done first happens first: requests at once would overtake each other.
let latest = Promise.resolve();

/** Lets somebody act in a chat: `act` is a path of the control API. */
export function act(id, act, members = {}) {
  const acted = latest.then(() => ask("POST", `${chat(id)}/${act}`, members));
  latest = acted.catch(() => {});
  return acted;
}

/** Where a file of a chat is. */
export const fileUrl = (id, file) => `${ROOT}${chat(id)}/files/${encodeURIComponent(file)}`;

/** Hears what happens: calls `hear(name, data)` for each event, and `link(up)` when the connection comes and goes. */
export function listen(hear, link) {
  const names = ["server", "chat", "gone", "entry", "request", "log-cleared", "ready"];
  let source;
  const open = () => {
    source?.close();
    source = new EventSource(`${ROOT}/events?log=200`);
    source.addEventListener("open", () => { link(true); hear("open", {}); });
    source.addEventListener("error", () => {
      link(false);
      // It tries again by itself, unless what answered was no simulator.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 1000);
    });
    for (const name of names) source.addEventListener(name, event => hear(name, JSON.parse(event.data)));
  };
  open();
  // A phone that slept may not know that its connection is gone.
  addEventListener("online", open);
  addEventListener("pageshow", event => { if (event.persisted) open(); });
  addEventListener("pagehide", () => source.close());
}
