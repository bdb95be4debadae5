/** What TypeScript makes of the declarations; compiled, never run. */
import { Chat, WebchatError, type ChatEvent, type ErrorKind, type EventName } from '../index.js';

export async function use(chat: Chat, signal: AbortSignal): Promise<string[]> {
  await chat.startChat({ nickname: 'Ann', userData: { order: '7' } }, { timeout: 5000 });
  await chat.sendMessage('hello', { type: 'text', signal });
  await chat.sendFile({ name: 'a.txt', bytes: 'YQ==' }, { description: 'notes' });
  const { bytes } = await chat.downloadFile('7', { signal });
  const texts = (await chat.getTranscript()).messages.map((message) => message.text ?? `${bytes?.length ?? 0} bytes`);
  for await (const event of chat) texts.push(said(event));
  // @ts-expect-error: a message has a text
  await chat.sendMessage();
  // @ts-expect-error: no such option
  await chat.sendMessage('hello', { tone: 'friendly' });
  return texts;
}

function said(event: ChatEvent): string {
  // @ts-expect-error: no such event
  if (event.name === 'messagesReceived') return '';
  const name: EventName = event.name;
  return `${name}: ${event.data.messages?.length ?? 0}`;
}

export function kind(error: unknown): ErrorKind | 'invalid_handle' | 'forked' | undefined {
  return error instanceof WebchatError ? error.kind : undefined;
}
