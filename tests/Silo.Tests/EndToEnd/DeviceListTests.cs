using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>
/// 250 things, 25 of them away: 20 offline, and 5 whose grace is long. One silo for all of the tests on one storage.
/// </summary>
public abstract class ListedFleet(params (string Setting, string Value)[] storage) : IAsyncLifetime
{
    internal static readonly IReadOnlyList<string> All =
        [.. Enumerable.Range(0, 220).Select(i => $"thing-{i}"), .. Enumerable.Range(0, 30).Select(i => $"slow/名前 {i}")];
    internal static readonly IReadOnlyList<string> Offline = [.. All.Take(20)];
    internal static readonly IReadOnlyList<string> Grace = [.. All.TakeLast(5)];

    internal SiloProcess Silo { get; private set; } = null!;

    /// <summary>What has to be there before the silo is, and settings that say where.</summary>
    internal virtual Task<(string Setting, string Value)[]> Prepare() => Task.FromResult(storage);

    public async ValueTask InitializeAsync()
    {
        var settings = await Prepare();
        Silo = await SiloProcess.Start(
        [
            ("Presence:Grace", "1s"), ("Presence:SettleTime", "1s"), ("Presence:Policies:0:Match", "slow*"),
            ("Presence:Policies:0:Grace", "1h"),
            ("Events:Mqtt:Listen:Port", "0"), ("Events:Http:Enabled", "true"), .. settings,
        ]);
        await Send(All, connected: true);
        await Send([.. Offline, .. Grace], connected: false);
        foreach (var thing in Offline)
            await Silo.Until(
                async () => (await Silo.Device(thing)).GetProperty("notifiedAt").ValueKind != JsonValueKind.Null, $"{thing} is told about");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Silo.DisposeAsync();
    }

    internal Task Send(IEnumerable<string> things, bool connected) =>
        Silo.PostUntilTaken(things.Select(
            thingName => new { thingName, connected, attributes = new { site = "大阪", carrier = CarrierOf(thingName) } }).ToList());

    internal static string CarrierOf(string thingName) => thingName.EndsWith('3') ? "acme:4g" : "other";
}

public abstract class DeviceListTests(ListedFleet fleet)
{
    private static IEnumerable<string> Away => [.. ListedFleet.Offline, .. ListedFleet.Grace];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(250)]
    [InlineData(1000)]
    public async Task Paging_shows_each_thing_once(int limit)
    {
        await Shows("", limit, ListedFleet.All);
        await Shows("status=connected", limit, ListedFleet.All.Except(Away));
        await Shows("status=offline", limit, ListedFleet.Offline);
        await Shows("status=grace", limit, ListedFleet.Grace);
        await Shows("status=offline&status=grace&status=recovering", limit, Away);
        await Shows("status=offline&status=connected", limit, ListedFleet.All.Except(ListedFleet.Grace));
        await Shows("status=unknown", limit, []);
    }

    [Fact]
    public async Task Conditions_have_to_hold_together()
    {
        await Shows("prefix=slow%2F", 10, ListedFleet.All.TakeLast(30));
        await Shows("prefix=Slow", 10, []);
        await Shows("prefix=thing-1&status=offline", 10,
            ListedFleet.Offline.Where(name => name.StartsWith("thing-1", StringComparison.Ordinal)));
        await Shows("prefix=slow&status=connected", 10, ListedFleet.All.TakeLast(30).Except(ListedFleet.Grace));
        await Shows("thingName=thing-3&thingName=stranger&thingName=thing-200&thingName=thing-3", 1, ["thing-3", "thing-200"]);
        await Shows("thingName=thing-3&thingName=thing-200&status=offline", 10, ["thing-3"]);
        await Shows("thingName=thing-3&prefix=slow", 10, []);
    }

    [Fact]
    public async Task Attributes_filter_whatever_else_is_asked_for()
    {
        const string Acme = "attribute=carrier:acme%3A4g";
        bool IsAcme(string thingName) => ListedFleet.CarrierOf(thingName) != "other";
        await Shows("attribute=site:%E5%A4%A7%E9%98%AA", 100, ListedFleet.All);
        await Shows(Acme, 7, ListedFleet.All.Where(IsAcme));
        await Shows($"{Acme}&attribute=site:%E5%A4%A7%E9%98%AA&attribute=", 100, ListedFleet.All.Where(IsAcme));
        await Shows($"{Acme}&attribute=carrier:other", 100, []);
        await Shows("attribute=carrier:acme", 100, []);
        await Shows("attribute=Site:%E5%A4%A7%E9%98%AA", 100, []);
        await Shows($"{Acme}&status=offline", 1, ListedFleet.Offline.Where(IsAcme));
        await Shows($"{Acme}&status=offline&status=grace&status=recovering", 10, Away.Where(IsAcme));
        await Shows($"{Acme}&status=connected&prefix=slow", 10, ListedFleet.All.TakeLast(30).Except(ListedFleet.Grace).Where(IsAcme));
        await Shows($"{Acme}&thingName=thing-3&thingName=thing-4", 10, ["thing-3"]);
    }

    [Fact]
    public async Task All_mistakes_of_a_query_are_named_at_once()
    {
        using var response = await fleet.Silo.Http.GetAsync(
            "/devices?limit=0&status=away&stauts=x&cursor=nonsense&attribute=site&status=gone");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("parameter").GetString())
            .ShouldBe(["limit", "status", "status", "stauts", "cursor", "attribute"], ignoreOrder: true);
        foreach (var error in problem.GetProperty("errors").EnumerateArray())
            problem.GetProperty("detail").GetString()!.ShouldContain(error.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task What_is_empty_is_not_asked_for_and_a_page_has_100_items_by_itself()
    {
        var page = await Page("status=&prefix=&thingName=&limit=&cursor=");
        page.EnumerateObject().Select(property => property.Name).ShouldBe(["items", "nextCursor"]);
        page.GetProperty("items").GetArrayLength().ShouldBe(100);
        (await Page("status=recovering")).GetProperty("nextCursor").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task An_item_is_what_the_thing_itself_answers()
    {
        foreach (var query in (string[])["", "status=offline&status=grace", "thingName=thing-0&thingName=thing-200&thingName=thing-219"])
        {
            foreach (var item in await Walk(query, 1000))
            {
                var device = await fleet.Silo.Device(item.GetProperty("thingName").GetString()!);
                item.GetRawText().ShouldBe(device.GetRawText());
            }
        }
    }

    [Fact]
    public async Task What_is_forgotten_is_not_listed_and_what_was_only_asked_about_neither()
    {
        await fleet.Send(["retired"], connected: true);
        await Shows("prefix=retired", 1000, ["retired"]);
        (await fleet.Silo.Status("retired-too")).ShouldBeNull();
        using var forgotten = await fleet.Silo.Http.DeleteAsync("/devices/retired");
        await Shows("prefix=retired", 1000, []);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("status=away", "status")]
    [InlineData("status=3", "status")]
    [InlineData("status=offline&status=away", "status")]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("cursor=%00", "cursor")]
    [InlineData("thingName=a%0Ab", "thingName")]
    [InlineData("attribute=site", "attribute")]
    [InlineData("attribute=:1&attribute=:2&attribute=:3&attribute=:4&attribute=:5&attribute=:6&attribute=:7&attribute=:8&attribute=:9",
        "attribute")]
    [InlineData("prefix=a&prefix=b", "prefix")]
    [InlineData("stauts=offline", "stauts")]
    [InlineData("attributes=site:north", "attributes")]
    public async Task What_is_wrong_with_a_query_is_named(string query, string parameter) => await Refused(query, parameter);

    [Fact]
    public async Task An_attribute_that_no_thing_can_have_is_refused()
    {
        await Shows($"attribute=a:{new string('x', 255)}", 1000, []);
        await Refused($"attribute=a:{new string('x', 256)}", "attribute");
    }

    [Fact]
    public async Task Too_many_names_are_refused() =>
        await Refused(string.Join('&', Enumerable.Range(0, 101).Select(i => $"thingName={i}")), "thingName");

    [Fact]
    public async Task A_cursor_of_another_query_is_refused()
    {
        var ring = (await Page("status=offline&limit=1")).GetProperty("nextCursor").GetString()!;
        var catalogue = (await Page("limit=1")).GetProperty("nextCursor").GetString()!;
        ring.ShouldMatch("^[A-Za-z0-9_-]+$");
        await Refused($"cursor={ring}", "cursor");
        await Refused($"status=connected&cursor={ring}", "cursor");
        await Refused($"status=offline&cursor={catalogue}", "cursor");
        await Refused($"prefix=thing&cursor={catalogue}", "cursor");
        await Refused($"thingName=thing-0&cursor={catalogue}", "cursor");
        await Refused($"status=offline&attribute=carrier:other&cursor={ring}", "cursor");
        var filtered = (await Page("status=offline&attribute=carrier:other&attribute=site:%E5%A4%A7%E9%98%AA&limit=1"))
            .GetProperty("nextCursor").GetString()!;
        await Refused($"status=offline&attribute=carrier:other&cursor={filtered}", "cursor");
        (await Page($"status=offline&attribute=site:%E5%A4%A7%E9%98%AA&attribute=carrier:other&limit=2&cursor={filtered}"))
            .GetProperty("items").GetArrayLength().ShouldBe(2);
        (await Page($"status=offline&limit=2&cursor={ring}")).GetProperty("items").GetArrayLength().ShouldBe(2);
    }

    private async Task Shows(string query, int limit, IEnumerable<string> things)
    {
        var found = (await Walk(query, limit)).ConvertAll(item => item.GetProperty("thingName").GetString()!);
        found.ShouldBe(things, ignoreOrder: true, query);
    }

    private async Task<List<JsonElement>> Walk(string query, int limit)
    {
        var items = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await Page($"{query}&limit={limit}&cursor={cursor}");
            page.GetProperty("items").GetArrayLength().ShouldBeLessThanOrEqualTo(limit);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }

        return items;
    }

    private Task<JsonElement> Page(string query) => fleet.Silo.Http.GetFromJsonAsync<JsonElement>($"/devices?{query}");

    private async Task Refused(string query, string parameter)
    {
        using var response = await fleet.Silo.Http.GetAsync($"/devices?{query}");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, query);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldStartWith(parameter);
    }
}

public sealed class SqliteFleet() : ListedFleet(("Storage:Provider", "Sqlite"));

public sealed class DeviceListOnSqliteTests(SqliteFleet fleet) : DeviceListTests(fleet), IClassFixture<SqliteFleet>;

public sealed class MemoryFleet() : ListedFleet(("Storage:Provider", "Memory"));

public sealed class DeviceListInMemoryTests(MemoryFleet fleet) : DeviceListTests(fleet), IClassFixture<MemoryFleet>;

public sealed class DynamoDBFleet() : ListedFleet()
{
    internal override async Task<(string Setting, string Value)[]> Prepare() =>
        ClusterTests.Storage(await DynamoDBLocal.Get(), Fauxqs.NewName());
}

public sealed class DeviceListOnDynamoDBTests(DynamoDBFleet fleet) : DeviceListTests(fleet), IClassFixture<DynamoDBFleet>;
