/** Genesys WebChatService for Node.js. What there is, with types and words: index.d.ts. */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { OK, TIMEOUT, asked, native, text } from './lib/native.js';

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

const open = new Set(); // how to leave each open chat

// Whoever leaves without closing its chats takes them along: their sessions stay open at the server, and can be restored.
process.on('exit', () => open.forEach((leave) => leave()));

/** Reads an outcome: what the command resolved with, or a thrown error. */
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
  #over = null; // once closing: the promise of its end
  #pending = new Map(); // what is told of outcomes, by the requests
  #bell; // a socket that tells when to ask; it keeps the loop alive: an open chat does, a closed one does not
  #listened = false; // whether anybody has asked for events
  #heard = new Set(); // whom to tell that there are events
  #left = []; // events that nobody had taken when the service went
  #leave = () => {
    open.delete(this.#leave);
    this.#bell?.destroy();
    native.destroy(this.service);
  };

  constructor(config) {
    const made = [null];
    const status = native.serviceNew(typeof config === 'string' ? config : config === undefined ? null : JSON.stringify(config), made);
    if (status !== OK) throw refusal(status);
    this.service = made[0];
    open.add(this.#leave);
    const socket = [-1];
    const refused = native.wakeFd(this.service, socket);
    if (refused !== OK) {
      const error = refusal(refused);
      this.#leave();
      throw error;
    }
    this.#bell = new Socket({ fd: socket[0], readable: true, writable: false });
    this.#bell.on('data', () => {
      this.#tell();
      this.#ring();
    });
  }

  command(name, options = {}, { signal, timeout = 0 } = {}) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const request = [0];
      const status = native.command(this.service, name, JSON.stringify(options), asked(timeout), request);
      if (status !== OK) throw refusal(status, name);
      const abort = () => native.cancel(this.service, request[0]);
      signal?.addEventListener('abort', abort, { once: true });
      this.#pending.set(request[0], (outcome) => {
        signal?.removeEventListener('abort', abort);
        try {
          resolve(read(outcome, name, signal?.aborted ? signal.reason : undefined));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  can(ability) {
    const can = [0];
    const status = native.capability(this.service, ability, can);
    if (status !== OK) throw refusal(status);
    return can[0] === 1;
  }

  async *events({ signal } = {}) {
    this.#listened = true;
    for (;;) {
      signal?.throwIfAborted();
      const event = this.#take();
      if (event === null) return;
      if (event) yield event;
      else await this.#news(signal);
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

  /** Takes all outcomes that are there, and tells who waits for them. */
  #tell() {
    const taken = [null], request = [0];
    while (native.nextOutcome(this.service, 0, taken) === OK) {
      native.outcomeRequest(taken[0], request);
      const told = this.#pending.get(request[0]);
      this.#pending.delete(request[0]);
      told(taken[0]);
      native.outcomeFree(taken[0]);
    }
  }

  /** Waits until there may be an event. */
  #news(signal) {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#heard.delete(heard);
        reject(signal.reason);
      };
      const heard = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#heard.add(heard);
    });
  }

  /** There is an event, or the end: whoever waits looks. Events that nobody waits for stay where they are. */
  #ring() {
    const heard = [...this.#heard];
    this.#heard.clear();
    for (const tell of heard) tell();
  }

  /** Closes, and waits without keeping a thread for it. */
  async #end() {
    native.close(this.service);
    for (let ms = 1; native.waitClosed(this.service, 0) !== OK; ms = Math.min(2 * ms, 200)) await pause(ms);
    this.#tell();
    const left = [];
    if (this.#listened) for (let event; (event = this.#take()); ) left.push(event);
    this.#left = left;
    this.#leave();
    this.#ring();
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
