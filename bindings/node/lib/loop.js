/**
 * What all chats of a JavaScript thread share: the runtime, the callbacks, and what keeps the thread's loop alive: an open chat does, a
 * closed one does not.
 */
import { native, register } from './native.js';

const open = new Map(); // chats by their numbers
const waiting = new Map(); // what is told of outcomes, by their numbers
let last = 0;
let runtime = null;
let alive;

const callbacks = register(
  (number, outcome) => {
    const told = waiting.get(number);
    waiting.delete(number);
    told?.(outcome);
  },
  (number) => open.get(number)?.ring(),
  (number) => open.get(number)?.silent(),
);

// Whoever leaves without closing its chats takes them along: their sessions stay open at the server, and can be restored.
process.on('exit', () => {
  for (const chat of open.values()) native.destroy(chat.service);
  open.clear();
  waiting.clear();
});

export const { outcome: onOutcome, event: onEvent, silence: onSilence } = callbacks;

/** The runtime of this thread; null makes services use the process's own, where none can be had. */
export function threadRuntime() {
  if (runtime === null) {
    const made = [null];
    native.runtimeNew(0, made);
    runtime = made[0];
  }
  return runtime;
}

/** Remembers an open chat; returns its number. */
export function add(chat) {
  if (open.size === 0) alive = setInterval(() => {}, 2 ** 30);
  open.set(++last, chat);
  return last;
}

/** Forgets a chat; with the last one the runtime and what keeps the loop alive. */
export function remove(number) {
  if (!open.delete(number) || open.size > 0) return;
  clearInterval(alive);
  if (runtime !== null) native.runtimeDestroy(runtime);
  runtime = null;
}

/** Has `told` called with an outcome; returns the number to give for it. */
export function expect(told) {
  waiting.set(++last, told);
  return last;
}

/** The outcome does not come. */
export const unexpect = (number) => waiting.delete(number);
