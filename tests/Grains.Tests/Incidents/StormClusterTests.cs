using System.Text.Json;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Incidents;

/// <summary>Real grains on several silos and virtual time: a carrier goes down, and comes back.</summary>
public sealed class StormClusterTests
{
    private const int Things = 2000;

    private static readonly RateLimit PerTopic = new(2, TimeSpan.FromSeconds(1));

    private static string[] Names(int count = Things) => [.. Enumerable.Range(0, count).Select(i => $"thing-{i}")];

    [Fact]
    public async Task Two_thousand_things_drop_and_return_and_each_destination_gets_five_and_one_and_five_and_one()
    {
        await using var cluster = await Start(silos: 3);
        await Drop(cluster, Names());
        await Deadline(cluster, Minutes(5), Seconds(30));
        foreach (var destination in cluster.Destinations) ToldOfStorm(destination);
        await EverybodyHasHeard(cluster);

        await Return(cluster, Names());
        await Deadline(cluster, Minutes(1), Seconds(30));
        foreach (var destination in cluster.Destinations)
        {
            destination.Events.Count(name => name == "device.recovered").ShouldBe(5);
            var closing = destination.Incidents.Single(told => told.Event == FleetEvent.FleetRecovered);
            (closing.Count, closing.Back, closing.IncidentId).ShouldBe((Things - 5, Things - 5, destination.Incidents[0].IncidentId));
        }

        Rates(cluster);
        await NobodyIsOwed(cluster);
    }

    [Fact]
    public async Task The_silo_of_the_dispatcher_dies_in_the_middle_and_the_result_is_the_same()
    {
        await using var cluster = await Start(silos: 3);
        await Drop(cluster, Names());

        // The incidents are open, some publications may be under way.
        await Deadline(cluster, Minutes(5), Seconds(8));
        await cluster.KillSiloOfDispatcher("sns");
        await cluster.Advance(Minutes(4));
        foreach (var destination in cluster.Destinations) ToldOfStorm(destination);
        await EverybodyHasHeard(cluster);

        await Return(cluster, Names());
        await Deadline(cluster, Minutes(1), Seconds(5));
        await cluster.KillSiloOfDispatcher("hook");
        await cluster.Advance(Minutes(9));
        foreach (var destination in cluster.Destinations)
        {
            destination.Accepted.Where(told => told.Event == NotificationEvent.DeviceRecovered).Select(told => told.Key).Distinct().Count()
                .ShouldBeLessThanOrEqualTo(5);
            destination.Incidents.Where(told => told.Event == FleetEvent.FleetRecovered).Select(told => told.Key).Distinct()
                .ShouldHaveSingleItem();
        }

        await NobodyIsOwed(cluster);
    }

    [Fact]
    public async Task One_fails_for_ten_minutes_one_refuses_one_hangs_and_the_others_are_not_delayed()
    {
        await using var cluster = await Start(silos: 2, prepare: world =>
        {
            var healedAt = world.Now + Minutes(16);
            Add("failing", () => Task.FromResult(world.Now < healedAt ? DeliveryAnswer.Failed("HTTP 503") : DeliveryAnswer.Accepted()));
            Add("refusing", () => Task.FromResult(DeliveryAnswer.Refused("HTTP 403")));
            Add("hanging", () => new TaskCompletionSource<DeliveryAnswer>().Task);

            void Add(string name, Func<Task<DeliveryAnswer>> answer) =>
                world.Destinations.Add(new TestDestination(name) { Answer = _ => answer(), AnswerToIncident = _ => answer() });
        });
        var names = Names(60);
        cluster.Patience = TimeSpan.FromMilliseconds(20);
        await Drop(cluster, names);
        await Deadline(cluster, Minutes(5), Seconds(15));
        foreach (var destination in cluster.Destinations.Take(2)) ToldOfStorm(destination, 55);
        cluster.Destinations[2].Accepted.ShouldBeEmpty();
        await cluster.Advance(Minutes(2));
        (await State(cluster, names[^1])).Deliveries["refusing"].RefusedSince.ShouldNotBeNull("it is visible at each thing");

        await cluster.Advance(Minutes(20));
        ToldOfStorm(cluster.Destinations[2], 55);
        foreach (var name in names)
        {
            var told = (await State(cluster, name)).Deliveries;
            (told["sns"].Offline, told["hook"].Offline, told["failing"].Offline, told["refusing"].Offline, told["hanging"].Offline)
                .ShouldBe((true, true, true, false, false));
        }
    }

    [Fact]
    public async Task A_dispatcher_whose_state_cannot_be_stored_does_not_silence_its_destination()
    {
        await using var cluster = await Start(silos: 1);
        cluster.Storage.BeforeWrite = id =>
        {
            if (id.Type.ToString() == "dispatcher") throw new TimeoutException("too large");
        };
        var names = Names(12);
        await Drop(cluster, names);
        await cluster.Advance(Minutes(15));
        foreach (var name in names) (await State(cluster, name)).Deliveries.Values.ShouldEachBe(delivery => delivery.Offline);
        cluster.Mail.Accepted.Select(told => told.Key).Distinct().Count().ShouldBe(12);
    }

    private static Task<VirtualCluster> Start(short silos, Action<VirtualCluster>? prepare = null) =>
        VirtualCluster.Start(silos: silos, prepare: world =>
    {
        world.Destinations.Clear();
        world.Destinations.Add(new TestDestination("sns") { Terms = new DestinationTerms { RateLimit = PerTopic } });
        world.Destinations.Add(new TestDestination("hook"));
        prepare?.Invoke(world);
    });

    private static async Task Drop(VirtualCluster cluster, string[] names)
    {
        cluster.LeaveAlone();
        await Parallel.ForEachAsync(names, async (name, _) => await cluster.Connect(name));
        await cluster.Advance(Minutes(1));
        foreach (var fifth in names.Chunk((names.Length + 4) / 5))
        {
            await Parallel.ForEachAsync(fifth, async (name, _) => await cluster.Drop(name));
            await cluster.Advance(Seconds(1));
        }
    }

    /// <summary>Some of them fall due every second: no second passes before their grains are at rest.</summary>
    private static async Task Deadline(VirtualCluster cluster, TimeSpan first, TimeSpan then)
    {
        await cluster.Advance(first - Seconds(8));
        for (var end = cluster.Now + Seconds(8) + then; cluster.Now < end;)
        {
            await cluster.Advance(Seconds(1));
            await cluster.Quiet();
        }
    }

    private static async Task Return(VirtualCluster cluster, string[] names)
    {
        foreach (var fifth in names.Chunk((names.Length + 4) / 5))
        {
            await Parallel.ForEachAsync(fifth, async (name, _) => await cluster.Connect(name));
            await cluster.Advance(Seconds(1));
        }
    }

    private static void ToldOfStorm(TestDestination destination, int members = Things - 5)
    {
        destination.Accepted.Select(told => told.Key).Distinct().Count().ShouldBe(5, destination.Name);
        destination.Incidents.Select(told => told.IncidentId).Distinct().ShouldHaveSingleItem(destination.Name);
        destination.Incidents[^1].Count.ShouldBe(members, destination.Name);
    }

    private static void Rates(VirtualCluster cluster)
    {
        var at = cluster.Destinations.Single(destination => destination.Name == "sns").AttemptedAt;
        for (var i = PerTopic.Count; i < at.Count; i++) (at[i] - at[i - PerTopic.Count]).ShouldBeGreaterThanOrEqualTo(PerTopic.Period);
    }

    private static async Task EverybodyHasHeard(VirtualCluster cluster)
    {
        var singly = 0;
        foreach (var name in Names())
        {
            foreach (var (destination, delivery) in (await State(cluster, name)).Deliveries)
            {
                delivery.Offline.ShouldBeTrue($"{name} by {destination}");
                if (delivery.Incident is null) singly++;
            }
        }

        singly.ShouldBe(5 * cluster.Destinations.Count);
    }

    private static async Task NobodyIsOwed(VirtualCluster cluster)
    {
        foreach (var name in Names())
        {
            var state = await cluster.Device(name).GetState();
            (state.Outage, state.Owing.Count).ShouldBe((null, 0), name);
        }
    }

    private static async Task<Outage> State(VirtualCluster cluster, string name) =>
        (await cluster.Device(name).GetState()).Outage.ShouldNotBeNull();
}
