using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;

namespace Libwebchat
{
    /// <summary>
    /// The one thread that waits, for all chats: it reads the sockets that tell when to ask. It is a background thread, so a program ends by
    /// itself, whatever chats are open.
    /// </summary>
    internal static class Watch
    {
        private const short Readable = 1;
        private const int Interrupted = 4;

        [StructLayout(LayoutKind.Sequential)]
        private struct Polled
        {
            internal int Descriptor;
            internal short Events, Found;
        }

        [DllImport("libc", SetLastError = true)]
        private static extern int poll([In, Out] Polled[] polled, UIntPtr count, int milliseconds);

        [DllImport("libc", SetLastError = true)]
        private static extern int pipe([Out] int[] ends);

        [DllImport("libc")]
        private static extern int fcntl(int descriptor, int command, int argument);

        [DllImport("libc")]
        private static extern int close(int descriptor);

        [DllImport("libc", SetLastError = true)]
        private static extern IntPtr read(int descriptor, byte[] bytes, UIntPtr count);

        [DllImport("libc")]
        private static extern IntPtr write(int descriptor, byte[] bytes, UIntPtr count);

        private static readonly Dictionary<int, Action> Told = new Dictionary<int, Action>();
        private static readonly int[] Wake = Start();
        private static volatile bool over;

        private static int[] Start()
        {
            const int setDescriptorFlags = 2, closeOnExec = 1;
            int[] ends = new int[2];
            if (pipe(ends) != 0) throw new InvalidOperationException("there is no pipe: error " + Marshal.GetLastWin32Error());
            foreach (int end in ends) fcntl(end, setDescriptorFlags, closeOnExec);
            Told[ends[0]] = () => { };
            Thread thread = new Thread(Run) { IsBackground = true, Name = "webchat" };
            thread.Start();
            // Mono may hang at exit when a thread comes back from C just then: this one has gone before.
            AppDomain.CurrentDomain.ProcessExit += (sender, arguments) =>
            {
                over = true;
                write(ends[1], new byte[1], (UIntPtr)1);
                thread.Join(1000);
            };
            return ends;
        }

        /// <summary>
        /// Has <paramref name="told"/> called on the thread that waits, whenever bytes have come on the socket; it returns at once. At its end
        /// the socket is closed.
        /// </summary>
        internal static void Add(int socket, Action told)
        {
            lock (Told) Told[socket] = told;
            write(Wake[1], new byte[1], (UIntPtr)1);
        }

        private static void Run()
        {
            byte[] bytes = new byte[256];
            while (!over)
            {
                Polled[] polled;
                lock (Told) polled = Told.Keys.Select(socket => new Polled { Descriptor = socket, Events = Readable }).ToArray();
                if (poll(polled, (UIntPtr)polled.Length, -1) < 0 && Marshal.GetLastWin32Error() != Interrupted)
                {
                    throw new InvalidOperationException("poll fails: error " + Marshal.GetLastWin32Error());
                }
                foreach (Polled one in polled.Where(one => one.Found != 0)) Read(one.Descriptor, bytes);
            }
        }

        private static void Read(int socket, byte[] bytes)
        {
            Action told;
            long count = (long)read(socket, bytes, (UIntPtr)bytes.Length);
            lock (Told)
            {
                told = Told[socket];
                // No other thread closes it: its number is nobody else's until then.
                if (count == 0) Told.Remove(socket);
            }
            if (count == 0) close(socket);
            else if (count > 0) told();
        }
    }
}
