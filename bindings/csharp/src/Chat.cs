using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Libwebchat
{
    /// <summary>
    /// One customer's chat. Commands are tasks; events are asked for with <see cref="NextEventAsync"/>. All methods may be called by any thread.
    /// What waits goes on in the thread pool, or where its awaiter wants, and never on a thread of the library's.
    /// </summary>
    public sealed partial class Chat : IDisposable
    {
        private readonly IntPtr service;
        private readonly Dictionary<ulong, Pending> pending = new Dictionary<ulong, Pending>();
        private readonly object reading = new object();
        private readonly LinkedList<TaskCompletionSource<ChatEvent>> readers = new LinkedList<TaskCompletionSource<ChatEvent>>();
        private readonly LinkedList<ChatEvent> left = new LinkedList<ChatEvent>(); // taken, and for nobody yet
        private Task closing;
        private bool over; // of reading: closed, and nothing is left to do

        /// <summary>Makes a chat. Without a configuration the command configure has to bring it.</summary>
        /// <exception cref="WebchatException">It names what is wrong.</exception>
        public Chat(JObject config = null)
        {
            uint status = Native.webchat_service_new(Native.Utf8(config == null ? null : Write(config)), out service);
            if (status != Native.Ok) throw WebchatException.Of(status);
            int socket;
            status = Native.webchat_wake_fd(service, out socket);
            if (status != Native.Ok)
            {
                WebchatException refused = WebchatException.Of(status);
                Native.webchat_service_destroy(service);
                throw refused;
            }
            Watch.Add(socket, Woken);
        }

        /// <summary>
        /// Gives any command by its name. Cancelling gives it up; a message may have left by then, and its task fails as outcome_unknown. After
        /// <paramref name="timeout"/> it fails as timeout. What is given one after the other is carried out in this order.
        /// </summary>
        /// <exception cref="WebchatException">In the task.</exception>
        public Task<JToken> CommandAsync(
            string name, JObject options = null, CancellationToken cancellation = default(CancellationToken), TimeSpan timeout = default(TimeSpan))
        {
            if (cancellation.IsCancellationRequested) return Task.FromCanceled<JToken>(cancellation);
            Native.Completion completion = new Native.Completion
            {
                Size = (UIntPtr)System.Runtime.InteropServices.Marshal.SizeOf(typeof(Native.Completion)),
                DeadlineMs = (uint)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue),
                ByAsking = 1,
            };
            Pending given = new Pending(name, cancellation);
            ulong request;
            // Its outcome may be there before the call returns, and waits for it to be known.
            lock (pending)
            {
                uint status = Native.webchat_command(
                    service, Native.Utf8(name), Native.Utf8(options == null ? "{}" : Write(options)), ref completion, out request);
                if (status != Native.Ok) return Task.FromException<JToken>(WebchatException.Of(status, name));
                pending[request] = given;
            }
            given.CancelWith(() => Native.webchat_cancel(service, request));
            return given.Task;
        }

        /// <summary>
        /// The next event, null when the chat is closed. Each goes to one reader, in order; whoever asks first gets all from the beginning,
        /// whenever that is. Take them: while 1,024 wait, no more messages are fetched.
        /// </summary>
        public Task<ChatEvent> NextEventAsync(CancellationToken cancellation = default(CancellationToken))
        {
            if (cancellation.IsCancellationRequested) return Task.FromCanceled<ChatEvent>(cancellation);
            TaskCompletionSource<ChatEvent> reader = new TaskCompletionSource<ChatEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (reading)
            {
                ChatEvent there = readers.Count == 0 ? Take() : null;
                if (there != null || over) return Task.FromResult(there);
                readers.AddLast(reader);
            }
            if (cancellation.CanBeCanceled)
            {
                CancellationTokenRegistration registration = cancellation.Register(() => reader.TrySetCanceled(cancellation));
                reader.Task.ContinueWith(done => registration.Dispose(), TaskContinuationOptions.ExecuteSynchronously);
            }
            return reader.Task;
        }

        /// <summary>Whether the back end has an ability: "fileUpload", "history", ...</summary>
        public bool Can(string ability)
        {
            int can;
            uint status = Native.webchat_capability(service, Native.Utf8(ability), out can);
            if (status != Native.Ok) throw WebchatException.Of(status);
            return can == 1;
        }

        /// <summary>
        /// Closes the chat without ending its session at the server: what has no outcome yet fails as closed, or outcome_unknown. The task ends
        /// when nothing is left to do. Events that nobody has taken can still be taken.
        /// </summary>
        public Task CloseAsync()
        {
            lock (reading)
            {
                return closing = closing ?? Task.Factory.StartNew(Close, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }

        /// <summary>Closes the chat, and waits for that.</summary>
        public void Dispose()
        {
            CloseAsync().GetAwaiter().GetResult();
        }

        private void Close()
        {
            Native.webchat_service_close(service);
            Native.webchat_service_wait_closed(service, Native.Forever);
            Tell();
            lock (reading)
            {
                for (ChatEvent next; (next = TakeFromLibrary()) != null;) left.AddLast(next);
                over = true;
                GiveOut();
                Native.webchat_service_destroy(service);
            }
        }

        /// <summary>There is something new. Events that nobody waits for stay where they are.</summary>
        private void Woken()
        {
            Tell();
            lock (reading) GiveOut();
        }

        /// <summary>Takes all outcomes that are there, and tells who waits for them.</summary>
        private void Tell()
        {
            IntPtr taken;
            while (Native.webchat_next_outcome(service, 0, out taken) == Native.Ok)
            {
                ulong request;
                Pending told;
                Native.webchat_outcome_request(taken, out request);
                lock (pending)
                {
                    told = pending[request];
                    pending.Remove(request);
                }
                told.End(taken);
                Native.webchat_outcome_free(taken);
            }
        }

        /// <summary>Gives the events that are there to those who wait; in the lock.</summary>
        private void GiveOut()
        {
            while (readers.Count > 0)
            {
                ChatEvent next = Take();
                if (next == null && !over) return;
                TaskCompletionSource<ChatEvent> reader = readers.First.Value;
                readers.RemoveFirst();
                // A reader that was cancelled takes none away.
                if (!reader.TrySetResult(next) && next != null) left.AddFirst(next);
            }
        }

        /// <summary>The event that is there, or null; in the lock.</summary>
        private ChatEvent Take()
        {
            if (left.Count == 0) return over ? null : TakeFromLibrary();
            ChatEvent next = left.First.Value;
            left.RemoveFirst();
            return next;
        }

        private ChatEvent TakeFromLibrary()
        {
            IntPtr taken;
            if (Native.webchat_next_event(service, 0, out taken) != Native.Ok) return null;
            string json = Native.Text(Native.webchat_event_json, taken);
            Native.webchat_event_free(taken);
            return new ChatEvent(json);
        }

        private static string Write(JObject value)
        {
            return value.ToString(Formatting.None);
        }

        /// <summary>One of the options that a caller gave and those that are given by their place.</summary>
        private static JObject Join(JObject options, params object[] placed)
        {
            JObject all = options == null ? new JObject() : new JObject(options);
            for (int i = 0; i + 1 < placed.Length; i += 2) all[(string)placed[i]] = JToken.FromObject(placed[i + 1]);
            return all;
        }
    }
}
