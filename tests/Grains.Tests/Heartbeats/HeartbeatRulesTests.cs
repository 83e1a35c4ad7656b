using IoTOrleans.Grains.Heartbeats;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Watching;

namespace IoTOrleans.Grains.Tests.Heartbeats;

/// <summary>What is known decides whether there is a sign of life, the word that there is none, or silence.</summary>
public sealed class HeartbeatRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly HeartbeatTerms Terms = new(CanFail: true);
    private static readonly HeartbeatState Due = new(Now);

    private static readonly HeartbeatKnown Well = new()
    {
        Cluster = "home", ReadsQueue = true, SeenUntil = Now - Seconds(2), StoredAt = Now - Seconds(60), TickedAt = Now - Seconds(119),
        Destinations = [new("mail", null, null, null)], WatcherAt = Now - Seconds(60), ReportsAt = Now - Seconds(60),
    };

    private static readonly Blindness Blindness = new() { Id = "b", Since = Now - Minutes(6), DetectedAt = Now - Minutes(1) };

    [Fact]
    public void A_ping_a_minute_while_all_is_well()
    {
        var state = Due;
        var pings = new List<DateTimeOffset>();
        for (var now = Now; now < Now + Minutes(10); now += Seconds(7))
        {
            var decision = HeartbeatRules.Decide(
                state, Well with { SeenUntil = now, StoredAt = now, TickedAt = now, WatcherAt = now, ReportsAt = now }, Terms, now);
            state = decision.State;
            if (decision.Act == HeartbeatAct.Ping) pings.Add(now);
            else decision.Act.ShouldBe(HeartbeatAct.Wait);
        }

        pings.Count.ShouldBe(10);
        pings.Zip(pings.Skip(1)).ShouldEachBe(pair => pair.Second - pair.First >= Minutes(1));
    }

    public static TheoryData<string, string> Silences => new()
    {
        { "storage", "storage has not answered since 2026-11-23 07:58:59Z" },
        { "no tick", "no reminder has ticked yet" },
        { "old tick", "no reminder has ticked since 2026-11-23 07:57:59Z" },
        { "unknown queue", "how far the queue has been read is not known" },
        { "old queue", "the queue has been read up to 2026-11-23 07:58:59Z only" },
        { "broker", "the MQTT broker does not listen" },
        { "old watcher", "whether it is blind has not been heard since 2026-11-23 07:58:59Z" },
        { "old reports", "how the destinations are has not been heard since 2026-11-23 07:58:59Z" },
        { "silent silo", "the silo b does not say how its destinations are" },
        { "owed end", "mail has not taken what it is owed since 2026-11-23 07:51:00Z" },
        { "no reports", "no silo says how its destinations are" },
        { "owed", "mail has not taken what it is owed since 2026-11-23 07:54:00Z" },
    };

    [Theory]
    [MemberData(nameof(Silences))]
    public void One_thing_that_does_not_work_is_silence_and_no_failure(string what, string reason)
    {
        var decision = HeartbeatRules.Decide(Due, With(what), Terms, Now);
        decision.ShouldBe(new(HeartbeatAct.Silence, Due, reason));

        // As soon as it works again.
        HeartbeatRules.Decide(decision.State, Well, Terms, Now).Act.ShouldBe(HeartbeatAct.Ping);
    }

    [Fact]
    public void Without_a_queue_nothing_is_asked_of_it() => HeartbeatRules.Decide(
        Due, Well with { ReadsQueue = false, SeenUntil = null, WatcherAt = default }, Terms, Now).Act.ShouldBe(HeartbeatAct.Ping);

    [Fact]
    public void A_destination_that_fails_or_refuses_and_for_which_nothing_waits_does_not_silence_it() => HeartbeatRules.Decide(
        Due, Well with { Blindness = Over("hook"), Destinations = [new("mail", null, Now - Minutes(9), Now - Minutes(7))] }, Terms, Now)
        .Act.ShouldBe(HeartbeatAct.Ping);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_blindness_is_told_once(bool byStorage)
    {
        var blind = byStorage ? Well with { StoredAt = Now - Minutes(5) - Seconds(1) } : Well with { Blindness = Blindness };
        var told = HeartbeatRules.Decide(Due, blind, Terms, Now);
        told.Act.ShouldBe(HeartbeatAct.Fail);
        told.Reason.ShouldNotBeNull().ShouldStartWith("home is blind: ");
        told.Reason.ShouldNotContain('\n');

        // Not accepted: again in a minute, not before. Accepted: not again, also if it is blind for another reason, too.
        HeartbeatRules.Decide(told.State, blind, Terms, Now + Seconds(59)).Act.ShouldBe(HeartbeatAct.Silence);
        HeartbeatRules.Decide(told.State, blind, Terms, Now + Seconds(60)).Act.ShouldBe(HeartbeatAct.Fail);
        var accepted = told.State with { FailedAt = Now };
        var both = blind with { Blindness = Blindness, StoredAt = Now - Minutes(7) };
        HeartbeatRules.Decide(accepted, both, Terms, Now + Minutes(10)).Act.ShouldBe(HeartbeatAct.Silence);

        // It ends: pings again; the next one is told again.
        var over = HeartbeatRules.Decide(accepted, Later(Minutes(10)), Terms, Now + Minutes(10));
        over.Act.ShouldBe(HeartbeatAct.Ping);
        HeartbeatRules.Decide(over.State, blind, Terms, Now + Minutes(20)).Act.ShouldBe(HeartbeatAct.Fail);
    }

    [Fact]
    public void A_blindness_that_has_ended_is_none() => HeartbeatRules.Decide(
        Due, Well with { Blindness = Blindness with { EndedAt = Now } }, Terms, Now).Act.ShouldBe(HeartbeatAct.Ping);

    [Fact]
    public void Without_an_address_for_failures_a_blindness_is_silence() =>
        HeartbeatRules.Decide(Due, Well with { Blindness = Blindness }, new(CanFail: false), Now).Act.ShouldBe(HeartbeatAct.Silence);

    /// <summary>This destination has accepted the beginning, and not the end yet.</summary>
    private static Blindness Over(string destination) => Blindness with
    {
        EndedAt = Now, Told = new Dictionary<string, BlindnessTold> { [destination] = new() { Blind = true } },
    };

    private static HeartbeatKnown Later(TimeSpan by) => Well with
    {
        SeenUntil = Now + by, StoredAt = Now + by, TickedAt = Now + by, WatcherAt = Now + by, ReportsAt = Now + by,
    };

    private static HeartbeatKnown With(string what) => what switch
    {
        "storage" => Well with { StoredAt = Now - Seconds(61) },
        "no tick" => Well with { TickedAt = null },
        "old tick" => Well with { TickedAt = Now - Seconds(121) },
        "unknown queue" => Well with { SeenUntil = null },
        "old queue" => Well with { SeenUntil = Now - Seconds(61) },
        "broker" => Well with { BrokerIsDown = true },
        "old watcher" => Well with { WatcherAt = Now - Seconds(61) },
        "old reports" => Well with { ReportsAt = Now - Seconds(61) },
        "silent silo" => Well with { SilentSilos = ["b"] },
        "owed end" => Well with
        {
            Blindness = Over("mail"), Destinations = [new("hook", null, Now, null), new("mail", null, Now - Minutes(9), Now - Minutes(7))],
        },
        "no reports" => Well with { Destinations = [] },
        _ => Well with { Destinations = [new("hook", null, null, null), new("mail", null, null, null, Now - Minutes(6))] },
    };
}
