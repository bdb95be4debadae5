// Code generated from the tables (make tables). DO NOT EDIT.

package webchat

import "context"

// What can happen.
const (
	// The service accepts commands. Late listeners get it too.
	EventReady = "ready"
	// A stored session was accepted; its messages follow.
	EventRestored = "restored"
	// The stored session is too old, or the server says it has ended.
	EventRestoreTimeout = "restoreTimeout"
	// The stored session could not be restored; with the response that said so.
	EventRestoreFailed = "restoreFailed"
	// The session was restored while the chat server is offline.
	EventRestoredOffline = "restoredOffline"
	// New messages, one event for each answer that has visible ones.
	EventMessageReceived = "messageReceived"
	// An error between client and server, with the server's response.
	EventError = "error"
	// The chat session has started.
	EventStarted = "started"
	// The chat session has ended.
	EventEnded = "ended"
	// An agent or supervisor started typing.
	EventAgentTypingStarted = "agentTypingStarted"
	// An agent or supervisor stopped typing; with the notice, where a notice said so.
	EventAgentTypingStopped = "agentTypingStopped"
	// Automatic polling has started.
	EventPollingStarted = "pollingStarted"
	// Automatic polling has stopped.
	EventPollingStopped = "pollingStopped"
	// The customer is in the chat.
	EventClientConnected = "clientConnected"
	// The customer has left the chat.
	EventClientDisconnected = "clientDisconnected"
	// An agent has joined.
	EventAgentConnected = "agentConnected"
	// An agent has left.
	EventAgentDisconnected = "agentDisconnected"
	// A supervisor has joined.
	EventSupervisorConnected = "supervisorConnected"
	// A supervisor has left.
	EventSupervisorDisconnected = "supervisorDisconnected"
	// A bot has joined.
	EventBotConnected = "botConnected"
	// A bot has left.
	EventBotDisconnected = "botDisconnected"
	// The customer types, and the agent is told.
	EventClientTypingStarted = "clientTypingStarted"
	// The customer stopped typing.
	EventClientTypingStopped = "clientTypingStopped"
	// The servers cannot be reached.
	EventDisconnected = "disconnected"
	// The servers can be reached again, after `disconnected`.
	EventReconnected = "reconnected"
	// The chat server is offline; the session has not ended.
	EventChatServerWentOffline = "chatServerWentOffline"
	// The chat server is back.
	EventChatServerBackOnline = "chatServerBackOnline"
	// The chat server did not answer; the service tries again.
	EventConnectionPending = "connectionPending"
	// The connection to the chat server works again.
	EventConnectionRestored = "connectionRestored"
	// A message has got further on its way; without its text.
	EventOutbox = "outbox"
)

// Why a command can be refused: errors.Is(err, webchat.NoSession).
const (
	// An option, text or name given by the caller is not usable. The error says which.
	InvalidArgument Kind = "invalid_argument"
	// The configuration is missing or has a bad value; the error names the key.
	InvalidConfiguration Kind = "invalid_configuration"
	// The command needs a chat session and there is none.
	NoSession Kind = "no_session"
	// The command needs that no chat session is active.
	SessionActive Kind = "session_active"
	// The same thing is already under way.
	Busy Kind = "busy"
	// The command is private to the service.
	AccessDenied Kind = "access_denied"
	// The transport in use, or this build or system, does not offer it.
	Unsupported Kind = "unsupported"
	// What was asked for does not exist, for example no session to restore.
	NotFound Kind = "not_found"
	// The server understood the request and refused it. See the response.
	Rejected Kind = "rejected"
	// The server or a gateway wants other credentials.
	Unauthorized Kind = "unauthorized"
	// The server asks to slow down.
	RateLimited Kind = "rate_limited"
	// The server, or the chat server behind it, cannot serve at the moment.
	Unavailable Kind = "unavailable"
	// The server cannot be reached.
	Disconnected Kind = "disconnected"
	// The time given for it is over.
	Timeout Kind = "timeout"
	// The request left, and nothing tells whether it took effect.
	OutcomeUnknown Kind = "outcome_unknown"
	// The server's answer is not what the protocol says.
	Protocol Kind = "protocol"
	// The caller cancelled it.
	Cancelled Kind = "cancelled"
	// The service was closed before the outcome was known.
	Closed Kind = "closed"
	// A file on this machine, or a descriptor, could not be read, written or made.
	Io Kind = "io"
	// A blocking call was made inside a callback, where it could never end.
	WrongThread Kind = "wrong_thread"
	// A fault in this library. Please report it.
	Internal Kind = "internal"
	// The message was not sent, because the connection is lost: nothing has left.
	NotSent Kind = "not_sent"
	// The system gives no more threads, file descriptors or memory. The error says which.
	OutOfResources Kind = "out_of_resources"
)

// Configure: Configures a chat that was made without a configuration; once. Resolves when the chat is ready. A configuration that cannot be
// used is named in the rejection, by its key. Resolves with nothing.
func (c *Chat) Configure(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "configure", join(options))
}

// StartChat: Starts a chat session with what the customer entered. Resolves after the event `started`.
func (c *Chat) StartChat(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "startChat", join(options))
}

// EndChat: Ends the chat session once the messages on their way have their outcome, or twice `ajaxTimeout` has passed. Resolves after the
// event `ended`.
func (c *Chat) EndChat(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "endChat", join(options))
}

// Restore: Takes up a chat again; only where chats are asynchronous, others are restored when a chat is configured. Resolves once its
// newest messages have been published, after the event `restored` (`started`, when the server has made a new session instead);
// `fetchHistory` has the older ones. What is kept is restored by itself when a chat is configured: this is for a session that comes to be
// known later.
func (c *Chat) Restore(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "restore", join(options))
}

// VerifySession: Tells whether a session exists, judged from what is known here.
func (c *Chat) VerifySession(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "verifySession", join(options))
}

// UpdateNickname: Takes another nickname.
func (c *Chat) UpdateNickname(ctx context.Context, nickname string, options ...Options) (Result, error) {
	return c.Command(ctx, "updateNickname", join(options, "nickname", nickname))
}

// SendMessage: Sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request's id is the message's
// local id. Exactly one outcome: resolved (sent); rejected as not sent (the connection is lost, and nothing has left) or otherwise (it did
// not arrive); rejected as of unknown outcome (it left, and nothing tells). How sure it is comes with the outcome.
func (c *Chat) SendMessage(ctx context.Context, message string, options ...Options) (Result, error) {
	return c.Command(ctx, "sendMessage", join(options, "message", message))
}

// SendCustomNotice: Sends a notice to a custom agent desktop.
func (c *Chat) SendCustomNotice(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "sendCustomNotice", join(options))
}

// SendTyping: Tells the agent that the customer types. What is repeated within two seconds needs no request.
func (c *Chat) SendTyping(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "sendTyping", join(options))
}

// SendFilteredMessage: Sends a message and hides it, and all that match, from the transcript. Resolves at once, whatever becomes of the
// message; without a text or an expression nothing is sent. Resolves with nothing.
func (c *Chat) SendFilteredMessage(ctx context.Context, message string, regex string, options ...Options) (Result, error) {
	return c.Command(ctx, "sendFilteredMessage", join(options, "message", message, "regex", regex))
}

// AddPrefilter: Hides messages that match from the transcript. None of them is registered where one cannot be used.
func (c *Chat) AddPrefilter(ctx context.Context, filters []string, options ...Options) (Result, error) {
	return c.Command(ctx, "addPrefilter", join(options, "filters", filters))
}

// PushUrl: Pushes a web address to the agent.
func (c *Chat) PushUrl(ctx context.Context, url string, options ...Options) (Result, error) {
	return c.Command(ctx, "pushUrl", join(options, "url", url))
}

// ReadReceipt: Reports what the customer has read.
func (c *Chat) ReadReceipt(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "readReceipt", join(options))
}

// UpdateUserData: Changes the attached data of the chat, or of chats to come.
func (c *Chat) UpdateUserData(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "updateUserData", join(options))
}

// GetTranscript: Returns the messages of the chat in order, those hidden by prefilters absent. Beyond `maxTranscriptBytes` of the
// configuration the oldest are missing, and `truncated` is true.
func (c *Chat) GetTranscript(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "getTranscript", join(options))
}

// GetAgents: Returns the agents of the chat.
func (c *Chat) GetAgents(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "getAgents", join(options))
}

// GetStats: Returns figures of the chat: who took part, when it began and ended, how long it took.
func (c *Chat) GetStats(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "getStats", join(options))
}

// GetOutbox: Returns the messages that were given and have no outcome yet, in order: with their local ids, how far they are, and their
// texts.
func (c *Chat) GetOutbox(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "getOutbox", join(options))
}

// GetSessionData: Returns what identifies the session; empty without one. Whoever has it can take part in the chat.
func (c *Chat) GetSessionData(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "getSessionData", join(options))
}

// FetchHistory: Fetches a page of older messages of an asynchronous chat. They come with `messageReceived`, newest first and `oldMessages`
// true, before this resolves.
func (c *Chat) FetchHistory(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "fetchHistory", join(options))
}

// SendFile: Sends a file, read while it is sent.
func (c *Chat) SendFile(ctx context.Context, files string, options ...Options) (Result, error) {
	return c.Command(ctx, "sendFile", join(options, "files", files))
}

// DownloadFile: Fetches a file, into memory (up to the configuration's limit for answers) unless it is to be saved. Resolves when it is
// complete.
func (c *Chat) DownloadFile(ctx context.Context, fileId string, options ...Options) (Result, error) {
	return c.Command(ctx, "downloadFile", join(options, "fileId", fileId))
}

// GetFileLimits: Returns what the server allows to upload.
func (c *Chat) GetFileLimits(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "getFileLimits", join(options))
}

// DeleteFile: Deletes an uploaded file.
func (c *Chat) DeleteFile(ctx context.Context, fileId string, options ...Options) (Result, error) {
	return c.Command(ctx, "deleteFile", join(options, "fileId", fileId))
}

// Poll: Polls once, also while automatic polling is stopped; private to the service. A program that polls by a clock of its own gives it
// for the service. Resolves after what the answer brings was published, images apart.
func (c *Chat) Poll(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "poll", join(options))
}

// StartPoll: Starts automatic polling. Resolves with nothing.
func (c *Chat) StartPoll(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "startPoll", join(options))
}

// StopPoll: Stops automatic polling. Resolves with nothing.
func (c *Chat) StopPoll(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "stopPoll", join(options))
}

// ResetPollExceptions: Sets the count of poll exceptions to 0. Resolves with nothing.
func (c *Chat) ResetPollExceptions(ctx context.Context, options ...Options) (Result, error) {
	return c.Command(ctx, "resetPollExceptions", join(options))
}
