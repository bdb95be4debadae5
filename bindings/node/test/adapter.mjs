/** The adapter of the conformance table (tests/conformance/README.md): commands come as lines, outcomes and events go as lines. */
import { createInterface } from 'node:readline';
import { Chat } from '../index.js';

const config = process.argv.at(-1);
const chat = new Chat(config === '-' ? undefined : config);
const given = new Map();
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);

/** By its method where that takes what is given, else by its name. */
function give(name, options, how) {
  const only = (...known) => Object.keys(options).every((key) => known.includes(key));
  if (name === 'startChat') return chat.startChat(options, how);
  if (name === 'sendMessage' && options.message !== undefined) {
    const { message, ...others } = options;
    return chat.sendMessage(message, { ...others, ...how });
  }
  if (name === 'downloadFile' && only('fileId', 'path') && options.fileId) {
    return chat.downloadFile(options.fileId, { path: options.path, ...how });
  }
  if (['endChat', 'getTranscript', 'getAgents', 'fetchHistory'].includes(name) && only()) return chat[name](how);
  return chat.command(name, options, how);
}

async function command(id, within, name, options) {
  const abort = new AbortController();
  given.set(id, abort);
  const how = { signal: abort.signal, timeout: Number(within) };
  try {
    const value = await give(name, options, how);
    say('resolved', id, JSON.stringify(value, (_, it) => (it?.type === 'Buffer' ? Buffer.from(it.data).toString('base64') : it)));
  } catch (error) {
    // What a JavaScript caller of the original finds: the response, or the reason.
    say('rejected', id, error.kind, JSON.stringify(error.value));
  }
}

const listened = (async () => {
  for await (const event of chat) say('event', event.name, JSON.stringify(event.raw));
})();
for await (const line of createInterface({ input: process.stdin })) {
  const [, word, id, within, name, options] = /^(\S+)(?: (\d+)(?: (\d+) (\S+) (.*))?)?$/.exec(line);
  if (word === 'close') break;
  if (word === 'cancel') given.get(id).abort();
  else command(id, within, name, JSON.parse(options));
}
process.stdin.destroy();
await chat.close();
await listened;
