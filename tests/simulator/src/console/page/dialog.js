// Dialogs that ask for a few values.

import { byId, el } from "./dom.js";

function field({ name, label, value = "", options, rows, required = false, type = "text" }) {
  const common = { name, required, autocomplete: "off" };
  let input;
  if (options) input = el("select", common, ...Object.entries(options).map(([value, text]) => el("option", { value, textContent: text })));
  else if (rows) input = el("textarea", { ...common, rows, spellcheck: false });
  else input = el("input", { ...common, type });
  if (value !== "") input.value = value;
  return { input, row: el("label", {}, label, input) };
}

/**
 * Asks for values, and resolves with them, or with null if the person would rather not. A field has `name` and `label`, and may have
 * `value`, `type`, `required`, `options` (value: text), `rows`, `only` (shown while another has this value) and `from` (computed from
 * the others until it is edited). `check` throws what is wrong.
 */
export function askFor(title, fields, done = "OK", check = () => {}) {
  const made = fields.map(one => ({ ...one, ...field(one), edited: false }));
  const values = () => Object.fromEntries(made.map(({ name, input }) => [name, input.value]));
  const wrong = el("p", { className: "wrong", role: "alert" });
  const refresh = event => {
    for (const one of made) if (one.input === event?.target && one.from) one.edited = true;
    const given = values();
    for (const { only, row } of made) row.hidden = !!only && Object.entries(only).some(([name, value]) => given[name] !== value);
    for (const one of made) if (one.from && !one.edited) one.input.value = one.from(given);
  };
  return new Promise(resolve => {
    const close = given => { dialog.close(); dialog.remove(); resolve(given); };
    const submit = event => {
      event.preventDefault();
      try {
        check(values());
        close(values());
      } catch (error) {
        wrong.textContent = error.message;
      }
    };
    const form = el("form", { on: { submit, input: refresh } }, el("h2", { textContent: title }), ...made.map(one => one.row), wrong,
      el("div", { className: "row" }, el("button", { textContent: done, className: "main" }),
        el("button", { type: "button", textContent: "Cancel", on: { click: () => close(null) } })));
    const dialog = el("dialog", { ariaLabel: title, on: { cancel: event => { event.preventDefault(); close(null); } } }, form);
    document.body.append(dialog);
    refresh();
    dialog.showModal();
    made[0]?.input.focus();
  });
}

/** Shows what the keys do. */
export function showKeys(keys) {
  const close = () => { dialog.close(); dialog.remove(); byId("help").focus(); };
  const rows = keys.flatMap(([key, text]) => [el("dt", {}, el("kbd", { textContent: key })), el("dd", { textContent: text })]);
  const dialog = el("dialog", { ariaLabel: "Keys", on: { cancel: close } }, el("h2", { textContent: "Keys" }), el("dl", {}, ...rows),
    el("button", { type: "button", textContent: "Close", on: { click: close } }));
  document.body.append(dialog);
  dialog.showModal();
}
