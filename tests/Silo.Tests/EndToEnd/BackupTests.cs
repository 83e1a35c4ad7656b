using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>The command <c>backup</c> copies the database of a service under load, and the service starts on the copy.</summary>
public sealed class BackupTests
{
    private const string Backup = "iot-orleans.backup";
    private static readonly TimeSpan Patience = SiloProcess.Patience;

    private readonly ConcurrentQueue<(string Thing, string Event, string OutageId)> _told = new();
    private readonly TaskCompletionSource _isBackedUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_under_load_leads_to_what_is_due_and_repeats_only_what_it_cannot_know_with_the_same_id()
    {
        // What is told between the backup and its use is on its way when the backup is made: the restored state does not know the end.
        await using var webhook = await HttpStub.Start(async (request, aborted) =>
        {
            var body = JsonElement.Parse(request.Text);
            var told = (body.GetProperty("thingName").GetString()!, body.GetProperty("event").GetString()!,
                body.GetProperty("outageId").GetString()!);
            if (told.Item1 == "quick-between") await _isBackedUp.Task.WaitAsync(aborted);
            _told.Enqueue(told);
            return new StubAnswer(204);
        });
        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "1h"), ("Presence:SettleTime", "1s"), ("Events:Mqtt:Listen:Port", "0"), ("Events:Http:Enabled", "true"),
            ("Presence:Policies:0:Match", "quick-*"), ("Presence:Policies:0:Grace", "1s"),
            ("Presence:Policies:1:Match", "slow-*"), ("Presence:Policies:1:Grace", "60s"),
            ("Notifications:Webhook:Url", webhook.Address.ToString()), ("Notifications:Webhook:Collapse", "false"));

        await silo.PostUntilTaken(new[] { "quick-before", "quick-between", "slow-due" }.Select(name => Event(name, true)).ToList());
        await silo.PostUntilTaken(Event("quick-before", false));
        await silo.UntilStatus("quick-before", "offline");
        await silo.Until(async () => (await silo.Device("quick-before")).GetProperty("notifiedAt").ValueKind == JsonValueKind.String,
            "its notification to be stored");

        var load = new Load(silo);
        await silo.PostUntilTaken(Event("quick-between", false));
        await silo.PostUntilTaken(Event("slow-due", false));
        await silo.Until(() => webhook.Requests.Any(request => request.Text.Contains("quick-between", StringComparison.Ordinal)),
            "the notification to be on its way");
        await load.Until(100);
        var stored = load.Stored;
        await MakeBackup(silo);
        (await silo.Status("slow-due")).ShouldBe("grace", "the backup took too long to show anything");
        await load.Until(load.Stored + 100);
        await load.Stop();

        _isBackedUp.SetResult();
        await silo.Until(() => Told("quick-between").Count == 1, "its notification", Patience);
        await silo.PostUntilTaken(Event("after-the-backup", true));
        await silo.Kill();
        _told.Select(one => one.Thing).ShouldBe(["quick-before", "quick-between"], ignoreOrder: true);
        Restore(silo);
        await silo.Run();

        await silo.Until(() => Told("slow-due").Count == 1 && Told("quick-between").Count == 2, "what is owed", TimeSpan.FromMinutes(3));
        Told("quick-before").Count.ShouldBe(1, "the backup knows that it was told");
        Told("quick-between").Distinct().Count().ShouldBe(1, "a repeat can be recognized");
        await silo.UntilStatus("slow-due", "offline");
        (await silo.Status(Load.Name(0))).ShouldBe("connected");
        (await silo.Status(Load.Name(stored - 1))).ShouldBe("connected", "what was stored before the backup is in it");
        (await silo.Status("after-the-backup")).ShouldBeNull();
        silo.HasNoLineWith("damaged");
        _told.Count.ShouldBe(4);
    }

    private List<(string, string, string)> Told(string thing) => [.. _told.Where(one => one.Thing == thing)];

    private static object Event(string thingName, bool connected) => new { thingName, connected };

    private static async Task MakeBackup(SiloProcess silo)
    {
        var program = SiloProgram.In(silo.Folder, new Dictionary<string, string>());
        var made = await Command.Run(silo.Folder, Patience, program.FileName, [.. program.ArgumentList, "backup", Backup]);
        made!.ExitCode.ShouldBe(0, made.Output);
        var again = await Command.Run(silo.Folder, Patience, program.FileName, [.. program.ArgumentList, "backup", Backup]);
        (again!.ExitCode, again.Output.Trim().Split('\n').Length).ShouldBe((1, 1));
        again.Output.ShouldContain("is there already and was left as it is");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(silo.Folder, Backup)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>As docs/operations.md says.</summary>
    private static void Restore(SiloProcess silo)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(silo.Folder, "data"), "iot-orleans.db*")) File.Delete(file);
        File.Copy(Path.Combine(silo.Folder, Backup), Path.Combine(silo.Folder, "data", "iot-orleans.db"));
    }

    /// <summary>New things, one request after the other.</summary>
    private sealed class Load
    {
        private const int Most = 20;
        private readonly SiloProcess _silo;
        private readonly Task _run;
        private volatile bool _ends;
        private volatile int _stored;

        public Load(SiloProcess silo) => (_silo, _run) = (silo, Task.Run(Run));

        /// <summary>So many were answered with 202.</summary>
        public int Stored => _stored;

        public static string Name(int number) => $"load-{number}";

        public Task Until(int stored) => _silo.Until(() => _stored >= stored || _run.IsCompleted, $"{stored} things");

        public Task Stop()
        {
            _ends = true;
            return _run;
        }

        private async Task Run()
        {
            for (var next = 0; !_ends; next += Most)
            {
                using var response = await _silo.Post(Enumerable.Range(next, Most).Select(number => Event(Name(number), true)).ToList());
                response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
                _stored = next + Most;
            }
        }
    }
}
