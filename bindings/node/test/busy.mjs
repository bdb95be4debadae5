/** A worker that closes its chat while much is under way, and then ends as it is told. */
import { parentPort, workerData } from 'node:worker_threads';
import { Chat } from '../index.js';

const chat = new Chat(workerData.config);
await chat.startChat({ nickname: 'Bea' });
const sent = Array.from({ length: 100 }, (_, number) => chat.sendMessage(`message ${number}`).catch(({ kind }) => kind));
for await (const event of chat) if (event.name === 'messageReceived') break;
await chat.close();
await Promise.all(sent);
parentPort.postMessage('closed');
if (workerData.end === 'process.exit()') process.exit();
await new Promise(() => setInterval(() => {}, 1000));
