using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Libwebchat
{
    /// <summary>The functions of include/webchat.h that this package calls. None of them calls back.</summary>
    internal static class Native
    {
        private const string Library = "libwebchat.so.0";

        internal const uint Ok = 0;
        internal const uint Timeout = 14;
        internal const uint Forever = uint.MaxValue;
        internal const uint RetryAfter = 1;

        [StructLayout(LayoutKind.Sequential)]
        internal struct Str
        {
            internal IntPtr Data;
            internal UIntPtr Length;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Completion
        {
            internal UIntPtr Size;
            internal uint DeadlineMs;
            internal IntPtr OnDone, OnProgress, Context, Destroy;
            internal uint ByAsking;
        }

        internal delegate uint Read(IntPtr handle, out Str text);

        [DllImport(Library)]
        internal static extern uint webchat_service_new(byte[] config, out IntPtr service);

        [DllImport(Library)]
        internal static extern uint webchat_service_close(IntPtr service);

        [DllImport(Library)]
        internal static extern uint webchat_service_wait_closed(IntPtr service, uint milliseconds);

        [DllImport(Library)]
        internal static extern uint webchat_service_destroy(IntPtr service);

        [DllImport(Library)]
        internal static extern uint webchat_capability(IntPtr service, byte[] name, out int can);

        [DllImport(Library)]
        internal static extern uint webchat_command(IntPtr service, byte[] name, byte[] options, ref Completion completion, out ulong request);

        [DllImport(Library)]
        internal static extern uint webchat_cancel(IntPtr service, ulong request);

        [DllImport(Library)]
        internal static extern uint webchat_wake_fd(IntPtr service, out int socket);

        [DllImport(Library)]
        internal static extern uint webchat_next_event(IntPtr service, uint milliseconds, out IntPtr taken);

        [DllImport(Library)]
        internal static extern uint webchat_event_json(IntPtr taken, out Str json);

        [DllImport(Library)]
        internal static extern uint webchat_event_free(IntPtr taken);

        [DllImport(Library)]
        internal static extern uint webchat_next_outcome(IntPtr service, uint milliseconds, out IntPtr taken);

        [DllImport(Library)]
        internal static extern uint webchat_outcome_request(IntPtr outcome, out ulong request);

        [DllImport(Library)]
        internal static extern uint webchat_outcome_status(IntPtr outcome);

        [DllImport(Library)]
        internal static extern uint webchat_outcome_reason(IntPtr outcome, out Str reason);

        [DllImport(Library)]
        internal static extern uint webchat_outcome_retry(IntPtr outcome, out uint retry, out ulong afterMs);

        [DllImport(Library)]
        internal static extern IntPtr webchat_outcome_payload(IntPtr outcome);

        [DllImport(Library)]
        internal static extern uint webchat_outcome_free(IntPtr outcome);

        [DllImport(Library)]
        internal static extern uint webchat_payload_json(IntPtr payload, out Str json);

        [DllImport(Library)]
        internal static extern IntPtr webchat_status_name(uint status);

        [DllImport(Library)]
        internal static extern IntPtr webchat_failure_reason();

        /// <summary>A text as C has it.</summary>
        internal static byte[] Utf8(string text)
        {
            return text == null ? null : Encoding.UTF8.GetBytes(text + "\0");
        }

        /// <summary>The text that a function writes, copied; null where it fails.</summary>
        internal static string Text(Read read, IntPtr handle)
        {
            Str text;
            return read(handle, out text) == Ok ? Text(text.Data, checked((int)text.Length)) : null;
        }

        /// <summary>A text that ends with a zero, copied.</summary>
        internal static string Text(IntPtr literal)
        {
            int length = 0;
            while (Marshal.ReadByte(literal, length) != 0) length++;
            return Text(literal, length);
        }

        private static string Text(IntPtr data, int length)
        {
            byte[] bytes = new byte[length];
            if (length > 0) Marshal.Copy(data, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }
    }
}
