using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Libwebchat
{
    /// <summary>Something that happened.</summary>
    public sealed class ChatEvent
    {
        internal ChatEvent(string json)
        {
            JObject all = (JObject)Json.Parse(json);
            Raw = json;
            Name = (string)all["event"];
            Time = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMilliseconds((long)all["time"]);
            Data = all["data"] as JObject ?? new JObject();
        }

        /// <summary>One of <see cref="EventNames"/>.</summary>
        public string Name { get; private set; }

        /// <summary>When it happened.</summary>
        public DateTimeOffset Time { get; private set; }

        /// <summary>What it carries. It may hold what opens the session: keep it out of logs.</summary>
        public JObject Data { get; private set; }

        /// <summary>All of it, as JSON.</summary>
        public string Raw { get; private set; }

        /// <summary>What messageReceived brings, or the one message behind agentConnected and its like.</summary>
        public IEnumerable<JObject> Messages
        {
            get
            {
                JToken one = Data["message"];
                JArray many = Data["messages"] as JArray ?? (one is JObject ? new JArray(one) : new JArray());
                return many.OfType<JObject>();
            }
        }
    }

    /// <summary>Why a command was refused, or a chat cannot be used.</summary>
    public sealed class WebchatException : Exception
    {
        internal WebchatException(string kind, string reason, string command, JToken value, TimeSpan? retryAfter) : base(reason)
        {
            Kind = kind;
            Command = command;
            Value = value;
            RetryAfter = retryAfter;
        }

        /// <summary>One of <see cref="ErrorKinds"/>.</summary>
        public string Kind { get; private set; }

        /// <summary>The command, if it is one's.</summary>
        public string Command { get; private set; }

        /// <summary>What the server answered, or the reason; null where the command was not taken.</summary>
        public JToken Value { get; private set; }

        /// <summary>How long the server wants one to wait before trying again, where it has said so.</summary>
        public TimeSpan? RetryAfter { get; private set; }

        /// <summary>Why the latest call of this thread failed.</summary>
        internal static WebchatException Of(uint status, string command = null)
        {
            string kind = Native.Text(Native.webchat_status_name(status));
            return new WebchatException(kind, Native.Text(Native.webchat_failure_reason()), command, null, null);
        }
    }

    internal static class Json
    {
        /// <summary>The value as it is written: texts that look like dates stay texts.</summary>
        internal static JToken Parse(string json)
        {
            using (JsonTextReader reader = new JsonTextReader(new StringReader(json)) { DateParseHandling = DateParseHandling.None, MaxDepth = null })
            {
                return JToken.ReadFrom(reader);
            }
        }
    }
}
