using IoTOrleans.Contracts;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.State;
using static IoTOrleans.Contracts.PresenceStatus;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>
/// A thing with several MQTT clients, and sessions that expire soon: what AWS numbers for each client, and begins again at 0.
/// </summary>
public sealed class ClientTests
{
    private static string Uuid(int n) => $"00000000-1111-2222-3333-{n:000000000000}";

    [Fact]
    public void Another_client_counts_its_own_sessions()
    {
        var story = new Story();
        story.Lifecycle(true, 57, "sA", client: "a");
        story.After(Minutes(10)).Lifecycle(false, 57, "sA", client: "a", reason: "CLIENT_INITIATED_DISCONNECT")
            .ShouldBe(PresenceReason.GraceStarted);
        story.After(Seconds(2)).Lifecycle(true, 0, "sB", client: "b").ShouldBe(PresenceReason.CameBackInGrace);
        story.After(Minutes(1)).Lifecycle(false, 0, "sB", client: "b").ShouldBe(PresenceReason.GraceStarted);
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void A_thing_is_connected_as_long_as_one_of_its_clients_is()
    {
        var story = new Story();
        story.Lifecycle(true, 3, "a3", client: "thing-jobs");
        story.After(Seconds(5)).Lifecycle(true, 9, "b9", client: "thing-shadow").ShouldBe(PresenceReason.Unchanged);
        story.After(Minutes(5)).Lifecycle(false, 3, "a3", client: "thing-jobs").ShouldBe(PresenceReason.AnotherClientConnected);
        story.Status.ShouldBe(Connected);
        story.Crash().After(Minutes(60)).Lifecycle(false, 9, "b9", client: "thing-shadow").ShouldBe(PresenceReason.GraceStarted);
        story.State.Since.ShouldBe(story.Now);
    }

    [Fact]
    public void Two_ends_that_come_swapped_are_one_outage_since_the_later_one()
    {
        var story = new Story();
        story.Lifecycle(true, 3, "a3", client: "a");
        story.Lifecycle(true, 9, "b9", client: "b");
        story.After(Minutes(5)).Lifecycle(false, 9, "b9", client: "b");
        var later = story.Now;
        story.After(Seconds(20)).Lifecycle(false, 3, "a3", client: "a", sentEarlier: Seconds(50), stampedEarlier: TimeSpan.Zero)
            .ShouldBe(PresenceReason.GraceStarted);
        story.State.Since.ShouldBe(later);
        story.State.Suppressed.ShouldBe(0);
    }

    /// <summary>
    /// By its stamp the second one began before the first one, and "since the last client went" would be the same moment.
    /// </summary>
    [Fact]
    public void The_next_outage_has_an_id_of_its_own_however_wrong_its_stamp_is()
    {
        var story = new Story();
        story.Lifecycle(true, 0, "x1", client: Uuid(1));
        story.After(Minutes(60)).Lifecycle(false, 0, "x1", client: Uuid(1));
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.ToldUnverified);
        var (first, drop) = (story.State.Outage!.Id, story.Now - Minutes(5));
        story.Answered(Ports.DeliveryOutcome.Accepted);
        story.Lifecycle(true, 0, "x2", client: Uuid(2)).ShouldBe(PresenceReason.CameBackTold);
        var back = story.Now;
        story.After(Minutes(2)).Tick();
        story.After(Seconds(60)).Lifecycle(false, 0, "x2", client: Uuid(2), stampedEarlier: story.Now - drop + Seconds(30))
            .ShouldBe(PresenceReason.GraceStarted);
        story.State.Outage!.Id.ShouldNotBe(first);
        story.State.Since!.Value.ShouldBeGreaterThan(back);
    }

    [Fact]
    public void A_new_id_for_each_connection_is_a_blip_like_any_other()
    {
        var story = new Story();
        for (var n = 0; n < 50; n++)
        {
            story.After(Minutes(10)).Lifecycle(true, 0, $"s{n}", client: Uuid(n));
            story.Status.ShouldBe(Connected);
            story.After(Minutes(10)).Lifecycle(false, 0, $"s{n}", client: Uuid(n)).ShouldBe(PresenceReason.GraceStarted);
            story.After(Minutes(1));
        }

        story.State.Clients.Count.ShouldBe(DeviceState.MostClients);
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.ToldUnverified);
    }

    [Fact]
    public void An_end_that_overtakes_its_connect_restarts_the_clock_and_the_connect_is_no_return()
    {
        var story = new Story();
        story.Lifecycle(true, 0, "x1", client: Uuid(1));
        story.After(Minutes(1)).Lifecycle(false, 0, "x1", client: Uuid(1));
        story.After(Minutes(2)).Lifecycle(false, 0, "x2", client: Uuid(2)).ShouldBe(PresenceReason.GraceRestartedByNewerSession);
        story.State.Outage!.GraceEndsAt.ShouldBe(story.Now + story.Rules.Policy.Grace);
        story.After(Seconds(1)).Lifecycle(true, 0, "x2", client: Uuid(2)).ShouldBe(PresenceReason.OlderEvent);
        story.Status.ShouldBe(Grace);
    }

    [Fact]
    public void The_end_of_an_unknown_client_that_is_older_than_the_outage_does_not_move_its_clock()
    {
        var story = new Story();
        story.Lifecycle(true, 0, "x1", client: Uuid(1));
        story.After(Minutes(1)).Lifecycle(false, 0, "x1", client: Uuid(1));
        var endsAt = story.State.Outage!.GraceEndsAt;
        story.After(Seconds(5)).Lifecycle(false, 0, "x0", client: Uuid(0), sentEarlier: Seconds(70)).ShouldBe(PresenceReason.Unchanged);
        story.State.Outage!.GraceEndsAt.ShouldBe(endsAt);
    }

    [Fact]
    public void The_end_of_an_unknown_client_is_no_outage_while_another_one_is_connected()
    {
        var story = new Story();
        story.Lifecycle(true, 3, "b3", client: "b");
        story.After(Minutes(1)).Lifecycle(false, 0, "x", client: Uuid(1)).ShouldBe(PresenceReason.AnotherClientConnected);
        story.Last.Persist.ShouldBeTrue();
        story.Status.ShouldBe(Connected);
    }

    [Fact]
    public void A_client_that_connects_during_a_hold_is_no_proof_of_another_drop()
    {
        var story = new Story();
        story.Lifecycle(true, 3, "a3", client: "a");
        story.After(Minutes(1)).Lifecycle(false, 3, "a3", client: "a");
        story.After(Minutes(5)).Tick();
        story.Answered(Ports.DeliveryOutcome.Accepted);
        story.After(Minutes(1)).Lifecycle(true, 4, "a4", client: "a").ShouldBe(PresenceReason.CameBackTold);
        story.After(Seconds(30)).Lifecycle(true, 0, "b0", client: "b").ShouldBe(PresenceReason.Unchanged);
        story.After(Seconds(31)).Status.ShouldBe(Connected);
    }

    [Fact]
    public void A_late_duplicate_of_a_client_that_was_forgotten_is_no_news()
    {
        var story = new Story();
        for (var n = 1; n <= 6; n++)
        {
            story.After(Minutes(1)).Lifecycle(true, 0, $"x{n}", client: Uuid(n));
            story.After(Minutes(1)).Lifecycle(false, 0, $"x{n}", client: Uuid(n));
        }

        story.Lifecycle(true, 0, "x1", client: Uuid(1), sentEarlier: Minutes(11)).ShouldBe(PresenceReason.OlderEvent);
        story.Status.ShouldBe(Grace);
    }

    [Fact]
    public void Of_five_connected_clients_the_one_heard_least_recently_is_forgotten_and_somebody_is_warned()
    {
        var story = new Story();
        for (var n = 1; n <= 5; n++) story.After(Minutes(1)).Lifecycle(true, 0, $"x{n}", client: Uuid(n));
        story.Last.Effects.OfType<PresenceEffect.WarnClientForgotten>().Single().Client.ShouldBe(Uuid(1));
        story.State.Clients.Count.ShouldBe(4);
    }

    [Fact]
    public void An_ended_client_makes_room_before_a_connected_one()
    {
        var story = new Story();
        story.Lifecycle(true, 0, "gateway", client: "gateway");
        for (var n = 1; n <= 9; n++)
        {
            story.After(Minutes(1)).Lifecycle(true, 0, $"x{n}", client: Uuid(n));
            story.After(Minutes(1)).Lifecycle(false, 0, $"x{n}", client: Uuid(n)).ShouldBe(PresenceReason.AnotherClientConnected);
        }

        story.After(Minutes(1)).Lifecycle(false, 0, "gateway", client: "gateway").ShouldBe(PresenceReason.GraceStarted);
    }

    [Fact]
    public void The_id_that_is_the_things_name_and_an_event_without_one_are_the_same_client()
    {
        var story = new Story();
        story.Lifecycle(true, 3, "a");
        story.After(Minutes(1)).Lifecycle(false, 3, "a").ShouldBe(PresenceReason.GraceStarted);
        story.State.Clients.Single().Client.ShouldBe("");
    }

    [Theory]
    [InlineData(6)]
    [InlineData(15)]
    [InlineData(29)]
    [InlineData(90)]
    public void A_session_that_expired_soon_begins_again_at_0(double minutesAway)
    {
        var story = new Story();
        story.Lifecycle(true, 12, "s12");
        story.After(Minutes(10)).Lifecycle(false, 12, "s12");
        story.After(Minutes(5)).Tick().ShouldBe(PresenceReason.ToldUnverified);
        story.Answered(Ports.DeliveryOutcome.Accepted);
        story.After(Minutes(minutesAway - 5)).Lifecycle(true, 0, "s0").ShouldBe(PresenceReason.CameBackTold);
        story.After(Minutes(2)).Status.ShouldBe(Connected);
    }

    [Fact]
    public void A_session_that_expired_within_two_minutes_is_back_and_its_predecessor_stays_dead()
    {
        var story = new Story();
        story.Lifecycle(true, 57, "s57");
        story.After(Minutes(10)).Lifecycle(false, 57, "s57");
        story.After(Seconds(90)).Lifecycle(true, 0, "s0").ShouldBe(PresenceReason.CameBackInGrace);
        story.Lifecycle(false, 57, "s57", sentEarlier: Seconds(90)).ShouldBe(PresenceReason.OlderEvent);
        story.Lifecycle(true, 57, "s57", sentEarlier: Seconds(100)).ShouldBe(PresenceReason.OlderEvent);
        story.Crash().Lifecycle(false, 56, "s56", sentEarlier: Seconds(110)).ShouldBe(PresenceReason.OlderNumbering);
        story.Status.ShouldBe(Connected);
    }

    [Fact]
    public void A_number_0_that_keeps_its_number_is_back_after_two_minutes()
    {
        var story = new Story();
        story.Lifecycle(true, 0, "first");
        story.After(Minutes(10)).Lifecycle(false, 0, "first");
        story.After(Minutes(2)).Lifecycle(true, 0, "second").ShouldBe(PresenceReason.CameBackInGrace);
    }

    [Fact]
    public void A_lower_number_that_is_not_clearly_later_is_an_old_event()
    {
        var story = new Story();
        story.Lifecycle(true, 1, "s1");
        story.After(Minutes(10)).Lifecycle(false, 1, "s1");
        story.After(Seconds(20)).Lifecycle(true, 0, "s0").ShouldBe(PresenceReason.OlderEvent);
        story.After(Seconds(60)).Lifecycle(true, 0, "s0", stampedEarlier: Seconds(85)).ShouldBe(PresenceReason.OlderEvent);
        story.Status.ShouldBe(Grace);
    }

    [Fact]
    public void Without_session_identifiers_only_time_tells_a_new_numbering()
    {
        var story = new Story();
        story.Lifecycle(true, 12);
        story.After(Minutes(10)).Lifecycle(false, 12);
        story.After(Minutes(1.5)).Lifecycle(true, 0).ShouldBe(PresenceReason.OlderEvent);
        story.After(Minutes(3)).Lifecycle(true, 0).ShouldBe(PresenceReason.CameBackInGrace);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_takeover_of_a_client_in_either_order_is_connected(bool connectFirst)
    {
        var story = new Story();
        story.Lifecycle(true, 7, "a7", client: "a");
        story.After(Minutes(1));
        if (connectFirst) story.Lifecycle(true, 8, "a8", client: "a");
        story.Lifecycle(false, 7, "a7", client: "a", reason: "DUPLICATE_CLIENTID");
        if (!connectFirst) story.Lifecycle(true, 8, "a8", client: "a");
        story.Status.ShouldBe(Connected);
        story.After(Minutes(1)).Lifecycle(false, 8, "a8", client: "a").ShouldBe(PresenceReason.GraceStarted);
    }

    [Fact]
    public void A_state_that_knew_no_clients_is_taken_over_by_the_client_that_comes_next()
    {
        var story = Old(connected: true);
        story.After(Minutes(1)).Lifecycle(false, 57, "sA", client: "a").ShouldBe(PresenceReason.GraceStarted);
        story.State.Clients.Single().Client.ShouldBe("a");
        story.State.Marks.ShouldBeEmpty();

        story = Old(connected: false);
        story.After(Minutes(1)).Lifecycle(true, 3, "sB", client: "b").ShouldBe(PresenceReason.CameBackInGrace);
        story.After(Minutes(1)).Lifecycle(false, 3, "sB", client: "b").ShouldBe(PresenceReason.GraceStarted);

        story = Old(connected: true);
        story.Lifecycle(true, 57, "sA").ShouldBe(PresenceReason.Duplicate);
        story.State.Clients.ShouldBeEmpty();

        static Story Old(bool connected)
        {
            var story = new Story();
            story.Lifecycle(true, 57, "sA");
            if (!connected) story.After(Minutes(10)).Lifecycle(false, 57, "sA");
            var mark = new OrderMark
            {
                Number = 57, Session = "sA", Opened = Story.Start, Connected = connected, Ended = !connected,
                Stamp = story.Now, At = story.Now,
            };
            story.State = story.State with { Clients = [], Marks = new Dictionary<string, OrderMark> { [OrderMark.LifecycleKey] = mark } };
            return story.Crash();
        }
    }

    /// <summary>One write unit, whatever the ids are, with an outage that two destinations have heard of.</summary>
    [Theory]
    [InlineData(36)]
    [InlineData(128)]
    public void Clients_fit_into_one_write_unit(int idLength)
    {
        var story = new Story();
        var name = new string('x', 40);
        (story.Context, story.Policy) = (story.Context with { ThingName = name }, story.Policy with { Notify = ["sns", "webhook"] });
        for (var n = 1; n <= 9; n++)
        {
            var id = Uuid(n).PadLeft(idLength, 'c');
            story.After(Minutes(1)).Lifecycle(true, 100_000 + n, $"{n}4666d2a7d844ae4ac5d7b38c9cb7967", client: id);
            story.After(LearnedHold.Longest).Tick();
            foreach (var (outage, to) in story.State.Owing
                .SelectMany(_ => story.Rules.Policy.Notify, (outage, to) => (outage.Id, to)).ToList())
                story.Answered(Ports.DeliveryOutcome.Accepted, Ports.NotificationEvent.DeviceRecovered, to, outage);
            story.After(Minutes(2))
                .Lifecycle(false, 100_000 + n, $"{n}4666d2a7d844ae4ac5d7b38c9cb7967", client: id, reason: "MQTT_KEEP_ALIVE_TIMEOUT");
            story.After(Minutes(6)).Tick();
            foreach (var destination in story.Rules.Policy.Notify) story.Answered(Ports.DeliveryOutcome.Accepted, to: destination);
            (StateBudget.Size(story.State) + StateBudget.Overhead + name.Length).ShouldBeLessThanOrEqualTo(StateBudget.ItemBytes);
        }

        story.State.Clients.Count.ShouldBeGreaterThanOrEqualTo(2, "the ended clients make room after the history");
        var last = Uuid(9).PadLeft(idLength, 'c');
        story.Crash().After(Minutes(1)).Lifecycle(true, 100_010, "new", client: last).ShouldBe(PresenceReason.CameBackTold);
    }

    [Fact]
    public void What_is_stored_of_a_client_is_what_is_read()
    {
        var story = new Story();
        story.Lifecycle(true, 3, "a3", client: "thing-jobs");
        story.After(Minutes(1)).Lifecycle(true, 4, client: "thing-shadow", stampedEarlier: Minutes(7));
        story.After(Minutes(1)).Lifecycle(true, 9, "a9", client: "thing-jobs", stampedEarlier: Seconds(3));
        var before = story.State.Clients;
        story.Crash().State.Clients.ShouldBe(before);
    }
}
