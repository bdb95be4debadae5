// Elements. What others wrote goes into text nodes and attributes that hold plain text, never into markup.

/** The element with this id. */
export const byId = id => document.getElementById(id);

/** A new element: properties of the object, or attributes where their names have a dash or are `role`; `data` and `on` are objects. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name.includes("-") || name === "role" || name === "list") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** A button that does something when it is pressed. Where that fails, the reason is shown. */
export function button(text, press, properties = {}) {
  return el("button", { type: "button", textContent: text, ...properties, on: { click: event => attempt(press, event) } });
}

/** Does something, and shows why where it fails. Whether it was done. */
export async function attempt(act, ...given) {
  try {
    await act(...given);
    return true;
  } catch (error) {
    note(error.message);
    return false;
  }
}

/** Shows a line for a while, which is read out at once. */
export function note(text) {
  const line = el("p", { textContent: text });
  line.append(button("×", () => line.remove(), { ariaLabel: "Close" }));
  byId("notes").append(line);
  setTimeout(() => line.remove(), 8000);
}

const times = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** The time of day of milliseconds since 1970. */
export const clock = ms => times.format(ms);

/** Calls a function before the page is drawn next, once however often it is asked for until then. */
export function oncePerFrame(call) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; call(); });
  };
}

/** Bytes in words. */
export function bytes(count) {
  if (count < 1024) return `${count} B`;
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

/** Whether a list that grows shows its end, or nearly. */
export const atEnd = list => list.scrollHeight - list.scrollTop - list.clientHeight < 40;
