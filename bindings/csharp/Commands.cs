// Made from the tables (make tables).
using System.Threading;
using System.Threading.Tasks;
using Newtonsoft.Json.Linq;

namespace Libwebchat
{
    public sealed partial class Chat
    {
        /// <summary>Configures a chat that was made without a configuration; once. Resolves when the chat is ready. A configuration that cannot be used is named in the rejection, by its key. Resolves with nothing.</summary>
        public Task<JToken> Configure(JObject options = null, CancellationToken cancel = default)
        {
            return Command("configure", Join(options), cancel);
        }

        /// <summary>Starts a chat session with what the customer entered. Resolves after the event `started`.</summary>
        public Task<JToken> StartChat(JObject options = null, CancellationToken cancel = default)
        {
            return Command("startChat", Join(options), cancel);
        }

        /// <summary>Ends the chat session once the messages on their way have their outcome, or twice `ajaxTimeout` has passed. Resolves after the event `ended`.</summary>
        public Task<JToken> EndChat(JObject options = null, CancellationToken cancel = default)
        {
            return Command("endChat", Join(options), cancel);
        }

        /// <summary>Takes up a chat again; only where chats are asynchronous, others are restored when a chat is configured. Resolves once its newest messages have been published, after the event `restored` (`started`, when the server has made a new session instead); `fetchHistory` has the older ones. What is kept is restored by itself when a chat is configured: this is for a session that comes to be known later.</summary>
        public Task<JToken> Restore(JObject options = null, CancellationToken cancel = default)
        {
            return Command("restore", Join(options), cancel);
        }

        /// <summary>Tells whether a session exists, judged from what is known here.</summary>
        public Task<JToken> VerifySession(JObject options = null, CancellationToken cancel = default)
        {
            return Command("verifySession", Join(options), cancel);
        }

        /// <summary>Takes another nickname.</summary>
        public Task<JToken> UpdateNickname(string nickname, JObject options = null, CancellationToken cancel = default)
        {
            return Command("updateNickname", Join(options, ("nickname", nickname)), cancel);
        }

        /// <summary>Sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request's id is the message's local id. Exactly one outcome: resolved (sent); rejected as not sent (the connection is lost, and nothing has left) or otherwise (it did not arrive); rejected as of unknown outcome (it left, and nothing tells). How sure it is comes with the outcome.</summary>
        public Task<JToken> SendMessage(string message, JObject options = null, CancellationToken cancel = default)
        {
            return Command("sendMessage", Join(options, ("message", message)), cancel);
        }

        /// <summary>Sends a notice to a custom agent desktop.</summary>
        public Task<JToken> SendCustomNotice(JObject options = null, CancellationToken cancel = default)
        {
            return Command("sendCustomNotice", Join(options), cancel);
        }

        /// <summary>Tells the agent that the customer types. What is repeated within two seconds needs no request.</summary>
        public Task<JToken> SendTyping(JObject options = null, CancellationToken cancel = default)
        {
            return Command("sendTyping", Join(options), cancel);
        }

        /// <summary>Sends a message and hides it, and all that match, from the transcript. Resolves at once, whatever becomes of the message; without a text or an expression nothing is sent. Resolves with nothing.</summary>
        public Task<JToken> SendFilteredMessage(string message, string regex, JObject options = null, CancellationToken cancel = default)
        {
            return Command("sendFilteredMessage", Join(options, ("message", message), ("regex", regex)), cancel);
        }

        /// <summary>Hides messages that match from the transcript. None of them is registered where one cannot be used.</summary>
        public Task<JToken> AddPrefilter(string[] filters, JObject options = null, CancellationToken cancel = default)
        {
            return Command("addPrefilter", Join(options, ("filters", filters)), cancel);
        }

        /// <summary>Pushes a web address to the agent.</summary>
        public Task<JToken> PushUrl(string url, JObject options = null, CancellationToken cancel = default)
        {
            return Command("pushUrl", Join(options, ("url", url)), cancel);
        }

        /// <summary>Reports what the customer has read.</summary>
        public Task<JToken> ReadReceipt(JObject options = null, CancellationToken cancel = default)
        {
            return Command("readReceipt", Join(options), cancel);
        }

        /// <summary>Changes the attached data of the chat, or of chats to come.</summary>
        public Task<JToken> UpdateUserData(JObject options = null, CancellationToken cancel = default)
        {
            return Command("updateUserData", Join(options), cancel);
        }

        /// <summary>Returns the messages of the chat in order, those hidden by prefilters absent. Beyond `maxTranscriptBytes` of the configuration the oldest are missing, and `truncated` is true.</summary>
        public Task<JToken> GetTranscript(JObject options = null, CancellationToken cancel = default)
        {
            return Command("getTranscript", Join(options), cancel);
        }

        /// <summary>Returns the agents of the chat.</summary>
        public Task<JToken> GetAgents(JObject options = null, CancellationToken cancel = default)
        {
            return Command("getAgents", Join(options), cancel);
        }

        /// <summary>Returns figures of the chat: who took part, when it began and ended, how long it took.</summary>
        public Task<JToken> GetStats(JObject options = null, CancellationToken cancel = default)
        {
            return Command("getStats", Join(options), cancel);
        }

        /// <summary>Returns what identifies the session; empty without one. Whoever has it can take part in the chat.</summary>
        public Task<JToken> GetSessionData(JObject options = null, CancellationToken cancel = default)
        {
            return Command("getSessionData", Join(options), cancel);
        }

        /// <summary>Fetches a page of older messages of an asynchronous chat. They come with `messageReceived`, newest first and `oldMessages` true, before this resolves.</summary>
        public Task<JToken> FetchHistory(JObject options = null, CancellationToken cancel = default)
        {
            return Command("fetchHistory", Join(options), cancel);
        }

        /// <summary>Sends a file, read while it is sent.</summary>
        public Task<JToken> SendFile(string files, JObject options = null, CancellationToken cancel = default)
        {
            return Command("sendFile", Join(options, ("files", files)), cancel);
        }

        /// <summary>Fetches a file, into memory (up to the configuration's limit for answers) unless it is to be saved. Resolves when it is complete.</summary>
        public Task<JToken> DownloadFile(string fileId, JObject options = null, CancellationToken cancel = default)
        {
            return Command("downloadFile", Join(options, ("fileId", fileId)), cancel);
        }

        /// <summary>Returns what the server allows to upload.</summary>
        public Task<JToken> GetFileLimits(JObject options = null, CancellationToken cancel = default)
        {
            return Command("getFileLimits", Join(options), cancel);
        }

        /// <summary>Deletes an uploaded file.</summary>
        public Task<JToken> DeleteFile(string fileId, JObject options = null, CancellationToken cancel = default)
        {
            return Command("deleteFile", Join(options, ("fileId", fileId)), cancel);
        }

        /// <summary>Polls once, also while automatic polling is stopped; private to the service. A program that polls by a clock of its own gives it for the service. Resolves after what the answer brings was published, images apart.</summary>
        public Task<JToken> Poll(JObject options = null, CancellationToken cancel = default)
        {
            return Command("poll", Join(options), cancel);
        }

        /// <summary>Starts automatic polling. Resolves with nothing.</summary>
        public Task<JToken> StartPoll(JObject options = null, CancellationToken cancel = default)
        {
            return Command("startPoll", Join(options), cancel);
        }

        /// <summary>Stops automatic polling. Resolves with nothing.</summary>
        public Task<JToken> StopPoll(JObject options = null, CancellationToken cancel = default)
        {
            return Command("stopPoll", Join(options), cancel);
        }

        /// <summary>Sets the count of poll exceptions to 0. Resolves with nothing.</summary>
        public Task<JToken> ResetPollExceptions(JObject options = null, CancellationToken cancel = default)
        {
            return Command("resetPollExceptions", Join(options), cancel);
        }
    }
}
