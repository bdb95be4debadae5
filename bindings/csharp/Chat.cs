using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Libwebchat
{
    /// <summary>Why a command was refused. A task that was cancelled throws OperationCanceledException instead, unless its message has left.</summary>
    public sealed class WebchatException : Exception
    {
        internal WebchatException(string kind, string reason, string command, JToken value, TimeSpan? retryAfter) : base(reason)
        {
            Kind = kind;
            Command = command;
            Value = value;
            RetryAfter = retryAfter;
        }

        /// <summary>"no_session", "rejected", "outcome_unknown", ... as in docs/reference/commands.md.</summary>
        public string Kind { get; }

        /// <summary>The command; null when it was no command.</summary>
        public string Command { get; }

        /// <summary>What the original's fail gets: the server's answer, or the reason; null when the command was not taken.</summary>
        public JToken Value { get; }

        /// <summary>How long to wait before trying again, where the server said so.</summary>
        public TimeSpan? RetryAfter { get; }
    }

    /// <summary>What happened. Data and Raw hold what opens the session: keep them out of logs.</summary>
    public sealed class ChatEvent
    {
        internal ChatEvent(string raw)
        {
            // Texts that look like dates stay texts.
            JObject all = JsonConvert.DeserializeObject<JObject>(raw, new JsonSerializerSettings { DateParseHandling = DateParseHandling.None });
            Raw = raw;
            Name = (string)all["event"];
            Time = (long)all["time"];
            Data = (JObject)all["data"];
        }

        /// <summary>Its name: docs/reference/events.md.</summary>
        public string Name { get; }

        /// <summary>Milliseconds since 1970 UTC.</summary>
        public long Time { get; }

        /// <summary>What it carries.</summary>
        public JObject Data { get; }

        /// <summary>All of it as JSON, as on the widget bus.</summary>
        public string Raw { get; }

        /// <summary>What messageReceived brings, or the one message behind agentConnected and its like.</summary>
        public JObject[] Messages
        {
            get
            {
                if (Data["messages"] is JArray messages) return messages.OfType<JObject>().ToArray();
                return Data["message"] is JObject message ? new[] { message } : new JObject[0];
            }
        }
    }

    /// <summary>
    /// One customer's chat. Commands are tasks; events go to a listener, in order and one at a time, or are awaited by Next. Nothing of the
    /// program's runs on a thread of the library's. All methods may be called by any thread.
    /// </summary>
    public sealed partial class Chat : IDisposable
    {
        private static readonly ConcurrentDictionary<long, Chat> Chats = new ConcurrentDictionary<long, Chat>();
        private static readonly ConcurrentDictionary<long, Pending> Commands = new ConcurrentDictionary<long, Pending>();
        // Held here, or the collector would take them.
        private static readonly Native.Callback OnDone = Done;
        private static readonly Native.Callback OnEvent = Ring;
        private static long last;

        private readonly long number = Interlocked.Increment(ref last);
        private readonly IntPtr service;
        private readonly ConcurrentQueue<ChatEvent> left = new ConcurrentQueue<ChatEvent>();
        private readonly object listening = new object();
        private readonly SemaphoreSlim bell = new SemaphoreSlim(0);
        private bool listens;
        private int closing;
        private volatile bool closed;

        private sealed class Pending
        {
            internal readonly TaskCompletionSource<JToken> Task =
                new TaskCompletionSource<JToken>(TaskCreationOptions.RunContinuationsAsynchronously);

            internal string Command;
            internal CancellationToken Cancel;
        }

        /// <summary>Makes a chat. Without a configuration (null) the command configure has to bring it.</summary>
        /// <exception cref="WebchatException">The configuration cannot be used; it names what is wrong.</exception>
        public Chat(JObject config)
        {
            uint status = Native.webchat_service_new(Native.Utf8(config?.ToString(Formatting.None)), out service);
            if (status != Native.Ok) throw Refusal(status, null);
            Chats[number] = this;
        }

        /// <summary>
        /// Gives any command by its name. What is given one after the other is carried out in this order. A cancelled one is given up; with a
        /// timeout it is rejected as "timeout", or "outcome_unknown" for a message that has left.
        /// </summary>
        public async Task<JToken> Command(string name, JObject options = null, CancellationToken cancel = default, TimeSpan timeout = default)
        {
            cancel.ThrowIfCancellationRequested();
            var pending = new Pending { Command = name, Cancel = cancel };
            long context = Interlocked.Increment(ref last);
            Commands[context] = pending;
            var completion = new Native.Completion
            {
                Size = (UIntPtr)System.Runtime.InteropServices.Marshal.SizeOf(typeof(Native.Completion)),
                DeadlineMs = (uint)timeout.TotalMilliseconds,
                OnDone = OnDone,
                Context = (IntPtr)context,
            };
            byte[] given = Native.Utf8((options ?? new JObject()).ToString(Formatting.None));
            uint status = Native.webchat_command(service, Native.Utf8(name), given, ref completion, out ulong request);
            if (status != Native.Ok)
            {
                Commands.TryRemove(context, out _);
                throw Refusal(status, name);
            }
            using (cancel.Register(() => Native.webchat_cancel(service, request)))
            {
                return await pending.Task.Task.ConfigureAwait(false);
            }
        }

        /// <summary>Whether the back end has an ability: "fileUpload", "history", ...</summary>
        public bool Can(string ability)
        {
            uint status = Native.webchat_capability(service, Native.Utf8(ability), out int can);
            return status == Native.Ok ? can == 1 : throw Refusal(status, null);
        }

        /// <summary>
        /// The next event; null when the chat is closed and all have been taken. Each goes to one reader; whoever asks first gets all from the
        /// beginning. Take them: while 1,024 wait, no more messages are fetched.
        /// </summary>
        public async Task<ChatEvent> Next(CancellationToken cancel = default)
        {
            for (bool waited = false;; waited = true)
            {
                bool over = Take(out ChatEvent next);
                if (waited && next != null) Ring(); // there may be one for another reader, too
                if (over || next != null) return next;
                await Wait(cancel).ConfigureAwait(false);
            }
        }

        /// <summary>Waits until there may be an event to take; false once the chat is closed.</summary>
        public async Task<bool> Wait(CancellationToken cancel = default)
        {
            if (Listen()) return true;
            await bell.WaitAsync(cancel).ConfigureAwait(false);
            if (!closed) return true;
            Ring();
            return false;
        }

        /// <summary>Takes an event if there is one, without waiting. Returns whether there will be none any more.</summary>
        public bool Take(out ChatEvent next)
        {
            if (left.TryDequeue(out next)) return false;
            uint status = Native.webchat_next_event(service, 0, out IntPtr taken);
            if (status == Native.Ok)
            {
                next = new ChatEvent(Native.Read(Native.webchat_event_json, taken));
                Native.webchat_event_free(taken);
                return false;
            }
            // Closed meanwhile: what was left has been put aside.
            return status != Native.Timeout && !left.TryDequeue(out next);
        }

        /// <summary>
        /// Closes the chat without ending its session at the server: what has no outcome yet is rejected as "closed". Waits until nothing is
        /// left to do. Events can still be taken.
        /// </summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref closing, 1) == 1) return;
            Native.webchat_service_close(service);
            Native.webchat_service_wait_closed(service, Native.Forever);
            while (Native.webchat_next_event(service, 0, out IntPtr taken) == Native.Ok)
            {
                left.Enqueue(new ChatEvent(Native.Read(Native.webchat_event_json, taken)));
                Native.webchat_event_free(taken);
            }
            Native.webchat_service_destroy(service);
            Chats.TryRemove(number, out _);
            closed = true;
            Ring();
        }

        /// <summary>Has the library ring with each event from now on; false when it does already.</summary>
        private bool Listen()
        {
            lock (listening)
            {
                if (listens) return false;
                listens = true;
                Native.webchat_subscribe(service, null, OnEvent, (IntPtr)number, IntPtr.Zero, IntPtr.Zero);
                return true;
            }
        }

        private void Ring()
        {
            if (bell.CurrentCount == 0) bell.Release();
        }

        private static void Ring(IntPtr context, IntPtr what)
        {
            if (Chats.TryGetValue((long)context, out Chat chat)) chat.Ring();
        }

        /// <summary>Reads an outcome, which is lent, on the library's thread; what awaits it runs elsewhere.</summary>
        private static void Done(IntPtr context, IntPtr outcome)
        {
            if (!Commands.TryRemove((long)context, out Pending pending)) return;
            uint status = Native.webchat_outcome_status(outcome);
            string json = Native.Read(Native.webchat_payload_json, Native.webchat_outcome_payload(outcome));
            JToken value = JsonConvert.DeserializeObject<JToken>(json, new JsonSerializerSettings { DateParseHandling = DateParseHandling.None })
                ?? JValue.CreateNull();
            if (status == Native.Ok)
            {
                pending.Task.TrySetResult(value);
                return;
            }
            string kind = Native.Literal(Native.webchat_status_name(status));
            if (kind == "cancelled" && pending.Cancel.IsCancellationRequested)
            {
                pending.Task.TrySetCanceled(pending.Cancel);
                return;
            }
            Native.webchat_outcome_retry(outcome, out uint retry, out ulong after);
            TimeSpan? pause = retry == Native.RetryAfter ? TimeSpan.FromMilliseconds(after) : (TimeSpan?)null;
            string reason = Native.Read(Native.webchat_outcome_reason, outcome);
            pending.Task.TrySetException(new WebchatException(kind, reason, pending.Command, value, pause));
        }

        /// <summary>Why the call that returned this status failed.</summary>
        private static WebchatException Refusal(uint status, string command)
        {
            string kind = Native.Literal(Native.webchat_status_name(status));
            return new WebchatException(kind, Native.Literal(Native.webchat_failure_reason()), command, null, null);
        }

        /// <summary>The options that a caller gave, and those that are given by their place.</summary>
        private static JObject Join(JObject options, params (string Name, object Value)[] placed)
        {
            var all = options == null ? new JObject() : (JObject)options.DeepClone();
            foreach (var option in placed) all[option.Name] = JToken.FromObject(option.Value);
            return all;
        }
    }
}
