using IoTOrleans.Page.Tests.Browser;
using IoTOrleans.Page.Tests.Fleets;

namespace IoTOrleans.Page.Tests.Live;

/// <summary>The page is on one silo, and things happen on another.</summary>
public sealed class TwoSilosTests(TheBrowser browser)
{
    [Fact]
    public async Task What_one_silo_hears_the_page_of_the_other_shows()
    {
        var dynamo = await DynamoDBLocal.Get();
        (string, string)[] settings =
        [
            ("Storage:Provider", "DynamoDB"), ("Storage:DynamoDB:TablePrefix", Fauxqs.NewName()), ("Orleans:Endpoints:AdvertisedIPAddress", "127.0.0.1"),
            ("Events:Mqtt:Listen:Port", "0"), ("Events:Http:Enabled", "true"), ("Presence:Grace", "4s"), ("Presence:SettleTime", "1s"),
            ("Presence:RecoveryHold", "3s"), ("AWS_ENDPOINT_URL_DYNAMODB", dynamo.Endpoint.ToString()), ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local"),
        ];
        await using var here = await SiloProcess.Start(settings);
        await using var there = await SiloProcess.Start(settings);
        await there.Connects("truck-1", "truck-2");
        await FleetPage.Visit(browser, here, async page =>
        {
            await Expect(page.Verdict).ToContainTextAsync("All 2 connected.");
            await there.Drops("truck-1");
            await Expect(page.Row("grace", "truck-1")).ToBeVisibleAsync();
            await Expect(page.Row("offline", "truck-1")).ToContainTextAsync("console");
            await Expect(page.Page).ToHaveTitleAsync("(1) offline - IoTOrleans");
            await page.Photograph("two-silos");
            await there.Connects("truck-1");
            await Expect(page.Verdict).ToContainTextAsync("All 2 connected.");
            await Expect(page.Section("back")).ToContainTextAsync("truck-1");

            // The one that keeps the counters may be the one that dies.
            await there.Kill();
            await here.Drops("truck-2");
            await Expect(page.Row("offline", "truck-2")).ToBeVisibleAsync(new() { Timeout = 90_000 });
            await Expect(page.Verdict).ToContainTextAsync("1 offline, 1 connected.", new() { Timeout = 90_000 });
            page.ForgiveLostConnections();
        });
    }
}
