using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IoTOrleans.Testing.Mqtt;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Starting;

/// <summary>What the README promises of <c>dotnet run</c>: a real MQTT client, a real process, real time.</summary>
public sealed class EmbeddedDefaultTests
{
    private const string Thing = "greenhouse-3";

    private static readonly (
        string, string)[] quick = [("Presence:Grace", "3s"), ("Presence:RecoveryHold", "0s"), ("Presence:SettleTime", "1s")];

    [Fact]
    public async Task With_Verify_none_nobody_is_asked_the_broker_included()
    {
        await using var silo = await SiloProcess.Start([.. quick, ("Verify:With", "none")]);
        await silo.Until(() => silo.AllOutput.Contains("Verifier  none", StringComparison.Ordinal), "the line that names no verifier");
        using (var client = MosquittoClient.Subscribe(silo.MqttPort, "-i", Thing))
        {
            await silo.UntilStatus(Thing, "connected");
            client.Kill();
        }

        await silo.Until(
            async () => (await silo.Device(Thing)).GetProperty("notifiedAt").ValueKind != JsonValueKind.Null, "the notification");
        (await silo.Http.GetStringAsync($"/devices/{Thing}/why")).ShouldContain("told-unverified");
    }

    [Fact]
    public async Task A_thing_that_stays_away_is_told_about_once_and_its_return_too()
    {
        await using var silo = await SiloProcess.Start(quick);
        using (var client = MosquittoClient.Subscribe(silo.MqttPort, "-i", Thing))
        {
            await silo.UntilStatus(Thing, "connected");
            client.Kill();
        }

        await silo.UntilStatus(Thing, "grace");
        var grace = await silo.Device(Thing);
        silo.Printed("[OFFLINE]").ShouldBe(0);
        await silo.UntilStatus(Thing, "offline");
        await silo.Until(
            async () => (await silo.Device(Thing)).GetProperty("notifiedAt").ValueKind != JsonValueKind.Null, "the record of it");
        silo.Printed("[OFFLINE]").ShouldBe(1);
        var offline = await silo.Device(Thing);
        var late = offline.GetProperty("notifiedAt").GetDateTimeOffset() - grace.GetProperty("graceEndsAt").GetDateTimeOffset();
        late.ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(3), "a second, and what a busy machine adds");
        offline.GetProperty("outageId").GetString().ShouldBe(grace.GetProperty("outageId").GetString());

        using (MosquittoClient.Subscribe(silo.MqttPort, "-i", Thing))
        {
            await silo.UntilStatus(Thing, "connected");
            await silo.Until(() => silo.Printed("[BACK]") == 1, "the recovery");
        }

        silo.Printed("[OFFLINE]").ShouldBe(1);
        var outage = grace.GetProperty("outageId").GetString()!;
        await silo.Until(
            () => silo.Output.Count(line => line.Contains(outage, StringComparison.Ordinal)
                && line.StartsWith('[')) == 2, "both notifications");
    }

    [Fact]
    public async Task A_drop_shorter_than_the_grace_is_told_to_nobody()
    {
        await using var silo = await SiloProcess.Start(("Presence:Grace", "20s"), ("Presence:RecoveryHold", "0s"));
        using (MosquittoClient.Subscribe(silo.MqttPort, "-i", Thing)) await silo.UntilStatus(Thing, "connected");
        await silo.UntilStatus(Thing, "grace");
        using (MosquittoClient.Subscribe(silo.MqttPort, "-i", Thing)) await silo.UntilStatus(Thing, "connected");
        (await silo.Device(Thing)).GetProperty("outagesSuppressed").GetInt32().ShouldBe(1);
        silo.Printed("[").ShouldBe(0);
    }

    [Fact]
    public async Task After_kill_9_what_stayed_away_is_told_once_and_what_came_back_is_not()
    {
        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "4s"), ("Presence:RecoveryHold", "0s"), ("Presence:SettleTime", "2s"));
        using var faithful = MosquittoClient.Subscribe(silo.MqttPort, "-i", "faithful");
        await silo.UntilStatus("faithful", "connected");
        using (MosquittoClient.Subscribe(silo.MqttPort, "-i", Thing)) await silo.UntilStatus(Thing, "connected");
        await silo.UntilStatus(Thing, "grace");
        using (MosquittoClient.Subscribe(silo.MqttPort, "-i", "silent")) await silo.UntilStatus("silent", "connected");
        await silo.UntilStatus("silent", "grace");
        using (MosquittoClient.Subscribe(silo.MqttPort, "-i", "silent"))
        {
            await silo.UntilStatus("silent", "connected");
            await silo.Kill();
        }

        // "faithful" reconnects by itself, "silent" lost its power while nobody watched.
        await silo.Run();
        await silo.UntilStatus(Thing, "offline");
        await silo.UntilStatus("silent", "offline");
        await silo.UntilStatus("faithful", "connected");
        await silo.Until(() => silo.Printed("[OFFLINE]") == 2, "two notifications");
        silo.Printed("[OFFLINE] faithful").ShouldBe(0);
        silo.Printed($"[OFFLINE] {Thing}").ShouldBe(1);
        (await silo.Device("faithful")).GetProperty("outagesSuppressed").GetInt32().ShouldBe(0, "it was our restart");
    }

    [Fact]
    public async Task SIGTERM_ends_it_with_status_0_and_no_disconnect_of_its_own_making()
    {
        await using var silo = await SiloProcess.Start(("Presence:Grace", "1h"));
        using var client = MosquittoClient.Subscribe(silo.MqttPort, "-i", Thing);
        await silo.UntilStatus(Thing, "connected");
        (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
        Stored(silo, $"SELECT data FROM grain_state WHERE grain = 'device/{Thing}'").ShouldContain("\"connected\":true");
    }

    [Fact]
    public async Task Ten_thousand_transitions_of_five_thousand_things_are_taken_in_and_the_file_holds_every_last_state()
    {
        await using var silo = await SiloProcess.Start(("Presence:Grace", "1h"));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        for (var version = 1; version <= 2; version++)
        {
            foreach (var chunk in Enumerable.Range(0, 5000).Chunk(500))
            {
                using var response = await silo.Post(chunk.Select(i =>
                    new { thingName = $"thing-{i}", connected = version == 1 || i % 10 == 0, timestamp = now + version - 10, version }));
                response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
                (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accepted").GetInt32().ShouldBe(500);
            }
        }

        await silo.Kill();
        Stored(silo, "SELECT count(*) FROM grain_state WHERE grain LIKE 'device/thing-%' AND data LIKE '{\"connected\":false%'")
            .ShouldBe("4500");
        Stored(silo, "SELECT count(*) FROM grain_state WHERE grain LIKE 'device/thing-%' AND data LIKE '{\"connected\":true%'")
            .ShouldBe("500");
        Stored(silo, "SELECT count(*) FROM reminder WHERE grain LIKE 'device/%'").ShouldBe("4500");
    }

    [Fact]
    public async Task The_orleans_dashboard_shows_a_thing()
    {
        await using var silo = await SiloProcess.Start();
        using var posted = await silo.Post(new { thingName = Thing, connected = false });
        (await silo.Http.GetStringAsync("/dashboard/")).ShouldContain("html");
        var shown = await silo.Http.GetStringAsync(
            $"/dashboard/GrainState?grainId={Thing}&grainType=IoTOrleans.Grains.Devices.DeviceGrain");
        shown.ShouldContain("GraceEndsAt", Case.Insensitive);
    }

    private static string Stored(SiloProcess silo, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(silo.Folder, "data", "iot-orleans.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture)!;
    }
}
