/** Genesys WebChatService for Node.js. Commands, events and configuration in full: docs/reference of libwebchat. */

/** An object of JSON. */
export type Json = Record<string, unknown>;

// made from the tables: names
/** What can happen: docs/reference/events.md. */
export type EventName =
  | 'ready'
  | 'restored'
  | 'restoreTimeout'
  | 'restoreFailed'
  | 'restoredOffline'
  | 'messageReceived'
  | 'error'
  | 'started'
  | 'ended'
  | 'agentTypingStarted'
  | 'agentTypingStopped'
  | 'pollingStarted'
  | 'pollingStopped'
  | 'clientConnected'
  | 'clientDisconnected'
  | 'agentConnected'
  | 'agentDisconnected'
  | 'supervisorConnected'
  | 'supervisorDisconnected'
  | 'botConnected'
  | 'botDisconnected'
  | 'clientTypingStarted'
  | 'clientTypingStopped'
  | 'disconnected'
  | 'reconnected'
  | 'chatServerWentOffline'
  | 'chatServerBackOnline'
  | 'connectionPending'
  | 'connectionRestored'
  | 'outbox'
;

/** Why a command can be refused. */
export type ErrorKind =
  | 'invalid_argument'
  | 'invalid_configuration'
  | 'no_session'
  | 'session_active'
  | 'busy'
  | 'access_denied'
  | 'unsupported'
  | 'not_found'
  | 'rejected'
  | 'unauthorized'
  | 'rate_limited'
  | 'unavailable'
  | 'disconnected'
  | 'timeout'
  | 'outcome_unknown'
  | 'protocol'
  | 'cancelled'
  | 'closed'
  | 'io'
  | 'wrong_thread'
  | 'internal'
  | 'not_sent'
  | 'out_of_resources'
;
// until here: names

/** An entry of the transcript; what a back end adds is there as well. */
export interface Message {
  index: number | string;
  type: string;
  text?: string;
  from: { id?: string | number; type: string; name: string };
  fileDetails?: Json;
  [more: string]: unknown;
}

/** What happened. */
export interface ChatEvent {
  name: EventName;
  /** Milliseconds since 1970 UTC. */
  time: number;
  /** What it carries: of messageReceived the `messages`, of agentConnected and its like the `message` and the `agents`. */
  data: Json & { messages?: Message[]; message?: Message };
  /** The envelope, as on the widget bus. It holds what opens the session, as `data` does: keep it out of logs. */
  raw: Json;
}

/** A file to send: its path, a path under another name, or bytes as base64. */
export type File = string | { path: string; name?: string } | { name: string; bytes: string };

/** How a command is given. */
export interface How {
  /** Gives it up: the promise is rejected with an AbortError, or, of a message that has left, with `outcome_unknown`. */
  signal?: AbortSignal;
  /** Milliseconds until it is given up: rejected with `timeout`, or `outcome_unknown`. */
  timeout?: number;
}

/** Why a command was refused; `message` says it for a person. */
export class WebchatError extends Error {
  readonly kind: ErrorKind | 'invalid_handle' | 'forked';
  readonly command?: string;
  /** What the original's `fail` gets: the server's answer, or the reason. */
  readonly value: unknown;
  /** The server's answer, where it was the server. */
  readonly response?: Json;
  /** Milliseconds to wait before trying again, where the server said so. */
  readonly retryAfter?: number;
}

/** The names of all events. */
export const events: readonly EventName[];

/** The version of the library. */
export const version: string;

/**
 * One customer's chat. It keeps the process alive until it is closed. Commands have a promise each; events come in order, each to one
 * reader, and all are there for a reader who comes first, whenever that is. Take them: while 1,024 wait, no more messages are fetched.
 */
export class Chat implements AsyncIterable<ChatEvent>, AsyncDisposable {
  /** Throws a WebchatError that names what is wrong. Without a configuration the command `configure` brings it. */
  constructor(config?: Json | string);
  /** Gives any command by its name. */
  command(name: string, options?: Json, how?: How): Promise<unknown>;
  /** Whether the back end has an ability: "fileUpload", "history", ... */
  can(ability: string): boolean;
  /** Events from now on; ends when the chat is closed. */
  events(options?: { signal?: AbortSignal }): AsyncGenerator<ChatEvent, void, void>;
  [Symbol.asyncIterator](): AsyncGenerator<ChatEvent, void, void>;
  /** Closes without ending the session at the server: what has no outcome yet is rejected as `closed`. Resolves when nothing is left to do. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;

  // made from the tables: commands
  /** Configures a chat that was made without a configuration; once. Resolves when the chat is ready. A configuration that cannot be used is named in the rejection, by its key. Resolves with nothing. */
  configure(options?: Json, how?: How): Promise<null>;
  /** Starts a chat session with what the customer entered. Resolves after the event `started`. */
  startChat(options?: { nickname?: string; firstname?: string; lastname?: string; email?: string; subject?: string; userData?: Json | string; form?: Json } & Json, how?: How): Promise<Json>;
  /** Ends the chat session once the messages on their way have their outcome, or twice `ajaxTimeout` has passed. Resolves after the event `ended`. */
  endChat(options?: How): Promise<Json>;
  /** Takes up a chat again; only where chats are asynchronous, others are restored when a chat is configured. Resolves once its newest messages have been published, after the event `restored` (`started`, when the server has made a new session instead); `fetchHistory` has the older ones. What is kept is restored by itself when a chat is configured: this is for a session that comes to be known later. */
  restore(sessionData?: Json | string, options?: How): Promise<Json>;
  /** Tells whether a session exists, judged from what is known here. */
  verifySession(options?: How): Promise<{ sessionActive: boolean }>;
  /** Takes another nickname. */
  updateNickname(nickname: string, options?: How): Promise<Json>;
  /** Sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request's id is the message's local id. Exactly one outcome: resolved (sent); rejected as not sent (the connection is lost, and nothing has left) or otherwise (it did not arrive); rejected as of unknown outcome (it left, and nothing tells). How sure it is comes with the outcome. */
  sendMessage(message: string, options?: { type?: string; parentMessageID?: string } & How): Promise<Json>;
  /** Sends a notice to a custom agent desktop. */
  sendCustomNotice(message?: string, options?: How): Promise<Json>;
  /** Tells the agent that the customer types. What is repeated within two seconds needs no request. */
  sendTyping(message?: string, options?: How): Promise<Json | null>;
  /** Sends a message and hides it, and all that match, from the transcript. Resolves at once, whatever becomes of the message; without a text or an expression nothing is sent. Resolves with nothing. */
  sendFilteredMessage(message: string, regex: string, options?: How): Promise<null>;
  /** Hides messages that match from the transcript. None of them is registered where one cannot be used. */
  addPrefilter(filters: string | string[], options?: How): Promise<Json[]>;
  /** Pushes a web address to the agent. */
  pushUrl(url: string, options?: How): Promise<Json>;
  /** Reports what the customer has read. */
  readReceipt(index?: number, options?: How): Promise<Json>;
  /** Changes the attached data of the chat, or of chats to come. */
  updateUserData(options?: Json, how?: How): Promise<Json>;
  /** Returns the messages of the chat in order, those hidden by prefilters absent. Beyond `maxTranscriptBytes` of the configuration the oldest are missing, and `truncated` is true. */
  getTranscript(options?: How): Promise<{ messages: Message[]; originalMessages: Json[] }>;
  /** Returns the agents of the chat. */
  getAgents(options?: How): Promise<{ agents: Record<string, Json> }>;
  /** Returns figures of the chat: who took part, when it began and ended, how long it took. */
  getStats(options?: How): Promise<{ agents: Record<string, Json>; startTime: number | false; endTime: number | false; duration: number | false }>;
  /** Returns the messages that were given and have no outcome yet, in order: with their local ids, how far they are, and their texts. */
  getOutbox(options?: How): Promise<{ messages: { localID: number; state: string; restored: boolean; requestID?: number; message: string }[] }>;
  /** Returns what identifies the session; empty without one. Whoever has it can take part in the chat. */
  getSessionData(options?: How): Promise<Json>;
  /** Fetches a page of older messages of an asynchronous chat. They come with `messageReceived`, newest first and `oldMessages` true, before this resolves. */
  fetchHistory(options?: How): Promise<Json>;
  /** Sends a file, read while it is sent. */
  sendFile(files: File, options?: { description?: string; userData?: Json } & How): Promise<Json>;
  /** Fetches a file, into memory (up to the configuration's limit for answers) unless it is to be saved. Resolves when it is complete. */
  downloadFile(fileId: string, options?: { path?: string; directory?: string; fileName?: string } & How): Promise<{ fileName: string; size: number; path?: string; bytes?: Uint8Array }>;
  /** Returns what the server allows to upload. */
  getFileLimits(options?: How): Promise<Json>;
  /** Deletes an uploaded file. */
  deleteFile(fileId: string, options?: How): Promise<Json>;
  /** Polls once, also while automatic polling is stopped; private to the service. A program that polls by a clock of its own gives it for the service. Resolves after what the answer brings was published, images apart. */
  poll(options?: How): Promise<Json>;
  /** Starts automatic polling. Resolves with nothing. */
  startPoll(options?: How): Promise<null>;
  /** Stops automatic polling. Resolves with nothing. */
  stopPoll(options?: How): Promise<null>;
  /** Sets the count of poll exceptions to 0. Resolves with nothing. */
  resetPollExceptions(options?: How): Promise<null>;
  // until here: commands
}
