using System.Collections.Concurrent;
using System.Text.Json;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>
/// An upgrade, and the way back: a silo of an older commit and one of today share a cluster and its tables. <c>eng/mixed-versions</c>
/// builds the old one and runs this.
/// </summary>
public sealed class MixedVersionsTests
{
    private const string OldSilo = "OLD_SILO";

    /// <summary>The shell drops the program of today, which stands after it.</summary>
    private static readonly string[] Older = ["sh", "-c", $"exec dotnet \"${OldSilo}\"", "sh"];

    private readonly ConcurrentQueue<(string Thing, string Event)> _told = new();

    [Fact(Explicit = true)]
    public async Task Two_versions_share_a_cluster_and_each_notification_is_sent_once_there_and_back()
    {
        Assert.SkipUnless(File.Exists(Environment.GetEnvironmentVariable(OldSilo)), "Run eng/mixed-versions, which builds the old silo.");
        var dynamo = await DynamoDBLocal.Get();
        await using var webhook = await HttpStub.Start((request, _) =>
        {
            var body = JsonElement.Parse(request.Text);
            _told.Enqueue((body.GetProperty("thingName").GetString()!, body.GetProperty("event").GetString()!));
            return Task.FromResult(new StubAnswer(204));
        });
        (string, string)[] settings =
        [
            .. ClusterTests.Storage(dynamo, Fauxqs.NewName()), ("Presence:Grace", "15s"), ("Presence:SettleTime", "1s"),
            ("Presence:RecoveryHold", "0s"), ("Notifications:Webhook:Url", webhook.Address.ToString()),
            ("Notifications:CollapseAbove", "100"),
        ];
        await using var old = await SiloProcess.StartUnder(Older, settings);
        await Post(old, "a", 20, connected: true);
        await Post(old, "a", 20, connected: false);

        // The new one joins, as in a rolling deployment. Deadlines that the old one has set come due on both.
        await using var today = await SiloProcess.Start(settings);
        await Post(today, "a", 5, connected: true);
        await Post(today, "b", 20, connected: true);
        await Post(old, "b", 20, connected: false);
        foreach (var silo in new[] { old, today }) await ShouldShow(silo, ("a-0", "connected"), ("b-0", "grace"));
        await UntilTold(today, 35);
        foreach (var silo in new[] { old, today }) await ShouldShow(silo, ("a-0", "connected"), ("a-19", "offline"), ("b-19", "offline"));

        // The old one leaves. What it has written is read, and goes on.
        await Post(today, "c", 20, connected: true);
        await Post(today, "c", 20, connected: false);
        (await old.Terminate()).ShouldBe(0, old.AllOutput);
        await Post(today, "b", 10, connected: true);
        await UntilTold(today, 35 + 10 + 20);

        // And back: the old one joins, and the new one leaves.
        await Post(today, "d", 20, connected: true);
        await Post(today, "d", 20, connected: false);
        await old.Run();
        (await today.Terminate()).ShouldBe(0, today.AllOutput);
        await Post(old, "c", 10, connected: true);
        await UntilTold(old, 35 + 10 + 20 + 20 + 10);
        await ShouldShow(old, ("a-0", "connected"), ("b-0", "connected"), ("b-19", "offline"), ("c-0", "connected"), ("d-19", "offline"));

        _told.Distinct().Count().ShouldBe(_told.Count, "none twice");
        _told.Count(one => one.Event == "device.offline").ShouldBe(75);
        _told.Count(one => one.Event == "device.recovered").ShouldBe(20);
    }

    private static Task Post(SiloProcess silo, string group, int count, bool connected) => silo.PostUntilTaken(
        Enumerable.Range(0, count).Select(number => new { thingName = $"{group}-{number}", connected }).ToList());

    private static async Task ShouldShow(SiloProcess silo, params (string Thing, string Status)[] things)
    {
        foreach (var (thing, status) in things) await silo.UntilStatus(thing, status);
    }

    private Task UntilTold(SiloProcess silo, int count) =>
        silo.Until(() => _told.Count >= count, $"{count} notifications", TimeSpan.FromMinutes(2));
}
