using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Libwebchat;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

/// <summary>The adapter of the conformance table (tests/conformance/README.md): commands come as lines, outcomes and events go as lines.</summary>
internal static class Adapter
{
    private static readonly object Telling = new object();
    private static readonly TextWriter Out = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };

    private static void Say(string line)
    {
        lock (Telling) Out.Write(line + "\n");
    }

    /// <summary>By its method where that takes what is given, else by its name.</summary>
    private static Task<JToken> Give(Chat chat, string name, JObject options, TimeSpan within, CancellationToken cancellation)
    {
        JToken message = options["message"];
        if (within == TimeSpan.Zero && name == "startChat") return chat.StartChatAsync(options, cancellation);
        if (within == TimeSpan.Zero && name == "endChat" && options.Count == 0) return chat.EndChatAsync(cancellation);
        if (within == TimeSpan.Zero && name == "sendMessage" && message != null && message.Type == JTokenType.String)
        {
            return chat.SendMessageAsync((string)message, options, cancellation);
        }
        return chat.CommandAsync(name, options, cancellation, within);
    }

    private static async Task Command(Chat chat, string[] words, CancellationToken cancellation)
    {
        string id = words[1];
        try
        {
            JToken value = await Give(chat, words[3], (JObject)Parse(words[4]), TimeSpan.FromMilliseconds(long.Parse(words[2])), cancellation);
            Say("resolved " + id + " " + value.ToString(Formatting.None));
        }
        catch (WebchatException refused)
        {
            Say("rejected " + id + " " + refused.Kind + " " + (refused.Value ?? new JValue(refused.Message)).ToString(Formatting.None));
        }
        catch (OperationCanceledException)
        {
            Say("rejected " + id + " cancelled \"cancelled\"");
        }
    }

    private static JToken Parse(string json)
    {
        using (JsonTextReader reader = new JsonTextReader(new StringReader(json)) { DateParseHandling = DateParseHandling.None, MaxDepth = null })
        {
            return JToken.ReadFrom(reader);
        }
    }

    private static async Task Listen(Chat chat)
    {
        while (await chat.NextEventAsync() is ChatEvent happened) Say("event " + happened.Name + " " + happened.Raw);
    }

    private static void Main(string[] arguments)
    {
        string config = arguments[arguments.Length - 1];
        Chat chat = new Chat(config == "-" ? null : (JObject)Parse(config));
        Task listening = Listen(chat);
        Dictionary<string, CancellationTokenSource> given = new Dictionary<string, CancellationTokenSource>();
        List<Task> told = new List<Task>();
        TextReader lines = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        for (string line = lines.ReadLine(); line != null && line != "close"; line = lines.ReadLine())
        {
            string[] words = line.Split(new[] { ' ' }, 5);
            if (words[0] == "cancel")
            {
                given[words[1]].Cancel();
                continue;
            }
            given[words[1]] = new CancellationTokenSource();
            told.Add(Command(chat, words, given[words[1]].Token));
        }
        chat.Dispose();
        told.Add(listening);
        Task.WaitAll(told.ToArray());
    }
}
