using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Libwebchat;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

/// <summary>The adapter of the conformance table (tests/conformance/README.md): commands come as lines, outcomes and events go as lines.</summary>
internal static class Adapter
{
    private static readonly StreamWriter Output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
    private static Chat chat;

    /// <summary>Tells the events that are there, and then the line.</summary>
    private static void Tell(string line)
    {
        lock (Output)
        {
            for (;;)
            {
                chat.Take(out ChatEvent next);
                if (next == null) break;
                Output.WriteLine("event " + next.Name + " " + next.Raw);
            }
            if (line != null) Output.WriteLine(line);
        }
    }

    /// <summary>By its method where that takes what is given, else by its name.</summary>
    private static Task<JToken> Give(string name, JObject options, CancellationToken cancel, TimeSpan within)
    {
        if (within == TimeSpan.Zero && name == "startChat") return chat.StartChat(options, cancel);
        if (within == TimeSpan.Zero && name == "endChat" && options.Count == 0) return chat.EndChat(null, cancel);
        if (within == TimeSpan.Zero && name == "sendMessage" && options["message"]?.Type == JTokenType.String)
            return chat.SendMessage((string)options["message"], options, cancel);
        return chat.Command(name, options, cancel, within);
    }

    private static async Task Obey(string id, Task<JToken> task)
    {
        try
        {
            JToken value = await task.ConfigureAwait(false);
            Tell("resolved " + id + " " + value.ToString(Formatting.None));
        }
        catch (WebchatException refused)
        {
            Tell("rejected " + id + " " + refused.Kind + " " + (refused.Value ?? new JValue(refused.Message)).ToString(Formatting.None));
        }
        catch (OperationCanceledException)
        {
            Tell("rejected " + id + " cancelled \"cancelled\"");
        }
    }

    private static async Task Listen()
    {
        // Whoever takes an event tells it before anybody tells something else: the bell is awaited outside, the events are taken inside.
        while (await chat.Wait().ConfigureAwait(false)) Tell(null);
    }

    private static JObject Parse(string json)
    {
        return JsonConvert.DeserializeObject<JObject>(json, new JsonSerializerSettings { DateParseHandling = DateParseHandling.None });
    }

    public static int Main(string[] arguments)
    {
        string config = arguments.Last();
        chat = new Chat(config == "-" ? null : Parse(config));
        Task listening = Listen();
        var given = new Dictionary<string, CancellationTokenSource>();
        var all = new List<Task>();
        var lines = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        for (string line = lines.ReadLine(); line != null && line != "close"; line = lines.ReadLine())
        {
            string[] words = line.Split(new[] { ' ' }, 5);
            if (words[0] == "cancel")
            {
                given[words[1]].Cancel();
                continue;
            }
            var cancel = given[words[1]] = new CancellationTokenSource();
            all.Add(Obey(words[1], Give(words[3], Parse(words[4]), cancel.Token, TimeSpan.FromMilliseconds(long.Parse(words[2])))));
        }
        chat.Dispose();
        Task.WaitAll(all.ToArray());
        listening.Wait();
        Tell(null);
        return 0;
    }
}
