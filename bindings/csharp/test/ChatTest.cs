using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Libwebchat;
using Newtonsoft.Json.Linq;

/// <summary>The tests, as a program: ChatTest URL, where a simulator listens whose agent joins and echoes.</summary>
internal static class ChatTest
{
    private static JObject config;

    private static void Check(bool holds, object why)
    {
        if (!holds) throw new InvalidOperationException("" + why);
    }

    private static async Task<ChatEvent> Until(Chat chat, string name, Func<ChatEvent, bool> fits = null)
    {
        for (;;)
        {
            ChatEvent next = await chat.Next();
            Check(next != null, "the events ended before " + name);
            if (next.Name == name && (fits == null || fits(next))) return next;
        }
    }

    private static async Task<WebchatException> Refusal(Task task)
    {
        try
        {
            await task;
        }
        catch (WebchatException refused)
        {
            return refused;
        }
        throw new InvalidOperationException("it resolved");
    }

    private static JObject Ann => new JObject { ["nickname"] = "Ann" };

    private static async Task WholeChat()
    {
        var chat = new Chat(config);
        await chat.StartChat(Ann);
        await Until(chat, "agentConnected");
        await chat.SendMessage("Hällo 👋");
        await Until(chat, "messageReceived", found => found.Messages.Any(message => (string)message["text"] == "Hällo 👋"));
        Check(chat.Can("fileUpload"), "fileUpload");
        var file = new JObject { ["name"] = "a.txt", ["bytes"] = "YWJj" };
        JToken sent = await chat.Command("sendFile", new JObject { ["files"] = file });
        JToken back = await chat.DownloadFile((string)sent["userData"]["file-id"]);
        Check((string)back["bytes"] == "YWJj", back);
        await chat.EndChat();
        await Until(chat, "ended");
        chat.Dispose();
        while (await chat.Next() != null) continue;
    }

    private static async Task Refusals()
    {
        using (var chat = new Chat(config))
        {
            WebchatException early = await Refusal(chat.SendMessage("too early"));
            Check(early.Kind == "no_session" && early.Message == "There is no active chat session", early);
            Check((await Refusal(chat.Command("dance"))).Message.Contains("dance"), "dance");
        }
        try
        {
            new Chat(new JObject { ["dataURL"] = 7 });
            Check(false, "7");
        }
        catch (WebchatException wrong)
        {
            Check(wrong.Kind == "invalid_configuration" && wrong.Message.Contains("dataURL"), wrong);
        }
    }

    private static async Task Cancelled()
    {
        using (var chat = new Chat(new JObject { ["dataURL"] = "http://nowhere.invalid/", ["ajaxTimeout"] = 60000 }))
        using (var cancel = new CancellationTokenSource())
        {
            Task waits = chat.Next(cancel.Token);
            while ((await (Task<ChatEvent>)waits).Name != "ready") waits = chat.Next(cancel.Token);
            waits = Endless(chat, cancel.Token);
            cancel.Cancel();
            try
            {
                await waits;
                Check(false, "it ended");
            }
            catch (OperationCanceledException)
            {
                try
                {
                    await chat.StartChat(Ann, cancel.Token);
                    Check(false, "it was given");
                }
                catch (OperationCanceledException)
                {
                }
            }
        }
    }

    private static async Task Endless(Chat chat, CancellationToken cancel)
    {
        for (;;) await chat.Next(cancel);
    }

    private static async Task ManyChats()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
        {
            var chat = new Chat(config);
            await chat.StartChat(Ann);
            await chat.SendMessage("from chat " + number);
            await Until(chat, "messageReceived", found => found.Messages.Any(message => (string)message["text"] == "from chat " + number));
            await chat.EndChat();
            chat.Dispose();
        }));
    }

    public static int Main(string[] arguments)
    {
        config = new JObject { ["dataURL"] = arguments[0] };
        int passed = 0, failed = 0;
        foreach (Func<Task> test in new Func<Task>[] { WholeChat, Refusals, Cancelled, ManyChats })
        {
            try
            {
                test().Wait();
                passed++;
                Console.WriteLine("passed " + test.Method.Name);
            }
            catch (Exception thrown)
            {
                failed++;
                Console.WriteLine("failed " + test.Method.Name + ": " + thrown);
            }
        }
        Console.WriteLine(passed + " passed, " + failed + " failed");
        return failed == 0 ? 0 : 1;
    }
}
