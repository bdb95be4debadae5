/** How a process ends: by itself once its chats are closed, and at once wherever they are. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { simulator } from './simulator.mjs';

const RUNS = Number(process.env.WEBCHAT_EXITS ?? 12);
const index = new URL('../index.js', import.meta.url).href;

/** Runs a program, which has `chat`; returns how it ended. */
async function run(server, program) {
  const source = `import { Chat } from ${JSON.stringify(index)};
    const config = ${JSON.stringify(server.config)};
    const chat = new Chat(config);
    ${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const [code, signal] = await once(child, 'close');
  return { code, signal, said };
}

async function ends(t, program, wanted) {
  const server = await simulator(t);
  for (let number = 0; number < RUNS; number += 1) {
    const { code, signal, said } = await run(server, program);
    assert.deepEqual({ code, signal }, { code: wanted, signal: null }, said);
  }
}

test('ends by itself once the chat is closed', (t) =>
  ends(t, `await chat.startChat({ nickname: 'Ann' }); await chat.sendMessage('hello'); await chat.endChat(); await chat.close();`, 0));

test('goes on while a chat is open, and waits for its events', (t) =>
  ends(t, `chat.startChat({ nickname: 'Ann' });
    for await (const event of chat) if (event.name === 'clientConnected') break;
    await chat.close(); process.exitCode = 5;`, 5));

test('exits in the middle of commands', (t) =>
  ends(t, `await chat.startChat({ nickname: 'Ann' });
    for (let n = 0; n < 50; n += 1) chat.sendMessage('message ' + n).catch(() => {});
    chat.sendMessage('last').catch(() => {});
    for await (const event of chat) if (event.name === 'messageReceived') process.exit(3);`, 3));

test('exits before the first outcome', (t) => ends(t, `chat.startChat({ nickname: 'Ann' }).catch(() => {}); process.exit(4);`, 4));

test('exits in an outcome', (t) =>
  ends(t, `for (let n = 0; n < 200; n += 1) chat.command('nothing').catch(() => process.exit(6));`, 6));

test('throws, and nobody catches it', (t) =>
  ends(t, `chat.startChat({ nickname: 'Ann' }).catch(() => {}); setImmediate(() => { throw new Error('on purpose'); });`, 1));

// A worker may be gone while its chat has commands under way, and its thread in the middle of anything: nobody else notices.
for (const [words, how] of Object.entries({
  'exits with its chat open': { closes: false, exits: true },
  'is terminated with its chat open': { closes: false, exits: false },
  'closes its chat and exits': { closes: true, exits: true },
  'closes its chat and is terminated': { closes: true, exits: false },
})) {
  test(`a worker ${words}`, (t) =>
    ends(t, `const { Worker } = await import('node:worker_threads');
      const { once } = await import('node:events');
      await chat.startChat({ nickname: 'Ann' });
      const options = { workerData: { config, ...${JSON.stringify(how)} }, execArgv: [] };
      const workers = [1, 2, 3].map(() => new Worker(new URL('./test/busy.mjs', ${JSON.stringify(index)}), options));
      await Promise.all(workers.map(async (worker) => {
        await once(worker, 'message');
        await worker.terminate();
      }));
      for (let n = 0; n < 20; n += 1) await chat.sendMessage('still here ' + n);
      await chat.close();
      process.exitCode = 7;`, 7));
}
