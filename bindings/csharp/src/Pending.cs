using System;
using System.Threading;
using System.Threading.Tasks;
using Newtonsoft.Json.Linq;

namespace Libwebchat
{
    /// <summary>A command that has no outcome yet.</summary>
    internal sealed class Pending
    {
        private readonly string command;
        private readonly CancellationToken cancellation;
        private readonly TaskCompletionSource<JToken> source = new TaskCompletionSource<JToken>(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Pending(string command, CancellationToken cancellation)
        {
            this.command = command;
            this.cancellation = cancellation;
        }

        internal Task<JToken> Task
        {
            get { return source.Task; }
        }

        internal void CancelWith(Action cancel)
        {
            if (!cancellation.CanBeCanceled) return;
            CancellationTokenRegistration registration = cancellation.Register(cancel);
            source.Task.ContinueWith(done => registration.Dispose(), TaskContinuationOptions.ExecuteSynchronously);
        }

        /// <summary>Reads the outcome.</summary>
        internal void End(IntPtr outcome)
        {
            uint status = Native.webchat_outcome_status(outcome);
            JToken value = Json.Parse(Native.Text(Native.webchat_payload_json, Native.webchat_outcome_payload(outcome)) ?? "null");
            if (status == Native.Ok)
            {
                source.TrySetResult(value);
                return;
            }
            string kind = Native.Text(Native.webchat_status_name(status));
            if (kind == ErrorKinds.Cancelled && cancellation.IsCancellationRequested)
            {
                source.TrySetCanceled(cancellation);
                return;
            }
            uint retry;
            ulong after;
            bool said = Native.webchat_outcome_retry(outcome, out retry, out after) == Native.Ok && retry == Native.RetryAfter;
            string reason = Native.Text(Native.webchat_outcome_reason, outcome);
            source.TrySetException(new WebchatException(kind, reason, command, value, said ? TimeSpan.FromMilliseconds(after) : (TimeSpan?)null));
        }
    }
}
