using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Observing;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;
using IoTOrleans.Grains.Tests.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace IoTOrleans.Grains.Tests.Fleet;

/// <summary>Activations of the fleet's grain over one storage. Orleans' directory may make two of them for a while.</summary>
public sealed class FleetWorkTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private readonly TestStorage _storage = new();

    [Fact]
    public async Task The_first_of_two_that_count_at_once_stops_and_the_second_one_goes_on()
    {
        Store(1000);
        using var first = Start(onAPage: 10);
        await AdvanceUntil(() => first.Catalogue.Pages > 3);
        using var second = Start(onAPage: 10);
        await AdvanceUntil(() => first.IsReplaced && first.Book.NeedsCount);
        first.Work.HasBegun.ShouldBeFalse("what is reported to it is reported again");
        var pages = first.Catalogue.Pages;

        await AdvanceUntil(() => second.Book.IsComplete && Stored.Total == 1000);
        second.Book.Counts(_time.GetUtcNow()).Total.ShouldBe(1000);
        second.IsReplaced.ShouldBeFalse();
        first.Catalogue.Pages.ShouldBe(pages);

        // It must not hand over anything, and keeps no report from the other one.
        var stored = _storage.JsonOf(VirtualCluster.IdOfFleet);
        var reports = 0;
        await first.Do(work => work.End(() => reports++, Cancel));
        reports.ShouldBe(0);
        _storage.JsonOf(VirtualCluster.IdOfFleet).ShouldBe(stored);
    }

    [Fact]
    public async Task One_that_does_not_know_it_yet_hands_over_nothing_when_it_ends()
    {
        using var first = Start();
        await AdvanceUntil(() => first.Book.IsComplete);
        using var second = Start();
        await AdvanceUntil(() => second.Work.HasBegun);

        var reports = 0;
        await first.Do(work => work.End(() => reports++, Cancel));
        reports.ShouldBe(0);
        Stored.Clean.ShouldBeFalse();
        await AdvanceUntil(() => second.Book.IsComplete);
        await second.Do(work => work.End(() => reports++, Cancel));
        (reports, Stored.Clean).ShouldBe((1, true));
    }

    [Fact]
    public async Task A_write_of_its_own_without_an_answer_is_nobody_elses()
    {
        using var only = Start();
        var lost = 0;
        _storage.AfterWrite = _ =>
        {
            if (only.Work.HasBegun && lost++ == 0) throw new TimeoutException("The answer is lost.");
        };
        await AdvanceUntil(() => lost == 1);

        // The next writes bring a return within two minutes, however they find out what is stored.
        await only.Do(_ =>
        {
            only.Book.Report(Returned("a"), _time.GetUtcNow());
            return Task.CompletedTask;
        });
        await AdvanceUntil(() => Stored.BackItems.Count == 1);
        (only.IsReplaced, only.Book.IsComplete).ShouldBe((false, true));
        await only.Do(work => work.End(() => { }, Cancel));
        Stored.Clean.ShouldBeTrue();
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_replaced_and_the_log_says_what_is_lost()
    {
        Store(3);
        _storage.Damage(VirtualCluster.IdOfFleet, """{"clean":true,"total":99,"backItems":[{"thi""");
        using var only = Start();
        await AdvanceUntil(() => only.Book.IsComplete);
        only.Book.Counts(_time.GetUtcNow()).Total.ShouldBe(3);
        await AdvanceUntil(() => Stored.Total == 3);
        var line = only.Log.Lines.ShouldHaveSingleItem();
        line.ShouldStartWith("Warning: The stored record of the fleet cannot be read (");
        line.ShouldNotContain('\n');
    }

    [Fact]
    public async Task Storage_that_does_not_answer_is_no_damage()
    {
        var back = new BackItem { ThingName = "a", Since = _time.GetUtcNow(), BackAt = _time.GetUtcNow() };
        _storage.Overwrite(VirtualCluster.IdOfFleet, new FleetState
        {
            Clean = true, Total = 7, Day = DateOnly.FromDateTime(_time.GetUtcNow().Date), BackItems = [back],
        });
        var fails = 3;
        _storage.BeforeRead = _ =>
        {
            if (fails-- > 0) throw new TimeoutException("storage");
        };
        using var only = Start();
        await AdvanceUntil(() => only.Book.IsComplete);
        only.Book.Counts(_time.GetUtcNow()).Total.ShouldBe(7, "it was handed over");
        only.Book.View(_time.GetUtcNow()).Today.BackItems.ShouldHaveSingleItem();
        only.Log.Lines.ShouldHaveSingleItem().ShouldContain("tried again");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("""{"total":"many"}""")]
    [InlineData("""{"countedAt":9223372036854775807}""")]
    [InlineData("""{"silos":null}""")]
    [InlineData("""{"silos":{"no silo":{"number":1}}}""")]
    [InlineData("""{"quietThings":[null]}""")]
    public void What_is_damaged_is_recognized(string json)
    {
        var read = new StateSerializer().Deserialize<Lenient<FleetState>>(BinaryData.FromString(json))!;
        read.Unreadable.ShouldNotBeNull();
        read.State.Silos.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_thing_that_cannot_be_read_counts_as_unknown_and_hides_no_other()
    {
        Store(3);
        _storage.Damage(Thing("thing-1"), """{"connected":""");
        using var only = Start(notWell: ["thing-0", "thing-1", "thing-2"]);
        await AdvanceUntil(() => only.Book.IsComplete);
        var counts = only.Book.Counts(_time.GetUtcNow());
        (counts.Total, counts.Unknown, counts.Connected).ShouldBe((3, 1, 2));
        only.Log.Lines.ShouldBeEmpty("it is no failure of the count");
        only.Unreadable.Lines.ShouldHaveSingleItem().ShouldStartWith("Error: The stored state of thing-1 cannot be read (");
    }

    [Fact]
    public void Of_many_things_that_cannot_be_read_some_are_named_once_an_hour()
    {
        var log = new RecordingLogger<UnreadableThings>();
        var things = new UnreadableThings(_time, log);
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 100; i++) things.Take($"thing-{i}", BinaryData.FromString("{")).Unreadable.ShouldNotBeNull();
        }

        log.Lines.Count.ShouldBe(UnreadableThings.MostNamed + 1);
        log.Lines[^1].ShouldStartWith($"Error: The stored states of more than {UnreadableThings.MostNamed} things cannot be read.");
        _time.Advance(TimeSpan.FromHours(1));
        things.Take("thing-0", BinaryData.FromString("{"));
        log.Lines[^1].ShouldStartWith("Error: The stored state of thing-0 cannot be read (");
    }

    private FleetState Stored => _storage.Read<FleetState>(VirtualCluster.IdOfFleet)!;

    private static GrainId Thing(string name) => GrainId.Create(DeviceNames.GrainType, name);

    private void Store(int things)
    {
        for (var i = 0; i < things; i++) _storage.Overwrite(Thing($"thing-{i}"), new DeviceState { Connected = true });
    }

    private FleetBatch Returned(string name) => new()
    {
        Silo = SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1).ToParsableString(),
        Number = 1,
        Reports =
        [
            new()
            {
                ThingName = name,
                CountsAs = FleetClass.Known,
                Returns = [new(_time.GetUtcNow(), _time.GetUtcNow(), Notified: false, Quiet: true)],
            },
        ],
    };

    private Activation Start(int onAPage = int.MaxValue, params string[] notWell) => new(_storage, _time, onAPage, notWell);

    private async Task AdvanceUntil(Func<bool> condition)
    {
        for (var second = 0; !condition(); second++)
        {
            if (second == 1000) throw new TimeoutException($"In vain until {_time.GetUtcNow():O}.");
            _time.Advance(TimeSpan.FromSeconds(1));
            await VirtualCluster.LetOthersRun();
        }
    }

    /// <summary>One at a time, as the turns of a grain.</summary>
    private sealed class Activation : IDisposable
    {
        private readonly TaskFactory _turns = new(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
        private readonly ServiceProvider _services;

        public Activation(TestStorage storage, FakeTimeProvider time, int onAPage, string[] notWell)
        {
            Catalogue = new(storage) { MostOnAPage = onAPage };
            var services = new ServiceCollection().AddLogging().AddPresence();
            services.AddSingleton(Substitute.For<IGrainFactory>());
            services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, time);
            services.AddSingleton<Orleans.Storage.IGrainStorage>(storage);
            services.AddSingleton(new UnreadableThings(time, Unreadable)).AddSingleton<StoredThings>();
            services.AddMetrics().AddSingleton<GrainMetrics>();
            _services = services.BuildServiceProvider();
            Book = new(time.GetUtcNow(), TimeZoneInfo.Utc, FleetLimits.Largest);
            Work = new(
                Book, new FleetStore(_services, VirtualCluster.IdOfFleet), _services.GetRequiredService<MuteBook>(),
                _services.GetRequiredService<GrainMetrics>(), time, Log, new Named(notWell), Catalogue);
            _turns.StartNew(() => Work.Start(() => IsReplaced = true)).Wait();
        }

        public RecordingLogger<FleetGrain> Log { get; } = new();

        public RecordingLogger<UnreadableThings> Unreadable { get; } = new();

        public TestCatalogue Catalogue { get; }

        public FleetBook Book { get; }

        public FleetWork Work { get; }

        public bool IsReplaced { get; private set; }

        public Task Do(Func<FleetWork, Task> what) => _turns.StartNew(() => what(Work)).Unwrap();

        public void Dispose()
        {
            Work.Dispose();
            _services.Dispose();
        }
    }

    private sealed class Named(string[] names) : IThingsNotWell
    {
        public IAsyncEnumerable<StoredThing> Walk(CancellationToken cancellationToken) => throw new NotSupportedException();

        public async IAsyncEnumerable<string> Names(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var name in names) yield return name;
        }
    }
}
