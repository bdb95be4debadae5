/** Genesys WebChatService for Node.js. What there is, with types and words: index.d.ts. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import * as loop from './lib/loop.js';
import { OK, TIMEOUT, native, sizes, text } from './lib/native.js';

const names = JSON.parse(readFileSync(new URL('./names.json', import.meta.url), 'utf8'));

export const events = Object.freeze(names.events);
export const version = native.version();

export class WebchatError extends Error {
  constructor(kind, message, { command, value, retryAfter, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    // Whoever aborts looks for this name. A message that has left already is outcome_unknown, and bears our own.
    this.name = kind === 'cancelled' && cause !== undefined ? 'AbortError' : 'WebchatError';
    this.kind = kind;
    this.command = command;
    this.value = value;
    this.response = value !== null && typeof value === 'object' ? value : undefined;
    this.retryAfter = retryAfter;
  }
}

/** Why the call that returned `status` failed. */
const refusal = (status, command) => new WebchatError(native.statusName(status), native.failureReason(), { command });

/** Reads an outcome, which is lent: what the command resolved with, or a thrown error. */
function read(outcome, command, cause) {
  const status = native.outcomeStatus(outcome);
  const value = JSON.parse(text(native.payloadJson, native.outcomePayload(outcome)));
  if (status === OK) {
    if (command === 'downloadFile' && typeof value?.bytes === 'string') value.bytes = Buffer.from(value.bytes, 'base64');
    return value;
  }
  const retry = [0], after = [0];
  native.outcomeRetry(outcome, retry, after);
  const retryAfter = retry[0] === 1 ? Number(after[0]) : undefined;
  throw new WebchatError(native.statusName(status), text(native.outcomeReason, outcome), { command, value, retryAfter, cause });
}

export class Chat {
  #number;
  #over = null; // once closing: the promise of its end
  #calls = 0; // how many contexts the library holds: commands without an outcome, the subscription
  #listening = false;
  #heard = new Set(); // whom to tell that there are events
  #left = []; // events that nobody had taken when the service went

  constructor(config) {
    const made = [null];
    const options = { size: sizes.serviceOptions, runtime: loop.threadRuntime(), store: null, keeper: null };
    options.config_json = config === undefined ? null : typeof config === 'string' ? config : JSON.stringify(config);
    const status = native.serviceNew(options, made, null);
    if (status !== OK) throw refusal(status);
    this.service = made[0];
    this.#number = loop.add(this);
  }

  command(name, options = {}, { signal, timeout = 0 } = {}) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const request = [0];
      const abort = () => native.cancel(this.service, request[0]);
      const number = loop.expect((outcome) => {
        signal?.removeEventListener('abort', abort);
        this.#calls -= 1;
        try {
          resolve(read(outcome, name, signal?.aborted ? signal.reason : undefined));
        } catch (error) {
          reject(error);
        }
      });
      const completion = {
        size: sizes.completion, deadline_ms: timeout, on_done: loop.onOutcome, on_progress: null, context: number, destroy: null,
      };
      const status = native.command(this.service, name, JSON.stringify(options), completion, request);
      if (status === OK) {
        this.#calls += 1;
        signal?.addEventListener('abort', abort, { once: true });
      } else {
        loop.unexpect(number);
        throw refusal(status, name);
      }
    });
  }

  can(ability) {
    const can = [0];
    const status = native.capability(this.service, ability, can);
    if (status !== OK) throw refusal(status);
    return can[0] === 1;
  }

  async *events({ signal } = {}) {
    for (;;) {
      signal?.throwIfAborted();
      const event = this.#take();
      if (event === null) return;
      if (event) yield event;
      else await this.#bell(signal);
    }
  }

  [Symbol.asyncIterator]() {
    return this.events();
  }

  close() {
    this.#over ??= this.#end();
    return this.#over;
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }

  /** The next event; undefined when there is none now, null when there will be none. */
  #take() {
    if (this.#left.length > 0) return this.#left.shift();
    const taken = [null];
    const status = native.nextEvent(this.service, 0, taken);
    if (status !== OK) return status === TIMEOUT ? undefined : null;
    const event = JSON.parse(text(native.eventJson, taken[0]));
    native.eventFree(taken[0]);
    return { name: event.event, time: event.time, data: event.data, raw: event };
  }

  /** Waits until there may be an event. */
  #bell(signal) {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#heard.delete(heard);
        reject(signal.reason);
      };
      const heard = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      this.#heard.add(heard);
      signal?.addEventListener('abort', abort, { once: true });
      if (this.#listening) return;
      // From here on the library rings with each event; one that came just before is looked for once more.
      this.#listening = true;
      this.#calls += 1;
      native.subscribe(this.service, null, loop.onEvent, this.#number, loop.onSilence, null);
      this.ring();
    });
  }

  /** No more events are told of. */
  silent() {
    this.#calls -= 1;
  }

  /** There is an event, or the end. */
  ring() {
    const heard = [...this.#heard];
    this.#heard.clear();
    for (const tell of heard) tell();
  }

  /** Closes, and waits without keeping a thread for it: for what is left to do, and for the last call of the library. */
  async #end() {
    native.close(this.service);
    for (let ms = 1; native.waitClosed(this.service, 0) !== OK; ms = Math.min(2 * ms, 200)) await pause(ms);
    const left = [];
    if (this.#listening) for (let event; (event = this.#take()); ) left.push(event);
    this.#left = left;
    native.destroy(this.service);
    while (this.#calls > 0) await pause(1);
    loop.remove(this.#number);
    this.ring();
  }
}

// A method for each command: `sendMessage('hello')` is `command('sendMessage', { message: 'hello' })`. What follows the options that
// are given by their place is an object with the others, and with `signal` and `timeout`; where options have any name (null), these
// two come in an object of their own.
for (const [name, places] of Object.entries(names.commands)) {
  Chat.prototype[name] = function (...values) {
    if (places === null) return this.command(name, ...values);
    const options = {};
    for (const place of places) {
      if (values[0] !== undefined) options[place] = values[0];
      values.shift();
    }
    const { signal, timeout, ...others } = values[0] ?? {};
    return this.command(name, { ...others, ...options }, { signal, timeout });
  };
}
