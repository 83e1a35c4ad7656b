using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

public sealed class DamagedStateTests
{
    /// <summary>Somebody edits the file by hand while nobody runs: the record of the fleet, and two things, one with a reminder.</summary>
    [Fact]
    public async Task What_cannot_be_read_is_named_and_everything_else_is_counted_and_listed()
    {
        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "1h"), ("Events:Mqtt:Listen:Port", "0"), ("Events:Http:Enabled", "true"));
        string[] things = ["away", "broken", "broken-away", "well"];
        await silo.PostUntilTaken(things.Select(thingName => new { thingName, connected = true }));
        await silo.PostUntilTaken(new { thingName = "away", connected = false });
        await silo.PostUntilTaken(new { thingName = "broken-away", connected = false });
        await UntilCounted(silo, (4, 2, 2, 0));
        await silo.Kill();
        Damage(silo, "fleet/%", """{"clean":true,"total":99,"backItems":[{"thi""").ShouldBe(1);
        Damage(silo, "device/broken%", """{"connected":""").ShouldBe(2);

        await silo.Run();
        await UntilCounted(silo, (4, 1, 1, 2));
        Lines(silo, "The stored record of the fleet cannot be read (").ShouldBe(1);
        (await List(silo, "")).ShouldBe(
            [("away", "grace"), ("broken", "unknown"), ("broken-away", "unknown"), ("well", "connected")], ignoreOrder: true);
        (await List(silo, "?status=grace&status=offline&status=recovering")).ShouldBe([("away", "grace")]);
        (await List(silo, "?status=unknown")).ShouldBe([("broken", "unknown"), ("broken-away", "unknown")], ignoreOrder: true);
        (await List(silo, "?thingName=broken-away&thingName=away")).ShouldBe(
            [("broken-away", "unknown"), ("away", "grace")], ignoreOrder: true);
        foreach (var thing in new[] { "broken", "broken-away" })
            Lines(silo, $"The stored state of {thing} cannot be read (").ShouldBe(1, silo.AllOutput);
        silo.HasNoLineWith("   at ");

        // What was replaced is stored: the next start has nothing to say about it.
        (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
        Fleet(silo).ShouldStartWith("{\"epoch\":");
        Fleet(silo).ShouldContain("\"clean\":true");
    }

    private static async Task<IReadOnlyList<(string?, string?)>> List(SiloProcess silo, string query)
    {
        var list = await silo.Http.GetFromJsonAsync<JsonElement>($"/devices{query}", TestContext.Current.CancellationToken);
        return [.. list.GetProperty("items").EnumerateArray()
            .Select(item => (item.GetProperty("thingName").GetString(), item.GetProperty("status").GetString()))];
    }

    private static int Lines(SiloProcess silo, string text) =>
        silo.Output.Count(line => line.Contains(text, StringComparison.Ordinal));

    private static Task UntilCounted(SiloProcess silo, (int Total, int Connected, int Grace, int Unknown) right) => silo.Until(
        async () =>
        {
            var fleet = await silo.Http.GetFromJsonAsync<JsonElement>("/fleet");
            return fleet.GetProperty("complete").GetBoolean() && right == (Number("total"), Number("connected"), Number("grace"), Number("unknown"));

            int Number(string name) => fleet.GetProperty(name).GetInt32();
        },
        $"{right} in GET /fleet");

    private static int Damage(SiloProcess silo, string grain, string data) => Use(silo, command =>
    {
        command.CommandText = "UPDATE grain_state SET data = $data WHERE grain LIKE $grain";
        command.Parameters.AddWithValue("$data", data);
        command.Parameters.AddWithValue("$grain", grain);
        return command.ExecuteNonQuery();
    });

    private static string Fleet(SiloProcess silo) => Use(silo, command =>
    {
        command.CommandText = "SELECT data FROM grain_state WHERE grain LIKE 'fleet/%'";
        return (string)command.ExecuteScalar()!;
    });

    private static T Use<T>(SiloProcess silo, Func<SqliteCommand, T> use)
    {
        using var file = new SqliteConnection($"Data Source={Path.Combine(silo.Folder, "data", "iot-orleans.db")};Pooling=False");
        file.Open();
        using var command = file.CreateCommand();
        return use(command);
    }
}
