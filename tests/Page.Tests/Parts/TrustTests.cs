using System.Text.Json;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Page.Tests.Parts;

/// <summary>What the line about trust says of the heartbeat, from the modules that the page loads, without a browser.</summary>
public sealed class TrustTests : IDisposable
{
    private const string Script = """
        import { sync } from "./clock.js";
        import { speak } from "./text.js";
        import { partsOf } from "./trust.js";
        globalThis.document = { documentElement: {} };
        const [, , culture, watchers] = process.argv;
        await speak(culture, "UTC");
        sync("2026-11-23T09:00:00Z");
        console.log(JSON.stringify(JSON.parse(watchers).map(watcher => partsOf(watcher, { complete: true }))));
        process.exit();
        """;

    private const string Before = """{"storage":"ok","destinations":[{"name":"mail","state":"ok"}],"heartbeat":""";

    /// <summary>As <c>GET /fleet</c> answers.</summary>
    private static readonly string[] Heartbeats =
    [
        "null",
        """{"lastPingAt":null,"trouble":null}""",
        """{"lastPingAt":"2026-11-23T08:14:00Z","trouble":null}""",
        """{"lastPingAt":null,"trouble":"iot-orleans is blind"}""",
        """{"lastPingAt":"2026-11-23T08:14:00Z","trouble":"iot-orleans is blind"}""",
    ];

    /// <summary>So that Node.js takes the modules for what they are.</summary>
    private readonly string _folder = Directory.CreateTempSubdirectory("iot-orleans-page-").FullName;

    [Theory]
    [InlineData("en", "heartbeat: not set up", "heartbeat: no ping yet", "heartbeat: last ping 08:14",
        "No heartbeat goes out now.", "No heartbeat goes out now. Last ping 08:14.")]
    [InlineData("ja", "ハートビート: 未設定", "ハートビート: まだ送信なし", "ハートビート: 最終送信 08:14",
        "ハートビートを送信していません。", "ハートビートを送信していません（最終送信 08:14）。")]
    public async Task A_heartbeat_is_the_last_word_and_one_that_does_not_go_out_the_first_in_amber(
        string culture, string none, string first, string last, string silent, string silentSince)
    {
        foreach (var module in Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "src", "Silo", "Page", "js")))
            File.Copy(module, Path.Combine(_folder, Path.GetFileName(module)));
        File.WriteAllText(Path.Combine(_folder, "package.json"), """{"type":"module"}""");
        File.WriteAllText(Path.Combine(_folder, "asked.js"), Script);

        var watchers = $"[{string.Join(',', Heartbeats.Select(heartbeat => $"{Before}{heartbeat}}}"))}]";
        var said = await Command.Run(_folder, TimeSpan.FromMinutes(1), "node", "asked.js", culture, watchers)
            ?? throw Prerequisite.Missing("This test needs Node.js: install Node 20.19 or later.");
        said.ExitCode.ShouldBe(0, said.Output);
        var lines = JsonDocument.Parse(said.Output).RootElement.EnumerateArray()
            .Select(line => line.EnumerateArray().Select(
                part => (part.GetProperty("text").GetString()!, part.GetProperty("amber").GetBoolean())).ToList())
            .ToList();

        lines.Take(3).Select(line => line[^1]).ShouldBe([(none, false), (first, false), (last, false)]);
        lines.Skip(3).Select(line => line[0]).ShouldBe([(silent, true), (silentSince, true)]);
        lines.Take(3).ShouldEachBe(line => !line.Any(part => part.Item2), "nothing is wrong");
        lines.Skip(3).ShouldEachBe(line => line.Count(part => part.Item2) == 1, "nothing else is wrong");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
