/** A chat in a worker: says its text, and tells it when it has come back. */
import { parentPort, workerData } from 'node:worker_threads';
import { Chat } from '../index.js';

const chat = new Chat(workerData.config);
await chat.startChat({ nickname: 'Ann' });
await chat.sendMessage(workerData.text);
for await (const event of chat) {
  if (event.data.messages?.some(({ text }) => text === workerData.text)) break;
}
await chat.endChat();
await chat.close();
parentPort.postMessage(workerData.text);
