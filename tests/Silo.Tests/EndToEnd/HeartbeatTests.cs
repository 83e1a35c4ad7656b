using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>The program, its storage in a process that is killed, and a server that waits for a ping every 2 s.</summary>
public sealed class HeartbeatTests
{
    /// <summary>A reminder that is stored late ticks a minute later.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Storage_that_is_killed_ends_the_heartbeat_which_is_told_once_and_both_go_on_by_themselves()
    {
        var folder = Directory.CreateTempSubdirectory("iot-orleans-dynamodb-").FullName;
        var port = FreePort.Next();
        var storage = await DynamoDBLocal.StartIn(folder, port);
        try
        {
            await using var server = await HttpStub.Start(new StubAnswer(200, "OK"));
            await using var silo = await SiloProcess.Start(
            [
                .. ClusterTests.Storage(storage, "Heartbeat"), ("Notifications:Heartbeat:Url", new Uri(server.Address, "/uuid").ToString()),
                ("Notifications:Heartbeat:FailUrl", new Uri(server.Address, "/uuid/fail").ToString()),
                ("Notifications:Heartbeat:Method", "POST"), .. StartupHook.HeartbeatEvery(TimeSpan.FromSeconds(2)),
            ]);
            await silo.Until(() => Pings() >= 2, "pings", Patience);
            await silo.Until(async () => await Trouble() is null, "no trouble", Patience);

            var before = Pings();
            await storage.Kill();
            await silo.Until(() => Failures().Count == 1, "the word that it is blind", Patience);
            Failures()[0].ShouldStartWith("iot-orleans is blind: storage has not answered since");
            Pings().ShouldBeLessThanOrEqualTo(before + 2, silo.AllOutput);
            await silo.Until(async () => await Trouble() == Failures()[0], "the trouble in GET /fleet", Patience);
            before = Pings();

            storage = await DynamoDBLocal.StartIn(folder, port);
            await silo.Until(() => Pings() >= before + 2, "pings again", Patience);
            Failures().Count.ShouldBe(1, silo.AllOutput);
            await silo.Until(async () => await Trouble() is null, "no trouble", Patience);
            (await silo.Terminate()).ShouldBe(0, silo.AllOutput);

            int Pings() => server.Requests.Count(request => request is { Path: "/uuid", Method: "POST" });

            List<string> Failures() => [.. server.Requests.Where(request => request.Path == "/uuid/fail").Select(request => request.Text)];

            async Task<string?> Trouble()
            {
                using var response = await silo.Http.GetAsync("/fleet", Cancel);
                using var fleet = await System.Text.Json.JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(Cancel));
                return fleet.RootElement.GetProperty("watcher").GetProperty("heartbeat").GetProperty("trouble").GetString();
            }
        }
        finally
        {
            await storage.Kill();
            Directory.Delete(folder, recursive: true);
        }
    }
}
