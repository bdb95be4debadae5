/** A worker that ends as it is told while much is under way: with its chat open, or having closed it. */
import { parentPort, workerData } from 'node:worker_threads';
import { Chat } from '../index.js';

const chat = new Chat(workerData.config);
await chat.startChat({ nickname: 'Bea' });
const sent = Array.from({ length: 100 }, (_, number) => chat.sendMessage(`message ${number}`).catch(({ kind }) => kind));
for await (const event of chat) if (event.name === 'messageReceived') break;
if (workerData.closes) {
  await chat.close();
  await Promise.all(sent);
}
parentPort.postMessage('busy');
if (workerData.exits) process.exit();
for await (const event of chat);
await new Promise(() => setInterval(() => {}, 1000));
