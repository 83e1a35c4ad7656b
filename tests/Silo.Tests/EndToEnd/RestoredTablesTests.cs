using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>
/// DynamoDB restores each table as a copy under another name (docs/operations.md). The emulator cannot, so the test copies them; the
/// service cannot tell the difference.
/// </summary>
public sealed class RestoredTablesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Grain_state_and_reminders_of_an_earlier_moment_lead_to_what_is_due_and_repeat_nothing()
    {
        await using var webhook = await HttpStub.Start(new StubAnswer(204));
        var dynamo = await DynamoDBLocal.Get();
        var (before, restored) = (Fauxqs.NewName(), Fauxqs.NewName());
        (string, string)[] settings =
        [
            ("Presence:Grace", "1s"), ("Presence:SettleTime", "1s"), ("Presence:Policies:0:Match", "slow-*"),
            ("Presence:Policies:0:Grace", "20s"), ("Notifications:Webhook:Url", webhook.Address.ToString()),
            ("Notifications:Webhook:Collapse", "false"),
        ];
        List<string> told = [];
        await using (var silo = await SiloProcess.Start([.. settings, .. ClusterTests.Storage(dynamo, before)]))
        {
            await silo.PostUntilTaken(new[] { "well", "told", "slow-due" }.Select(name => Event(name, true)).ToList());
            await silo.PostUntilTaken(Event("told", false));
            await silo.Until(async () => (await silo.Device("told")).GetProperty("notifiedAt").ValueKind == JsonValueKind.String,
                "its notification to be stored");
            await silo.PostUntilTaken(Event("slow-due", false));
            foreach (var table in new[] { "GrainState", "Reminders" }) await Copy(dynamo, before + table, restored + table);
            (await silo.Status("slow-due")).ShouldBe("grace", "the copy took too long to show anything");
            await silo.PostUntilTaken(Event("after-the-backup", true));
            await silo.Kill();
        }

        await using (var silo = await SiloProcess.Start([.. settings, .. ClusterTests.Storage(dynamo, restored)]))
        {
            await silo.UntilStatus("slow-due", "offline");
            await silo.Until(() => (told = Told(webhook)).Contains("slow-due"), "what was due", TimeSpan.FromMinutes(2));
            (await silo.Status("well")).ShouldBe("connected");
            (await silo.Status("told")).ShouldBe("offline");
            (await silo.Status("after-the-backup")).ShouldBeNull();
            silo.HasNoLineWith(" fail: ");
        }

        told.ShouldBe(["told", "slow-due"]);
    }

    private static List<string> Told(HttpStub webhook) => [.. webhook.Requests.Select(
        request => JsonElement.Parse(request.Text).GetProperty("thingName").GetString()!)];

    private static object Event(string thingName, bool connected) => new { thingName, connected };

    private static async Task Copy(DynamoDBLocal dynamo, string from, string to)
    {
        using var client = ClusterTests.Client(dynamo);
        var table = (await client.DescribeTableAsync(from, Cancel)).Table;
        (table.GlobalSecondaryIndexes ?? []).ShouldBeEmpty("the copy would miss them");
        await client.CreateTableAsync(
            new CreateTableRequest(to, table.KeySchema)
            {
                AttributeDefinitions = table.AttributeDefinitions, BillingMode = BillingMode.PAY_PER_REQUEST,
            },
            Cancel);
        foreach (var item in (await client.ScanAsync(new ScanRequest(from), Cancel)).Items) await client.PutItemAsync(to, item, Cancel);
    }
}
