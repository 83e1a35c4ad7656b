using System.Globalization;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.State;
using IoTOrleans.Silo.Catalogue;
using IoTOrleans.Testing;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Catalogue;

public sealed class ThingListTests
{
    private readonly Dictionary<string, PresenceStatus> _things = [];
    private readonly HashSet<string> _asked = [];
    private readonly IGrainFactory _grains = Substitute.For<IGrainFactory>();
    private readonly IReminderTable _reminders = Substitute.For<IReminderTable>();
    private readonly List<ReminderEntry> _rows = [];
    private readonly PartlyDamaged _storage = new();
    private readonly RecordingLogger<UnreadableThings> _log = new();
    private readonly UnreadableThings _unreadable;
    private int _failures;
    private IThingCatalogue _catalogue = new NotToBeRead();

    public ThingListTests()
    {
        _unreadable = new(TimeProvider.System, _log);
        _grains.GetGrain<IDeviceGrain>(Arg.Any<string>()).Returns(call => Grain(call.ArgAt<string>(0)));
        _reminders.ReadRows(Arg.Any<uint>(), Arg.Any<uint>(), Arg.Any<CancellationToken>())
            .Returns(call => Read(call.ArgAt<uint>(0), call.ArgAt<uint>(1)));
    }

    [Theory]
    [InlineData(PresenceStatus.Offline)]
    [InlineData(PresenceStatus.Grace)]
    [InlineData(PresenceStatus.Recovering)]
    [InlineData(PresenceStatus.Offline, PresenceStatus.Grace, PresenceStatus.Recovering)]
    public async Task What_is_not_well_is_read_from_reminders_and_their_grains_and_never_from_the_catalogue(
        params PresenceStatus[] statuses)
    {
        foreach (var i in Enumerable.Range(0, 250)) _things[$"thing-{i}"] = PresenceStatus.Connected;
        foreach (var i in Enumerable.Range(0, 25)) Remind($"thing-{i}", (PresenceStatus)(2 + (i % 3)));
        Remind("well-again", PresenceStatus.Connected);

        var found = await Walk(new ThingQuery { Limit = 4, Statuses = statuses.ToHashSet() });

        found.ShouldBe(_things.Where(thing => statuses.Contains(thing.Value)).Select(thing => thing.Key), ignoreOrder: true);
        _asked.ShouldBe(_rows.Select(row => row.GrainId.Key.ToString()!), ignoreOrder: true);
    }

    [Fact]
    public async Task Reminders_of_others_are_not_things()
    {
        Remind("mine", PresenceStatus.Offline);
        _rows.Add(new() { GrainId = GrainId.Create("other", "theirs"), ReminderName = DeviceNames.Reminder });
        _rows.Add(new() { GrainId = GrainId.Create(DeviceNames.GrainType, "not a presence"), ReminderName = "other" });
        (await Walk(Offline())).ShouldBe(["mine"]);
        _asked.ShouldBe(["mine"]);
    }

    [Fact]
    public async Task A_walk_over_what_is_not_well_meets_each_thing_with_a_reminder_and_no_other()
    {
        foreach (var i in Enumerable.Range(0, 2500)) Remind($"thing-{i}", PresenceStatus.Offline);
        _rows.Add(new() { GrainId = GrainId.Create("summary", "mail"), ReminderName = "summary" });
        var met = new List<string>();
        await foreach (var thing in new ThingsNotWell(_reminders, Asked).Walk(TestContext.Current.CancellationToken))
            met.Add(thing.ThingName);
        met.ShouldBe(Enumerable.Range(0, 2500).Select(i => $"thing-{i}"), ignoreOrder: true);
    }

    [Fact]
    public async Task A_thing_that_cannot_be_read_is_unknown_and_spoils_no_list()
    {
        Remind("away", PresenceStatus.Offline);
        Remind("damaged", PresenceStatus.Offline);
        _storage.Damaged = "damaged";
        var named = new ThingQuery { Limit = 10, ThingNames = ["damaged", "away"] };

        (await Walk(Offline())).ShouldBe(["away"]);
        (await List().Page(named, null, TestContext.Current.CancellationToken)).Items.Select(item => (item.ThingName, item.Status))
            .ShouldBe([("damaged", PresenceStatus.Unknown), ("away", PresenceStatus.Offline)]);
        var met = new List<(string, bool)>();
        await foreach (var thing in new ThingsNotWell(_reminders, Asked).Walk(TestContext.Current.CancellationToken))
            met.Add((thing.ThingName, thing.Unreadable is not null));
        met.ShouldBe([("away", false), ("damaged", true)], ignoreOrder: true);
        _log.Lines.ShouldHaveSingleItem().ShouldStartWith("Error: The stored state of damaged cannot be read (");

        // Its grain was tried once. Somebody mends the row.
        _failures.ShouldBe(1);
        _storage.Damaged = null;
        (await Walk(Offline())).ShouldBe(["away", "damaged"], ignoreOrder: true);

        // Storage that does not answer is no damage.
        _storage.Damaged = "damaged";
        _storage.Fails = true;
        await Should.ThrowAsync<TimeoutException>(() => Walk(Offline()));
    }

    [Fact]
    public async Task A_thing_that_a_prefix_excludes_is_not_asked()
    {
        Remind("door-1", PresenceStatus.Offline);
        Remind("Door-2", PresenceStatus.Offline);
        Remind("pump-1", PresenceStatus.Offline);
        (await Walk(Offline() with { Prefix = "door" })).ShouldBe(["door-1"]);
        _asked.ShouldBe(["door-1"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task Named_things_are_asked_and_strangers_left_out(int limit)
    {
        _things["a"] = PresenceStatus.Connected;
        _things["b"] = PresenceStatus.Offline;
        _things["c"] = PresenceStatus.Connected;
        var query = new ThingQuery { Limit = limit, ThingNames = ["c", "stranger", "b", "a"] };
        (await Walk(query)).ShouldBe(["c", "b", "a"]);
        (await Walk(query with { Statuses = new HashSet<PresenceStatus> { PresenceStatus.Offline } })).ShouldBe(["b"]);
        (await Walk(query with { Prefix = "c" })).ShouldBe(["c"]);
    }

    [Theory]
    [InlineData(PresenceStatus.Connected)]
    [InlineData(PresenceStatus.Unknown)]
    [InlineData(PresenceStatus.Connected, PresenceStatus.Offline)]
    [InlineData]
    public async Task Everything_else_is_read_from_what_is_stored_and_wakes_no_grain(params PresenceStatus[] statuses)
    {
        var away = new Outage { Id = "o", Since = default, GraceEndsAt = default, Telling = DateTimeOffset.UnixEpoch };
        _catalogue = new ShortPages(
            new("on", new DeviceState { Connected = true }), new("off", new DeviceState { Connected = false, Outage = away }),
            new("heard", new DeviceState()));

        var found = await Walk(new ThingQuery { Limit = 1, Statuses = statuses.ToHashSet() });

        var expected = new Dictionary<string, PresenceStatus>
        {
            ["on"] = PresenceStatus.Connected, ["off"] = PresenceStatus.Offline, ["heard"] = PresenceStatus.Unknown,
        };
        found.ShouldBe(
            expected.Where(thing => statuses.Length == 0 || statuses.Contains(thing.Value)).Select(thing => thing.Key), ignoreOrder: true);
        _asked.ShouldBeEmpty();
        await _reminders.DidNotReceiveWithAnyArgs().ReadRows(default, default, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_filter_that_hardly_anything_passes_ends_a_page_early_and_empty()
    {
        _catalogue = new ShortPages(
            [.. Enumerable.Range(0, 5000).Select(i => new StoredThing($"thing-{i:d4}", new DeviceState { Connected = true }))]);
        var list = List();
        var query = new ThingQuery { Limit = 1000, Prefix = "thing-4999" };
        var first = await list.Page(query, null, TestContext.Current.CancellationToken);
        first.Items.ShouldBeEmpty();
        first.NextCursor.ShouldNotBeNull();
        (await Walk(query)).ShouldBe(["thing-4999"]);
    }

    [Fact]
    public async Task A_cursor_belongs_to_its_query_and_its_source()
    {
        Remind("a", PresenceStatus.Offline);
        Remind("b", PresenceStatus.Offline);
        var list = List();
        var cursor = (await list.Page(Offline() with { Limit = 1 }, null, TestContext.Current.CancellationToken)).NextCursor!;

        await list.Page(Offline() with { Limit = 7 }, cursor, TestContext.Current.CancellationToken);
        foreach (var other in (ThingQuery[])
        [
            Offline() with { Prefix = "a" }, Offline() with { Statuses = new HashSet<PresenceStatus> { PresenceStatus.Grace } },
            Offline() with { Statuses = new HashSet<PresenceStatus>() }, Offline() with { ThingNames = ["a"] },
        ])
            await Refused(other, cursor);
        string[] forged = [ThingCursor.Write("ring1", Offline(), "zz"), ThingCursor.Write("ring0", Offline(), "0.24.")];
        foreach (var garbage in (string[])["x", "%%%", "AAAA", .. forged])
            await Refused(Offline(), garbage);
        await Refused(Offline() with { ThingNames = ["a"] }, ThingCursor.Write("names1", Offline() with { ThingNames = ["a"] }, "1"));

        Task Refused(ThingQuery query, string cursor) =>
            Should.ThrowAsync<CursorException>(() => list.Page(query, cursor, TestContext.Current.CancellationToken));
    }

    private static ThingQuery Offline() => new() { Limit = 100, Statuses = new HashSet<PresenceStatus> { PresenceStatus.Offline } };

    private static PresencePolicies Policies { get; } = new(new ChangingOptions<PresenceOptions>(new()), [], []);

    private ThingList List()
    {
        return new(new(Asked), new(_reminders, Asked), new(_catalogue, Statuses));
    }

    private StoredStatus Statuses => new(Policies, new MuteBook(_grains, TimeProvider.System), TimeProvider.System);

    private AskedThings Asked => new(_grains, new(Services(), _unreadable), _unreadable, Statuses);

    private ServiceProvider Services() => new ServiceCollection().AddSingleton<IGrainStorage>(_storage).BuildServiceProvider();

    private async Task<List<string>> Walk(ThingQuery query)
    {
        var list = List();
        var found = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await list.Page(query, cursor, TestContext.Current.CancellationToken);
            page.Items.Count.ShouldBeLessThanOrEqualTo(query.Limit);
            found.AddRange(page.Items.Select(item => item.ThingName));
            if ((cursor = page.NextCursor) is null) return found;
        }
    }

    private void Remind(string thingName, PresenceStatus status)
    {
        _things[thingName] = status;
        _rows.Add(new() { GrainId = GrainId.Create(DeviceNames.GrainType, thingName), ReminderName = DeviceNames.Reminder });
    }

    private ReminderTableData Read(uint begin, uint end) => new(_rows.Where(row =>
    {
        var hash = row.GrainId.GetUniformHashCode();
        return begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
    }));

    private IDeviceGrain Grain(string thingName)
    {
        var grain = Substitute.For<IDeviceGrain>();
        grain.GetStatus().Returns(_ =>
        {
            lock (_asked) _asked.Add(thingName);
            if (_storage.Damaged == thingName) throw NotActivated();
            return _things.TryGetValue(thingName, out var status)
                ? new DeviceStatus
                {
                    ThingName = thingName,
                    Status = status,
                    Attributes = new Dictionary<string, string>(),
                    MutedBy = [],
                    Policy = Policies.For(thingName).Policy,
                }
                : null;
        });
        grain.GetState().Returns(_ => _storage.Damaged == thingName ? throw NotActivated() : new DeviceState());
        return grain;
    }

    private InvalidOperationException NotActivated()
    {
        _failures++;
        return new("Its grain cannot be activated.");
    }

    private sealed class PartlyDamaged : IGrainStorage
    {
        public string? Damaged { get; set; }

        public bool Fails { get; set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            if (Fails) throw new TimeoutException("Storage does not answer.");
            if (grainId.Key.ToString() != Damaged) return Task.CompletedTask;
            grainState.State = new StateSerializer().Deserialize<T>(BinaryData.FromString("{\"connected\":"))!;
            grainState.RecordExists = true;
            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
    }

    private sealed class NotToBeRead : IThingCatalogue
    {
        public Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The catalogue is read.");
    }

    /// <summary>As bad as storage may be: every second page is empty and has a next one.</summary>
    private sealed class ShortPages(params StoredThing[] things) : IThingCatalogue
    {
        public Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
        {
            var reads = int.Parse(cursor?.Split(' ')[0] ?? "0", CultureInfo.InvariantCulture);
            var skip = int.Parse(cursor?.Split(' ')[1] ?? "0", CultureInfo.InvariantCulture);
            StoredThing[] page = reads % 2 == 0 ? [] : [.. things.Skip(skip).Take(limit)];
            var next = skip + page.Length;
            return Task.FromResult(new CataloguePage(page, next == things.Length ? null : $"{reads + 1} {next}"));
        }
    }
}
