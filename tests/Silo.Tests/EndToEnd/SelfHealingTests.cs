using Amazon.DynamoDBv2.Model;
using IoTOrleans.Testing.Emulators;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>Somebody empties the reminder table while nobody runs, or restores all tables but that one.</summary>
public sealed class SelfHealingTests
{
    private static readonly (string, string)[] Quick =
        [("Presence:Grace", "15s"), ("Presence:SettleTime", "1s"), ("Events:Mqtt:Listen:Port", "0"), ("Events:Http:Enabled", "true")];

    [Fact]
    public async Task On_sqlite_what_was_in_grace_is_told_after_the_next_start_and_what_is_well_is_not() =>
        await Heals([], silo =>
        {
            using var file = new SqliteConnection($"Data Source={Path.Combine(silo.Folder, "data", "iot-orleans.db")};Pooling=False");
            file.Open();
            using var delete = file.CreateCommand();
            delete.CommandText = "DELETE FROM reminder WHERE name = 'presence'";
            return Task.FromResult(delete.ExecuteNonQuery());
        });

    [Fact]
    public async Task On_dynamodb_too()
    {
        var dynamo = await DynamoDBLocal.Get();
        var prefix = Fauxqs.NewName();
        await Heals(ClusterTests.Storage(dynamo, prefix), async _ =>
        {
            using var client = ClusterTests.Client(dynamo);
            var rows = await client.ScanAsync(new ScanRequest($"{prefix}Reminders"), TestContext.Current.CancellationToken);
            var presence = rows.Items.Where(row => row["reminder"].S.EndsWith("#presence", StringComparison.Ordinal)).ToList();
            foreach (var row in presence)
            {
                await client.DeleteItemAsync(
                    $"{prefix}Reminders", new() { ["bucket"] = row["bucket"], ["reminder"] = row["reminder"] },
                    TestContext.Current.CancellationToken);
            }

            return presence.Count;
        });
    }

    private static async Task Heals((string, string)[] storage, Func<SiloProcess, Task<int>> lose)
    {
        await using var silo = await SiloProcess.Start([.. Quick, .. storage]);
        string[] things = ["well", "lost"];
        await silo.PostUntilTaken(things.Select(thingName => new { thingName, connected = true }));
        await silo.PostUntilTaken(new { thingName = "lost", connected = false });
        var since = (await silo.Device("lost")).GetProperty("since").GetString();
        await silo.Kill();
        (await lose(silo)).ShouldBe(1);

        await silo.Run();
        await silo.Until(() => silo.Printed("[OFFLINE]") == 1, "its notification", TimeSpan.FromMinutes(3));
        await silo.UntilStatus("lost", "offline");
        (await silo.Device("lost")).GetProperty("since").GetString().ShouldBe(since);
        (await silo.Status("well")).ShouldBe("connected");
        await silo.Says("1 things had something left to do and no reminder for it in time, and are looked at again: lost.");
    }
}
