using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Fleet;

/// <summary>Real grains on virtual time: silos that start, end and die, storage that fails.</summary>
public sealed class FleetGrainTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_silos_report_and_each_of_them_shows_the_same()
    {
        await using var cluster = await Start(cluster => cluster.TellOneByOne(), silos: 2);
        await All(Names(100), name => cluster.Connect(name));
        await All(Names(10), name => cluster.Drop(name));
        await Shows(cluster, counts => counts is { Complete: true, Total: 100, Connected: 90, Grace: 10, Offline: 0 });

        await cluster.Advance(Minutes(5));
        await All(Names(4), name => cluster.Connect(name));
        await Shows(cluster, counts => counts is { Total: 100, Connected: 90, Grace: 0, Offline: 6, Recovering: 4 });
        var view = await cluster.Fleet.Read(Cancel);
        view.Listed.ShouldBeTrue();
        view.Rows.Select(row => (row.ThingName, row.Status)).Order().ShouldBe(Names(10).Select(
            (name, i) => (name, i < 4 ? PresenceStatus.Recovering : PresenceStatus.Offline)).Order());
        view.Rows.ShouldEachBe(row => row.NotifiedTo.Single() == "mail" && row.Verification == Verification.None);
        view.Rows.Where(row => row.Status == PresenceStatus.Recovering).ShouldEachBe(row => row.HoldEndsAt > cluster.Now);

        // Their hold ends by the clock.
        await cluster.Advance(Minutes(2));
        await Shows(cluster, counts => counts is { Total: 100, Connected: 94, Offline: 6, Recovering: 0 });
        (await cluster.Fleet.Read(Cancel)).Today.BackItems.Select(item => (item.ThingName, item.Notified)).Order()
            .ShouldBe(Names(4).Select(name => (name, true)).Order());
        (await cluster.FleetCount.Count(0, Cancel)).ShouldBe(new FleetNumbers(6, 100));
    }

    [Fact]
    public async Task A_cursor_tells_each_change_once_and_an_old_one_begins_anew()
    {
        await using var cluster = await Start();
        await cluster.Connect("a");
        await Shows(cluster, counts => counts is { Complete: true, Connected: 1 });
        var cursor = (await cluster.Fleet.Read(Cancel)).Cursor;

        await cluster.Drop("a");
        await cluster.Drop("b");
        await cluster.Device("a").Forget();
        await Shows(cluster, counts => counts is { Total: 1, Grace: 1 });
        var changes = await cluster.Fleet.Since(cursor, Cancel);
        changes.StartOver.ShouldBeFalse();
        changes.Changes.Select(change => (change.ThingName, change.Status?.Status)).Order()
            .ShouldBe([("a", null), ("b", PresenceStatus.Grace)]);
        (await cluster.Fleet.Since(changes.Cursor, Cancel)).Changes.ShouldBeEmpty();
        foreach (var unknown in new[] { "", "x", "1.2", cursor + "f" }) (await cluster.Fleet.Since(unknown, Cancel)).StartOver.ShouldBeTrue(unknown);
    }

    [Fact]
    public async Task After_an_end_in_order_nothing_is_counted_again()
    {
        await using var cluster = await Start(silos: 2);
        await All(Names(30), name => cluster.Connect(name));
        await All(Names(3), name => cluster.Drop(name));
        await Shows(cluster, counts => counts is { Complete: true, Total: 30, Grace: 3 });
        await cluster.Connect("late");

        // On a busy machine a grain may not end in time. Then all things are counted again, and the next end shows it.
        var isHandedOver = false;
        for (var end = 0; end < 3 && !isHandedOver; end++)
        {
            var pages = cluster.Catalogue.Pages;
            await cluster.StopAndStart();
            await Shows(cluster, counts => counts is { Complete: true, Total: 31, Connected: 28, Grace: 3 });
            isHandedOver = cluster.Catalogue.Pages == pages;
        }

        isHandedOver.ShouldBeTrue();
    }

    [Fact]
    public async Task After_all_silos_were_killed_the_things_are_counted_again_while_others_come_in()
    {
        await using var cluster = await Start(silos: 2);
        await All(Names(2500), name => cluster.Connect(name));
        await Shows(cluster, counts => counts is { Complete: true, Total: 2500 });
        await All(Names(5), name => cluster.Drop(name));

        await cluster.Restart();
        cluster.Catalogue.MostOnAPage = 400;
        (await cluster.Fleet.Read(Cancel)).Counts.Complete.ShouldBeFalse();
        (await cluster.FleetCount.Count(0, Cancel)).ShouldBeNull();
        for (var i = 0; i < 20; i++)
        {
            await cluster.Connect($"new-{i}");
            if (i % 4 == 0) await cluster.Device($"thing-{i + 100:0000}").Forget();
            if (i % 3 == 0) await cluster.Advance(Seconds(0.3));
        }

        await Shows(cluster, counts => counts is { Complete: true, Total: 2515, Connected: 2510, Grace: 5 });
    }

    [Fact]
    public async Task A_silo_that_dies_takes_no_thing_with_it()
    {
        await using var cluster = await Start(silos: 2);
        await All(Names(20), name => cluster.Connect(name));
        await Shows(cluster, counts => counts is { Complete: true, Total: 20 });

        // Nobody reports this: the clock, and with it what reports, stands still.
        await All(Names(20), name => cluster.Drop(name));
        await All(Names(40)[20..], name => cluster.Connect(name));
        await cluster.KillSiloWithoutFleet();
        await Shows(cluster, counts => counts is { Complete: true, Total: 40, Connected: 20, Grace: 20 });
    }

    [Fact]
    public async Task More_than_a_thousand_are_counted_only_and_listed_again_when_they_are_fewer()
    {
        await using var cluster = await Start();
        await All(Names(1200), name => cluster.Drop(name));
        await Shows(cluster, counts => counts is { Complete: true, Total: 1200, Grace: 1200 });
        var view = await cluster.Fleet.Read(Cancel);
        (view.Listed, view.Rows.Count).ShouldBe((false, NotWell.MostRows));

        await All(Names(1190), name => cluster.Connect(name));
        await Shows(cluster, counts => counts is { Complete: true, Total: 1200, Grace: 10, Connected: 1190 });
        await Until(cluster, async () => (await cluster.Fleet.Read(Cancel)).Listed);
        (await cluster.Fleet.Read(Cancel)).Rows.Select(row => row.ThingName).Order().ShouldBe(Names(1200)[1190..].Order());
    }

    [Fact]
    public async Task A_mute_is_shown_as_soon_as_it_holds_and_until_it_ends()
    {
        await using var cluster = await Start();
        await cluster.Drop("door-1");
        await cluster.Drop("lamp-1");
        await Shows(cluster, counts => counts is { Complete: true, Grace: 2, Muted: 0 });

        await cluster.Mute(new Mute { Id = "doors", Glob = "door-*", From = cluster.Now, Until = cluster.Now + Seconds(60) });
        await Shows(cluster, counts => counts is { Grace: 2, Muted: 1 });
        (await cluster.Fleet.Read(Cancel)).Rows.Single(row => row.ThingName == "door-1").MutedBy.ShouldBe(["doors"]);

        await cluster.Advance(Seconds(60));
        await Shows(cluster, counts => counts is { Grace: 2, Muted: 0 });
    }

    /// <summary>A name that somebody only asks about, a policy without a thing, a thing that owes its removal.</summary>
    [Fact]
    public async Task What_counts_is_what_can_be_listed()
    {
        await using var cluster = await Start();
        (await cluster.Device("nobody").GetStatus()).ShouldBeNull();
        await cluster.Device("nobody").ConnectFailed([]);
        await cluster.Device("planned").SetPolicy(new PolicySettings { Grace = Minutes(1) });
        cluster.Mail.Answer = told => Task.FromResult(told.Event == NotificationEvent.DeviceRemoved
            ? DeliveryAnswer.Failed("HTTP 503") : DeliveryAnswer.Accepted());
        await cluster.Drop("told");
        await cluster.Advance(Minutes(6));
        await Shows(cluster, counts => counts is { Complete: true, Total: 2, Unknown: 1, Offline: 1 });

        await cluster.Device("told").Forget();
        await Shows(cluster, counts => counts is { Total: 1, Unknown: 1, Offline: 0 });
        cluster.Storage.JsonOf(cluster.IdOf("told")).ShouldNotBeNull("its removal is owed");
        await cluster.Device("planned").SetPolicy(null);
        await Shows(cluster, counts => counts is { Complete: true, Total: 0, Unknown: 0 });
    }

    [Fact]
    public async Task While_storage_does_not_answer_the_last_word_is_not_complete_and_it_goes_on_by_itself()
    {
        var fails = true;
        await using var cluster = await Start(cluster => cluster.Storage.BeforeRead = id =>
        {
            if (fails && id.Type == GrainType.Create("fleet")) throw new TimeoutException("storage");
        });
        await cluster.Connect("a");
        await cluster.Advance(Minutes(2));
        var view = await cluster.Fleet.Read(Cancel);
        (view.Counts.Complete, view.Counts.Total).ShouldBe((false, 0));
        view.Today.KeptQuiet.Days.Count.ShouldBe(TodayBook.Days);
        (await cluster.Fleet.Since(view.Cursor, Cancel)).StartOver.ShouldBeFalse();

        // Nobody takes the silo's reports, so it waits for them, by the clock.
        var counting = cluster.FleetCount.Count(0, Cancel).AsTask();
        await cluster.AdvanceUntil(() => counting.IsCompleted);
        (await counting).ShouldBeNull();

        fails = false;
        await cluster.Advance(Minutes(1));
        await Shows(cluster, counts => counts is { Complete: true, Total: 1, Connected: 1 });
    }

    [Fact]
    public async Task A_write_without_an_answer_is_counted_as_what_it_was()
    {
        await using var cluster = await Start();
        await cluster.Connect("a");
        await Shows(cluster, counts => counts is { Complete: true, Total: 1 });

        cluster.Storage.AfterWrite = id => throw new TimeoutException("The answer is lost.");
        await Should.ThrowAsync<OrleansException>(() => cluster.Connect("b"));
        await Should.ThrowAsync<OrleansException>(() => cluster.Drop("a"));
        cluster.Storage.AfterWrite = null;
        await Shows(cluster, counts => counts is { Complete: true, Total: 2, Connected: 1, Grace: 1 });
    }

    /// <summary>As when two silos did not know of each other for a while.</summary>
    [Fact]
    public async Task When_another_activation_has_begun_this_one_ends_and_a_new_one_comes_up()
    {
        await using var cluster = await Start(silos: 2);
        await All(Names(30), name => cluster.Connect(name));
        await Shows(cluster, counts => counts is { Complete: true, Total: 30 });
        var epoch = await Epoch();

        cluster.Storage.Overwrite(VirtualCluster.IdOfFleet, new FleetState { Epoch = Guid.NewGuid(), Total = 99 });
        await cluster.AdvanceUntil(async () => await Epoch() != epoch);
        await cluster.Drop("thing-0000");
        await Shows(cluster, counts => counts is { Complete: true, Total: 30, Grace: 1 });
        (await Epoch()).ShouldNotBe(epoch);

        async Task<string> Epoch() => (await cluster.Fleet.Read(Cancel)).Cursor.Split('.')[0];
    }

    [Fact]
    public async Task An_incident_says_of_how_many()
    {
        await using var cluster = await Start();
        await All(Names(101), name => cluster.Connect(name));
        await Shows(cluster, counts => counts is { Complete: true, Total: 101 });
        await All(Names(9), name => cluster.Drop(name));
        await cluster.Advance(Minutes(6));
        await Until(cluster, () => Task.FromResult(cluster.Mail.Incidents.Count > 0));
        var told = cluster.Mail.Incidents[0];
        (told.Count, told.Total).ShouldBe((9 - cluster.Mail.Events.Count, 101));
    }

    /// <summary>Each is sent some milliseconds after its thing became offline, which the fleet learns a quarter of a second later.</summary>
    [Fact]
    public async Task A_notification_counts_its_own_thing_among_those_that_are_offline()
    {
        await using var cluster = await Start();
        await All(Names(101), name => cluster.Connect(name));
        await Shows(cluster, counts => counts is { Complete: true, Total: 101 });
        for (var i = 0; i < 3; i++)
        {
            await cluster.Drop(Names(101)[i]);
            await cluster.Advance(Minutes(1));
        }

        await cluster.Advance(Minutes(4));
        await Until(cluster, () => Task.FromResult(cluster.Mail.Accepted.Count == 3));
        cluster.Mail.Accepted.Select(told => (told.Event, told.Fleet))
            .ShouldBe(Enumerable.Range(1, 3).Select(i => (NotificationEvent.DeviceOffline, (FleetNumbers?)new FleetNumbers(i, 101))));

        await cluster.Connect(Names(101)[0]);
        await cluster.Advance(Minutes(1));
        await Until(cluster, () => Task.FromResult(cluster.Mail.Accepted.Count == 4));
        var back = cluster.Mail.Accepted[3];
        (back.Event, back.Fleet).ShouldBe((NotificationEvent.DeviceRecovered, new FleetNumbers(2, 101)));
    }

    [Fact]
    public async Task A_notification_goes_out_without_numbers_where_they_are_not_known()
    {
        await using var cluster = await Start(cluster => cluster.Storage.BeforeRead = id =>
        {
            if (id.Type == GrainType.Create("fleet")) throw new TimeoutException("storage");
        });
        await cluster.Connect("a");
        await cluster.Drop("a");
        await cluster.Advance(Minutes(5));
        await Until(cluster, () => Task.FromResult(cluster.Mail.Accepted.Count == 1));
        var told = cluster.Mail.Accepted[0];
        (told.Event, told.Fleet).ShouldBe((NotificationEvent.DeviceOffline, null));
        (cluster.Mail.AcceptedAt[0] - told.DetectedAt).ShouldBeLessThanOrEqualTo(FleetCount.Patience + Seconds(2));
    }

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => $"thing-{i:0000}")];

    private static Task<VirtualCluster> Start(
        Action<VirtualCluster>? prepare = null, Action<PresenceOptions>? configure = null, short silos = 1) =>
        VirtualCluster.Start(configure, cluster =>
        {
            cluster.CountsFleet = true;
            prepare?.Invoke(cluster);
        }, silos);

    private static async Task All(IEnumerable<string> names, Func<string, Task> what)
    {
        foreach (var some in names.Chunk(100)) await Task.WhenAll(some.Select(what));
    }

    private static async Task Shows(VirtualCluster cluster, Func<FleetCounts, bool> right)
    {
        FleetCounts? last = null;
        try
        {
            await Until(cluster, async () => right(last = (await cluster.Fleet.Read(Cancel)).Counts));
        }
        catch (TimeoutException)
        {
            last.ShouldBeNull("this is what it shows, and not what it should");
        }
    }

    private static async Task Until(VirtualCluster cluster, Func<Task<bool>> right)
    {
        for (var second = 0; second < 60; second++)
        {
            if (await right()) return;
            await cluster.Advance(Seconds(1));
            await VirtualCluster.LetOthersRun();
        }

        throw new TimeoutException();
    }
}
