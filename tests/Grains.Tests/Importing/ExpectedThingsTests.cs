using IoTOrleans.Contracts;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Importing;

/// <summary>Things that somebody expects, and that never come.</summary>
public sealed class ExpectedThingsTests
{
    private static readonly PolicySettings TenMinutes = new() { ExpectWithin = TimeSpan.FromMinutes(10) };

    private static async Task Import(VirtualCluster cluster, params string[] names)
    {
        var id = (await cluster.Imports.Begin())!;
        await cluster.Imports.Add(id, names);
        await cluster.Imports.Complete(id);
        while ((await cluster.Imports.GetImport(id))!.Phase != ImportPhase.Done) await cluster.Advance(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task After_a_start_of_the_broker_an_expected_thing_gets_a_whole_grace_to_connect()
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = TenMinutes.Over(options.Policy));
        cluster.Broker.Expected = true;
        cluster.Broker.Current = new BrokerStart(1, cluster.Now);
        cluster.Touch("late");
        await Import(cluster, "late");

        // The service is down when the thing is due, and a reminder ticks before the broker listens.
        await cluster.Crash("late");
        cluster.Broker.Current = null;
        cluster.Time.Advance(Minutes(30));
        await cluster.Advance(Minutes(1));
        cluster.Broker.Current = new BrokerStart(2, cluster.Now);
        await cluster.Advance(Minutes(4));
        cluster.Mail.Attempts.ShouldBe(0);

        await cluster.Advance(Minutes(3));
        cluster.Mail.Events.ShouldBe(["device.never_seen"]);
    }

    [Fact]
    public async Task One_that_was_imported_is_told_once_and_closed_when_it_comes()
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = TenMinutes.Over(options.Policy));
        cluster.Touch("late", "here");
        await Import(cluster, "late", "here");
        cluster.Reminders.Exists(cluster.IdOf("late")).ShouldBeTrue("the reminder is its clock");
        await cluster.Connect("here");
        cluster.Reminders.Exists(cluster.IdOf("here")).ShouldBeFalse();
        await cluster.Crash("late");
        await cluster.Advance(Minutes(12));
        cluster.Mail.Events.ShouldBe(["device.never_seen"]);
        cluster.Mail.Accepted[0].ThingName.ShouldBe("late");

        await cluster.Advance(Minutes(30));
        await cluster.Connect("late");
        await cluster.Advance(Minutes(3));
        cluster.Mail.Events.ShouldBe(["device.never_seen", "device.recovered"]);
        cluster.Mail.Accepted[1].OutageId.ShouldBe(cluster.Mail.Accepted[0].OutageId);
        cluster.Reminders.Exists(cluster.IdOf("late")).ShouldBeFalse();
    }

    /// <summary>A list with names of things that were scrapped long ago must not be a flood of mails.</summary>
    [Fact]
    public async Task Many_at_once_are_told_as_one()
    {
        await using var cluster = await VirtualCluster.Start(options => options.Policy = TenMinutes.Over(options.Policy));
        var names = Enumerable.Range(0, 40).Select(n => $"pump-{n}").ToArray();
        cluster.Touch(names);
        await Import(cluster, names);
        await cluster.Advance(Minutes(15));
        cluster.Mail.Events.Count(word => word == "device.never_seen").ShouldBe(5);
        var incident = cluster.Mail.Incidents[^1];
        (incident.Count, incident.Reasons["NEVER_SEEN"]).ShouldBe((35, 35));

        var singly = cluster.Mail.Accepted.Select(told => told.ThingName).ToHashSet();
        var scrapped = names.First(name => !singly.Contains(name));
        await cluster.Device(scrapped).Forget();
        await Task.WhenAll(names.Where(name => name != scrapped).Select(name => cluster.Connect(name)));
        await cluster.Advance(Minutes(10));
        var end = cluster.Mail.Incidents[^1];
        (end.Event, end.IncidentId, end.Removed).ShouldBe((FleetEvent.FleetRecovered, incident.IncidentId, 1));
    }

    [Fact]
    public async Task A_policy_that_names_one_thing_expects_it_from_the_start_on_and_a_pattern_nobody()
    {
        await using var cluster = await VirtualCluster.Start(options =>
        {
            options.Policies.Add(new() { Match = "freezer\\*", Policy = TenMinutes });
            options.Policies.Add(new() { Match = "pump-*", Policy = TenMinutes });
            options.Policies.Add(new() { Match = "door", Policy = new() { Grace = Minutes(1) } });
        });
        cluster.Touch("freezer*");
        await VirtualCluster.Until(() => cluster.Reminders.Exists(cluster.IdOf("freezer*")));
        (await cluster.Device("door").GetStatus()).ShouldBeNull();
        await cluster.Advance(Minutes(12));
        cluster.Mail.Accepted.ShouldHaveSingleItem().ThingName.ShouldBe("freezer*");
    }

    [Theory]
    [InlineData("door", "door")]
    [InlineData(@"a\*b\?\\", @"a*b?\")]
    [InlineData(@"back\slash", @"back\slash")]
    [InlineData("door-*", null)]
    [InlineData("door-?", null)]
    public void Only_a_glob_without_a_joker_names_a_thing(string glob, string? name)
    {
        Glob.Parse(glob).OnlyName.ShouldBe(name);
        if (name is not null) Glob.Parse(glob).Matches(name).ShouldBeTrue();
    }
}
