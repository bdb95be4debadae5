using System;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Reflection;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Libwebchat;
using Newtonsoft.Json.Linq;

/// <summary>The tests, as a program: each against a simulator of its own, which WEBCHAT_SIMULATOR names.</summary>
internal static class ChatTest
{
    /// <summary>A simulated Genesys server.</summary>
    private sealed class Server : IDisposable
    {
        private readonly Process process;
        private readonly JObject urls;

        internal Server()
        {
            string program = Environment.GetEnvironmentVariable("WEBCHAT_SIMULATOR") ?? "webchat-simulator";
            process = Process.Start(new ProcessStartInfo(program, "--port 0 --json --script none") { UseShellExecute = false, RedirectStandardOutput = true });
            urls = JObject.Parse(process.StandardOutput.ReadLine());
        }

        internal JObject Config(int pollRate = 250)
        {
            return new JObject { { "dataURL", urls["url"] }, { "pollRateMin", pollRate }, { "pollRateMax", pollRate } };
        }

        internal string Ask(string method, string path, string body = "{}")
        {
            using (WebClient client = new WebClient { Encoding = Encoding.UTF8 })
            {
                client.Headers["Content-Type"] = "application/json";
                string url = urls["controlUrl"] + path;
                return method == "GET" ? client.DownloadString(url) : client.UploadString(url, method, body);
            }
        }

        internal void Agent(string action, string body)
        {
            Ask("POST", "/chats/latest/" + action, body);
        }

        internal void Requests(string operation)
        {
            Ask("GET", "/log?operation=" + operation + "&count=1&waitMs=30000");
        }

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    private static void Check(bool holds, object why)
    {
        if (!holds) throw new InvalidOperationException(why.ToString());
    }

    private static Func<ChatEvent, bool> Says(string text)
    {
        return happened => happened.Messages.Any(message => (string)message["text"] == text);
    }

    private static async Task<ChatEvent> Until(Chat chat, string name, Func<ChatEvent, bool> fits = null)
    {
        while (await chat.NextEventAsync() is ChatEvent happened)
        {
            if (happened.Name == name && (fits == null || fits(happened))) return happened;
        }
        throw new InvalidOperationException("the events ended before " + name);
    }

    private static async Task<WebchatException> Rejection(Task<JToken> task)
    {
        try
        {
            throw new InvalidOperationException("it resolved with " + await task);
        }
        catch (WebchatException refused)
        {
            return refused;
        }
    }

    private static readonly JObject Ann = new JObject { { "nickname", "Ann" } };

    private static async Task AWholeChat(Server server)
    {
        using (Chat chat = new Chat(server.Config()))
        {
            await chat.StartChatAsync(Ann);
            server.Agent("join", "{\"nickname\": \"Kim\"}");
            await Until(chat, EventNames.AgentConnected, joined => (string)joined.Messages.Single()["from"]["name"] == "Kim");
            await chat.SendMessageAsync("Hällo 👋");
            await Until(chat, EventNames.MessageReceived, Says("Hällo 👋"));
            server.Agent("say", "{\"text\": \"2024-01-02T03:04:05Z\"}");
            await Until(chat, EventNames.MessageReceived, Says("2024-01-02T03:04:05Z"));
            await chat.EndChatAsync();
            await Until(chat, EventNames.Ended);
            await chat.CloseAsync();
            while (await chat.NextEventAsync() != null) continue;
        }
    }

    private static async Task Refusals(Server server)
    {
        using (Chat chat = new Chat(server.Config()))
        {
            WebchatException early = await Rejection(chat.SendMessageAsync("too early"));
            Check(early.Kind == ErrorKinds.NoSession && early.Message == "There is no active chat session", early);
            Check(early.Command == "sendMessage", early.Command);
            Check((await Rejection(chat.CommandAsync("dance"))).Message.Contains("dance"), "dance");
            Check(chat.Can("fileUpload"), "fileUpload");
            await chat.StartChatAsync(Ann);
            server.Ask("POST", "/faults", "{\"kind\": \"status\", \"operation\": \"send\", \"code\": 247, \"status\": 400}");
            WebchatException refused = await Rejection(chat.SendMessageAsync("refused"));
            Check(refused.Kind == ErrorKinds.Rejected && refused.Value.ToString().Contains("247"), refused.Value);
        }
        try
        {
            throw new InvalidOperationException(new Chat(new JObject { { "dataURL", 7 } }).ToString());
        }
        catch (WebchatException wrong)
        {
            Check(wrong.Kind == ErrorKinds.InvalidConfiguration && wrong.Message.Contains("dataURL"), wrong);
        }
    }

    private static async Task Files(Server server)
    {
        using (Chat chat = new Chat(server.Config()))
        {
            await chat.StartChatAsync(Ann);
            string bytes = Convert.ToBase64String(Encoding.UTF8.GetBytes("some notes"));
            JObject file = new JObject { { "name", "notes.txt" }, { "bytes", bytes } };
            JToken sent = await chat.CommandAsync("sendFile", new JObject { { "files", file } });
            JToken back = await chat.DownloadFileAsync((string)sent["userData"]["file-id"]);
            Check((string)back["bytes"] == bytes && (string)back["fileName"] == "notes.txt", back);
        }
    }

    private static async Task Cancelled(Server server)
    {
        using (Chat chat = new Chat(server.Config()))
        using (CancellationTokenSource cancellation = new CancellationTokenSource())
        {
            await chat.StartChatAsync(Ann);
            server.Ask("POST", "/faults", "{\"kind\": \"hang\", \"operation\": \"send\"}");
            Task<JToken> left = chat.SendMessageAsync("has left", null, cancellation.Token);
            Task<JToken> waits = chat.SendMessageAsync("waits", null, cancellation.Token);
            server.Requests("send");
            cancellation.Cancel();
            Check((await Rejection(left)).Kind == ErrorKinds.OutcomeUnknown, "left");
            try
            {
                throw new InvalidOperationException((await waits).ToString());
            }
            catch (OperationCanceledException)
            {
                await chat.GetAgentsAsync();
            }
        }
    }

    private static async Task AReaderThatIsCancelledTakesNothing(Server server)
    {
        using (Chat chat = new Chat(server.Config()))
        using (CancellationTokenSource cancellation = new CancellationTokenSource())
        {
            Check((await chat.NextEventAsync()).Name == EventNames.Ready, "ready");
            Task<ChatEvent> cancelled = chat.NextEventAsync(cancellation.Token), next = chat.NextEventAsync();
            cancellation.Cancel();
            await chat.StartChatAsync(Ann);
            Check((await next).Name == EventNames.Started && cancelled.IsCanceled, "started");
        }
    }

    private static async Task ClosedWhileBusy(Server server)
    {
        Chat chat = new Chat(server.Config());
        await chat.StartChatAsync(Ann);
        server.Ask("POST", "/faults", "{\"kind\": \"hang\", \"operation\": \"send\", \"times\": 3}");
        Task<JToken> left = chat.SendMessageAsync("has left"), waits = chat.SendMessageAsync("waits");
        server.Requests("send");
        await chat.CloseAsync();
        chat.Dispose();
        Check((await Rejection(left)).Kind == ErrorKinds.OutcomeUnknown, "left");
        Check((await Rejection(waits)).Kind == ErrorKinds.Closed, "waits");
        Check((await Rejection(chat.EndChatAsync())).Kind == "invalid_handle", "later");
        await Until(chat, EventNames.Started);
        while (await chat.NextEventAsync() != null) continue;
    }

    private static Task WhoBlocksIsNotBlocked(Server server)
    {
        // As programs do that have no await: on every thread of the pool at once.
        return Task.WhenAll(Enumerable.Range(0, 32).Select(number => Task.Run(() =>
        {
            using (Chat chat = new Chat(server.Config()))
            {
                chat.StartChatAsync(Ann).Wait();
                while (chat.NextEventAsync().Result.Name != EventNames.MessageReceived) continue;
            }
        })));
    }

    private static async Task ManyChats(Server server)
    {
        Chat[] chats = Enumerable.Range(0, 300).Select(number => new Chat(server.Config(1000))).ToArray();
        await Task.WhenAll(chats.Select(async (chat, number) =>
        {
            await chat.StartChatAsync(Ann);
            await chat.SendMessageAsync("from chat " + number);
            await Until(chat, EventNames.MessageReceived, Says("from chat " + number));
            await chat.EndChatAsync();
        }));
        await Task.WhenAll(chats.Select(chat => chat.CloseAsync()));
    }

    /// <summary>Programs that end by themselves: with everything closed, or with a chat open and a command under way.</summary>
    private static async Task ProgramsEnd(Server server)
    {
        int runs = int.Parse(Environment.GetEnvironmentVariable("WEBCHAT_EXITS") ?? "3");
        foreach (string how in new[] { "closed", "open", "exit", "thrown" })
        {
            for (int run = 0; run < runs; run++)
            {
                string program = Assembly.GetExecutingAssembly().Location;
                string arguments = string.Join(" ", "\"" + program + "\"", how, server.Config()["dataURL"]);
                ProcessStartInfo start = new ProcessStartInfo("mono", arguments) { UseShellExecute = false, RedirectStandardError = true };
                using (Process process = Process.Start(start))
                {
                    string said = await process.StandardError.ReadToEndAsync();
                    Check(process.WaitForExit(60000), how + ": it does not end");
                    Check(process.ExitCode == (how == "exit" ? 3 : how == "thrown" ? 1 : 0), how + ": " + process.ExitCode + " " + said);
                }
            }
        }
    }

    private static void End(string how, string url)
    {
        Chat chat = new Chat(new JObject { { "dataURL", url } });
        chat.StartChatAsync(Ann).Wait();
        for (int number = 0; number < 50; number++) chat.SendMessageAsync("message " + number);
        while (chat.NextEventAsync().Result.Name != EventNames.MessageReceived) continue;
        if (how == "closed") chat.Dispose();
        if (how == "exit") Environment.Exit(3);
        if (how == "thrown") throw new InvalidOperationException("on purpose");
    }

    private static int Main(string[] arguments)
    {
        if (arguments.Length == 2)
        {
            End(arguments[0], arguments[1]);
            return 0;
        }
        Func<Server, Task>[] tests =
        {
            AWholeChat, Refusals, Files, Cancelled, AReaderThatIsCancelledTakesNothing, ClosedWhileBusy, WhoBlocksIsNotBlocked, ManyChats, ProgramsEnd,
        };
        int failed = 0;
        foreach (Func<Server, Task> test in tests)
        {
            try
            {
                using (Server server = new Server()) test(server).GetAwaiter().GetResult();
                Console.WriteLine("passed " + test.Method.Name);
            }
            catch (Exception thrown)
            {
                failed++;
                Console.WriteLine("failed " + test.Method.Name + "\n" + thrown);
            }
        }
        Console.WriteLine("{0} passed, {1} failed", tests.Length - failed, failed);
        return failed > 0 ? 1 : 0;
    }
}
