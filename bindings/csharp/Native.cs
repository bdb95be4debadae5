using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Libwebchat
{
    /// <summary>The functions of include/webchat.h that this package calls. WEBCHAT_LIBRARY in the environment names another library.</summary>
    internal static class Native
    {
        internal const uint Ok = 0;
        internal const uint Timeout = 14;
        internal const uint Forever = uint.MaxValue;
        internal const uint RetryAfter = 1;
        private const string Library = "libwebchat.so.0";

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void Callback(IntPtr context, IntPtr what);

        [StructLayout(LayoutKind.Sequential)]
        internal struct Text
        {
            internal IntPtr Data;
            internal UIntPtr Length;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Completion
        {
            internal UIntPtr Size;
            internal uint DeadlineMs;
            internal Callback OnDone;
            internal IntPtr OnProgress;
            internal IntPtr Context;
            internal IntPtr Destroy;
        }

        internal delegate uint Reader(IntPtr handle, out Text text);

        [DllImport(Library)] internal static extern uint webchat_service_new(byte[] config, out IntPtr service);
        [DllImport(Library)] internal static extern uint webchat_service_close(IntPtr service);
        [DllImport(Library)] internal static extern uint webchat_service_wait_closed(IntPtr service, uint milliseconds);
        [DllImport(Library)] internal static extern uint webchat_service_destroy(IntPtr service);
        [DllImport(Library)] internal static extern uint webchat_capability(IntPtr service, byte[] name, out int can);
        [DllImport(Library)] internal static extern uint webchat_command(IntPtr service, byte[] name, byte[] options, ref Completion completion, out ulong request);
        [DllImport(Library)] internal static extern uint webchat_cancel(IntPtr service, ulong request);
        [DllImport(Library)] internal static extern uint webchat_subscribe(IntPtr service, byte[] name, Callback onEvent, IntPtr context, IntPtr destroy, IntPtr subscription);
        [DllImport(Library)] internal static extern uint webchat_next_event(IntPtr service, uint milliseconds, out IntPtr taken);
        [DllImport(Library)] internal static extern uint webchat_event_json(IntPtr taken, out Text json);
        [DllImport(Library)] internal static extern uint webchat_event_free(IntPtr taken);
        [DllImport(Library)] internal static extern uint webchat_outcome_status(IntPtr outcome);
        [DllImport(Library)] internal static extern uint webchat_outcome_reason(IntPtr outcome, out Text reason);
        [DllImport(Library)] internal static extern uint webchat_outcome_retry(IntPtr outcome, out uint retry, out ulong afterMs);
        [DllImport(Library)] internal static extern IntPtr webchat_outcome_payload(IntPtr outcome);
        [DllImport(Library)] internal static extern uint webchat_payload_json(IntPtr payload, out Text json);
        [DllImport(Library)] internal static extern IntPtr webchat_status_name(uint status);
        [DllImport(Library)] internal static extern IntPtr webchat_failure_reason();

        /// <summary>UTF-8 with a NUL behind it, as the library takes text; null stays null.</summary>
        internal static byte[] Utf8(string text)
        {
            return text == null ? null : Encoding.UTF8.GetBytes(text + "\0");
        }

        /// <summary>The text that a function writes, copied; empty where it fails.</summary>
        internal static string Read(Reader read, IntPtr handle)
        {
            return read(handle, out Text text) == Ok ? Copy(text.Data, checked((int)text.Length)) : "";
        }

        /// <summary>A text that ends with a NUL, copied.</summary>
        internal static string Literal(IntPtr text)
        {
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0) length++;
            return Copy(text, length);
        }

        private static string Copy(IntPtr data, int length)
        {
            var bytes = new byte[length];
            Marshal.Copy(data, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }
    }
}
