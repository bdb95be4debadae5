// Made from the tables (make tables).
using System.Threading;
using System.Threading.Tasks;
using Newtonsoft.Json.Linq;

namespace Libwebchat
{
    public sealed partial class Chat
    {
        /// <summary>Configures a chat that was made without a configuration; once. Resolves when the chat is ready. A configuration that cannot be used is named in the rejection, by its key. Resolves with nothing.</summary>
        public Task<JToken> ConfigureAsync(JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("configure", Join(options), cancellation);
        }

        /// <summary>Starts a chat session with what the customer entered. Resolves after the event `started`.</summary>
        public Task<JToken> StartChatAsync(JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("startChat", Join(options), cancellation);
        }

        /// <summary>Ends the chat session once the messages on their way have their outcome, or twice `ajaxTimeout` has passed. Resolves after the event `ended`.</summary>
        public Task<JToken> EndChatAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("endChat", Join(null), cancellation);
        }

        /// <summary>Takes up a chat again; only where chats are asynchronous, others are restored when a chat is configured. Resolves once its newest messages have been published, after the event `restored` (`started`, when the server has made a new session instead); `fetchHistory` has the older ones. What is kept is restored by itself when a chat is configured: this is for a session that comes to be known later.</summary>
        public Task<JToken> RestoreAsync(JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("restore", Join(options), cancellation);
        }

        /// <summary>Tells whether a session exists, judged from what is known here.</summary>
        public Task<JToken> VerifySessionAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("verifySession", Join(null), cancellation);
        }

        /// <summary>Takes another nickname.</summary>
        public Task<JToken> UpdateNicknameAsync(string nickname, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("updateNickname", Join(null, "nickname", nickname), cancellation);
        }

        /// <summary>Sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request's id is the message's local id. Exactly one outcome: resolved (sent); rejected as not sent (the connection is lost, and nothing has left) or otherwise (it did not arrive); rejected as of unknown outcome (it left, and nothing tells). How sure it is comes with the outcome.</summary>
        public Task<JToken> SendMessageAsync(string message, JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("sendMessage", Join(options, "message", message), cancellation);
        }

        /// <summary>Sends a notice to a custom agent desktop.</summary>
        public Task<JToken> SendCustomNoticeAsync(JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("sendCustomNotice", Join(options), cancellation);
        }

        /// <summary>Tells the agent that the customer types. What is repeated within two seconds needs no request.</summary>
        public Task<JToken> SendTypingAsync(JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("sendTyping", Join(options), cancellation);
        }

        /// <summary>Sends a message and hides it, and all that match, from the transcript. Resolves at once, whatever becomes of the message; without a text or an expression nothing is sent. Resolves with nothing.</summary>
        public Task<JToken> SendFilteredMessageAsync(string message, string regex, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("sendFilteredMessage", Join(null, "message", message, "regex", regex), cancellation);
        }

        /// <summary>Hides messages that match from the transcript. None of them is registered where one cannot be used.</summary>
        public Task<JToken> AddPrefilterAsync(string[] filters, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("addPrefilter", Join(null, "filters", filters), cancellation);
        }

        /// <summary>Pushes a web address to the agent.</summary>
        public Task<JToken> PushUrlAsync(string url, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("pushUrl", Join(null, "url", url), cancellation);
        }

        /// <summary>Reports what the customer has read.</summary>
        public Task<JToken> ReadReceiptAsync(JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("readReceipt", Join(options), cancellation);
        }

        /// <summary>Changes the attached data of the chat, or of chats to come.</summary>
        public Task<JToken> UpdateUserDataAsync(JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("updateUserData", Join(options), cancellation);
        }

        /// <summary>Returns the messages of the chat in order, those hidden by prefilters absent. Beyond `maxTranscriptBytes` of the configuration the oldest are missing, and `truncated` is true.</summary>
        public Task<JToken> GetTranscriptAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("getTranscript", Join(null), cancellation);
        }

        /// <summary>Returns the agents of the chat.</summary>
        public Task<JToken> GetAgentsAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("getAgents", Join(null), cancellation);
        }

        /// <summary>Returns figures of the chat: who took part, when it began and ended, how long it took.</summary>
        public Task<JToken> GetStatsAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("getStats", Join(null), cancellation);
        }

        /// <summary>Returns the messages that were given and have no outcome yet, in order: with their local ids, how far they are, and their texts.</summary>
        public Task<JToken> GetOutboxAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("getOutbox", Join(null), cancellation);
        }

        /// <summary>Returns what identifies the session; empty without one. Whoever has it can take part in the chat.</summary>
        public Task<JToken> GetSessionDataAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("getSessionData", Join(null), cancellation);
        }

        /// <summary>Fetches a page of older messages of an asynchronous chat. They come with `messageReceived`, newest first and `oldMessages` true, before this resolves.</summary>
        public Task<JToken> FetchHistoryAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("fetchHistory", Join(null), cancellation);
        }

        /// <summary>Sends a file, read while it is sent.</summary>
        public Task<JToken> SendFileAsync(string files, JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("sendFile", Join(options, "files", files), cancellation);
        }

        /// <summary>Fetches a file, into memory (up to the configuration's limit for answers) unless it is to be saved. Resolves when it is complete.</summary>
        public Task<JToken> DownloadFileAsync(string fileId, JObject options = null, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("downloadFile", Join(options, "fileId", fileId), cancellation);
        }

        /// <summary>Returns what the server allows to upload.</summary>
        public Task<JToken> GetFileLimitsAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("getFileLimits", Join(null), cancellation);
        }

        /// <summary>Deletes an uploaded file.</summary>
        public Task<JToken> DeleteFileAsync(string fileId, CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("deleteFile", Join(null, "fileId", fileId), cancellation);
        }

        /// <summary>Polls once, also while automatic polling is stopped; private to the service. A program that polls by a clock of its own gives it for the service. Resolves after what the answer brings was published, images apart.</summary>
        public Task<JToken> PollAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("poll", Join(null), cancellation);
        }

        /// <summary>Starts automatic polling. Resolves with nothing.</summary>
        public Task<JToken> StartPollAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("startPoll", Join(null), cancellation);
        }

        /// <summary>Stops automatic polling. Resolves with nothing.</summary>
        public Task<JToken> StopPollAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("stopPoll", Join(null), cancellation);
        }

        /// <summary>Sets the count of poll exceptions to 0. Resolves with nothing.</summary>
        public Task<JToken> ResetPollExceptionsAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return CommandAsync("resetPollExceptions", Join(null), cancellation);
        }
    }

    /// <summary>What can happen.</summary>
    public static class EventNames
    {
        /// <summary>The service accepts commands. Late listeners get it too.</summary>
        public const string Ready = "ready";
        /// <summary>A stored session was accepted; its messages follow.</summary>
        public const string Restored = "restored";
        /// <summary>The stored session is too old, or the server says it has ended.</summary>
        public const string RestoreTimeout = "restoreTimeout";
        /// <summary>The stored session could not be restored; with the response that said so.</summary>
        public const string RestoreFailed = "restoreFailed";
        /// <summary>The session was restored while the chat server is offline.</summary>
        public const string RestoredOffline = "restoredOffline";
        /// <summary>New messages, one event for each answer that has visible ones.</summary>
        public const string MessageReceived = "messageReceived";
        /// <summary>An error between client and server, with the server's response.</summary>
        public const string Error = "error";
        /// <summary>The chat session has started.</summary>
        public const string Started = "started";
        /// <summary>The chat session has ended.</summary>
        public const string Ended = "ended";
        /// <summary>An agent or supervisor started typing.</summary>
        public const string AgentTypingStarted = "agentTypingStarted";
        /// <summary>An agent or supervisor stopped typing; with the notice, where a notice said so.</summary>
        public const string AgentTypingStopped = "agentTypingStopped";
        /// <summary>Automatic polling has started.</summary>
        public const string PollingStarted = "pollingStarted";
        /// <summary>Automatic polling has stopped.</summary>
        public const string PollingStopped = "pollingStopped";
        /// <summary>The customer is in the chat.</summary>
        public const string ClientConnected = "clientConnected";
        /// <summary>The customer has left the chat.</summary>
        public const string ClientDisconnected = "clientDisconnected";
        /// <summary>An agent has joined.</summary>
        public const string AgentConnected = "agentConnected";
        /// <summary>An agent has left.</summary>
        public const string AgentDisconnected = "agentDisconnected";
        /// <summary>A supervisor has joined.</summary>
        public const string SupervisorConnected = "supervisorConnected";
        /// <summary>A supervisor has left.</summary>
        public const string SupervisorDisconnected = "supervisorDisconnected";
        /// <summary>A bot has joined.</summary>
        public const string BotConnected = "botConnected";
        /// <summary>A bot has left.</summary>
        public const string BotDisconnected = "botDisconnected";
        /// <summary>The customer types, and the agent is told.</summary>
        public const string ClientTypingStarted = "clientTypingStarted";
        /// <summary>The customer stopped typing.</summary>
        public const string ClientTypingStopped = "clientTypingStopped";
        /// <summary>The servers cannot be reached.</summary>
        public const string Disconnected = "disconnected";
        /// <summary>The servers can be reached again, after `disconnected`.</summary>
        public const string Reconnected = "reconnected";
        /// <summary>The chat server is offline; the session has not ended.</summary>
        public const string ChatServerWentOffline = "chatServerWentOffline";
        /// <summary>The chat server is back.</summary>
        public const string ChatServerBackOnline = "chatServerBackOnline";
        /// <summary>The chat server did not answer; the service tries again.</summary>
        public const string ConnectionPending = "connectionPending";
        /// <summary>The connection to the chat server works again.</summary>
        public const string ConnectionRestored = "connectionRestored";
        /// <summary>A message has got further on its way; without its text.</summary>
        public const string Outbox = "outbox";
    }

    /// <summary>Why a command can be refused.</summary>
    public static class ErrorKinds
    {
        /// <summary>An option, text or name given by the caller is not usable. The error says which.</summary>
        public const string InvalidArgument = "invalid_argument";
        /// <summary>The configuration is missing or has a bad value; the error names the key.</summary>
        public const string InvalidConfiguration = "invalid_configuration";
        /// <summary>The command needs a chat session and there is none.</summary>
        public const string NoSession = "no_session";
        /// <summary>The command needs that no chat session is active.</summary>
        public const string SessionActive = "session_active";
        /// <summary>The same thing is already under way.</summary>
        public const string Busy = "busy";
        /// <summary>The command is private to the service.</summary>
        public const string AccessDenied = "access_denied";
        /// <summary>The transport in use, or this build or system, does not offer it.</summary>
        public const string Unsupported = "unsupported";
        /// <summary>What was asked for does not exist, for example no session to restore.</summary>
        public const string NotFound = "not_found";
        /// <summary>The server understood the request and refused it. See the response.</summary>
        public const string Rejected = "rejected";
        /// <summary>The server or a gateway wants other credentials.</summary>
        public const string Unauthorized = "unauthorized";
        /// <summary>The server asks to slow down.</summary>
        public const string RateLimited = "rate_limited";
        /// <summary>The server, or the chat server behind it, cannot serve at the moment.</summary>
        public const string Unavailable = "unavailable";
        /// <summary>The server cannot be reached.</summary>
        public const string Disconnected = "disconnected";
        /// <summary>The time given for it is over.</summary>
        public const string Timeout = "timeout";
        /// <summary>The request left, and nothing tells whether it took effect.</summary>
        public const string OutcomeUnknown = "outcome_unknown";
        /// <summary>The server's answer is not what the protocol says.</summary>
        public const string Protocol = "protocol";
        /// <summary>The caller cancelled it.</summary>
        public const string Cancelled = "cancelled";
        /// <summary>The service was closed before the outcome was known.</summary>
        public const string Closed = "closed";
        /// <summary>A file on this machine, or a descriptor, could not be read, written or made.</summary>
        public const string Io = "io";
        /// <summary>A blocking call was made inside a callback, where it could never end.</summary>
        public const string WrongThread = "wrong_thread";
        /// <summary>A fault in this library. Please report it.</summary>
        public const string Internal = "internal";
        /// <summary>The message was not sent, because the connection is lost: nothing has left.</summary>
        public const string NotSent = "not_sent";
        /// <summary>The system gives no more threads, file descriptors or memory. The error says which.</summary>
        public const string OutOfResources = "out_of_resources";
    }
}
