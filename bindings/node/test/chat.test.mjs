import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Chat, WebchatError, events, version } from '../index.js';
import { simulator } from './simulator.mjs';

/** Reads events until one is of this name. */
async function until(reader, name, wanted = () => true) {
  for (;;) {
    const { value, done } = await reader.next();
    assert.ok(!done, `the events ended before ${name}`);
    if (value.name === name && wanted(value.data)) return value;
  }
}

test('a chat from its start to its end', async (t) => {
  const server = await simulator(t);
  const chat = new Chat(server.config);
  const reader = chat.events();
  assert.equal((await chat.startChat({ nickname: 'Ann' })).statusCode, 0);
  await server.agent('join', { nickname: 'Kim' });
  assert.equal((await until(reader, 'agentConnected')).data.message.from.name, 'Kim');
  await chat.sendMessage('Hällo 👋');
  await until(reader, 'messageReceived', ({ messages }) => messages.some(({ text }) => text === 'Hällo 👋'));
  await server.agent('say', { text: 'Good day' });
  const said = (await until(reader, 'messageReceived')).data.messages.at(-1);
  assert.deepEqual([said.from.type, said.from.name, said.text], ['Agent', 'Kim', 'Good day']);
  await chat.endChat();
  await until(reader, 'ended');
  await chat.close();
  while (!(await reader.next()).done);
});

test('a refused command throws an error with a kind', async (t) => {
  const server = await simulator(t);
  const chat = new Chat(server.config);
  t.after(() => chat.close());
  const refused = (kind, message) => (error) => {
    assert.ok(error instanceof WebchatError);
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    return true;
  };
  await assert.rejects(chat.sendMessage('too early'), refused('no_session', /no active chat session/));
  await assert.rejects(chat.command('dance'), refused('unsupported', /dance/));
  assert.throws(() => new Chat({ dataURL: 7 }), refused('invalid_configuration', /dataURL/));
  await chat.startChat({ nickname: 'Ann' });
  await assert.rejects(chat.sendMessage(''), refused('invalid_argument', /No message text provided/));
  await server.fault('status', { operation: 'send', code: 247, status: 400 });
  const error = await chat.sendMessage('refused').catch((error) => error);
  assert.equal(error.kind, 'rejected');
  assert.equal(error.response.responseJSON.errors[0].code, 247);
});

test('a server that is not there', async () => {
  const chat = new Chat({ dataURL: 'http://nowhere.invalid/genesys/2/chat/support' });
  await assert.rejects(chat.startChat({ nickname: 'Ann' }, { timeout: 1500 }), (error) => ['timeout', 'disconnected'].includes(error.kind));
  await chat.close();
});

test('files there and back', async (t) => {
  const server = await simulator(t);
  const chat = new Chat(server.config);
  t.after(() => chat.close());
  await chat.startChat({ nickname: 'Ann' });
  const sent = await chat.sendFile({ name: 'notes.txt', bytes: Buffer.from('some notes').toString('base64') });
  const file = await chat.downloadFile(sent.userData['file-id']);
  assert.equal(file.fileName, 'notes.txt');
  assert.equal(Buffer.from(file.bytes).toString(), 'some notes');
});

test('an aborted command', async (t) => {
  const server = await simulator(t);
  const chat = new Chat(server.config);
  t.after(() => chat.close());
  await chat.startChat({ nickname: 'Ann' });
  await server.fault('hang', { operation: 'send' });
  const abort = new AbortController();
  const left = chat.sendMessage('this one has left', { signal: abort.signal });
  const queued = chat.sendMessage('this one waits', { signal: abort.signal });
  await server.requests('send');
  abort.abort(new Error('enough'));
  await assert.rejects(left, { name: 'WebchatError', kind: 'outcome_unknown' });
  await assert.rejects(queued, { name: 'AbortError', kind: 'cancelled' });
  await assert.rejects(chat.sendMessage('never given', { signal: abort.signal }), /enough/);
  const reading = chat.events({ signal: AbortSignal.abort(new Error('no more')) });
  await assert.rejects(reading.next(), /no more/);
});

test('closed while busy: every command has its outcome, and the events end', async (t) => {
  const server = await simulator(t);
  const chat = new Chat(server.config);
  await chat.startChat({ nickname: 'Ann' });
  await server.fault('hang', { operation: 'send', times: 3 });
  const sent = [1, 2, 3].map((number) => chat.sendMessage(`number ${number}`));
  const kinds = Promise.allSettled(sent).then((all) => all.map(({ reason }) => reason.kind));
  await server.requests('send');
  await chat.close();
  assert.deepEqual(await kinds, ['outcome_unknown', 'closed', 'closed']);
  const seen = [];
  for await (const event of chat) seen.push(event.name);
  assert.deepEqual(seen, []);
  await assert.rejects(chat.endChat(), { kind: 'invalid_handle' });
});

test('two readers share the events, and who leaves the loop may come back', async (t) => {
  const server = await simulator(t);
  const chat = new Chat(server.config);
  t.after(() => chat.close());
  await chat.startChat({ nickname: 'Ann' });
  for await (const event of chat) if (event.name === 'started') break;
  const found = Promise.race([until(chat.events(), 'agentConnected'), until(chat.events(), 'agentConnected')]);
  await server.agent('join', { nickname: 'Kim' });
  await found;
});

test('the names are the library’s', () => {
  assert.ok(events.includes('messageReceived') && Object.isFrozen(events));
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.equal(typeof Chat.prototype.sendFilteredMessage, 'function');
});

test('300 chats at once', async (t) => {
  const server = await simulator(t);
  const config = { dataURL: server.url, pollRateMin: 1000, pollRateMax: 1000 };
  const chats = Array.from({ length: 300 }, () => new Chat(config));
  await Promise.all(
    chats.map(async (chat, number) => {
      const text = `from chat ${number}`;
      await chat.startChat({ nickname: `Ann ${number}` });
      await chat.sendMessage(text);
      await until(chat.events(), 'messageReceived', ({ messages }) => messages.some((message) => message.text === text));
      await chat.endChat();
    }),
  );
  await Promise.all(chats.map((chat) => chat.close()));
});

test('chats in workers', async (t) => {
  const server = await simulator(t);
  const url = new URL('./worker.mjs', import.meta.url);
  const told = Array.from({ length: 3 }, (_, number) => new Promise((resolve, reject) => {
    const worker = new Worker(url, { workerData: { config: server.config, text: `from worker ${number}` } });
    worker.once('message', resolve).once('error', reject);
  }));
  // This thread does nothing for a while; no worker waits for it.
  const chat = new Chat(server.config);
  assert.deepEqual(await Promise.all(told), [0, 1, 2].map((number) => `from worker ${number}`));
  await chat.close();
});
