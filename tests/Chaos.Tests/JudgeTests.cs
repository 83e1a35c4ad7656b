using System.Text.Json;
using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Fleet;
using IoTOrleans.Chaos.Judging;
using IoTOrleans.Chaos.Lines;
using Shouldly;
using Xunit;

namespace IoTOrleans.Chaos.Tests;

/// <summary>
/// A judge who never objects proves nothing. One thing, connected at 0 s, gone at 10 s, its grace over at 30 s; times in seconds.
/// </summary>
public sealed class JudgeTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 8, 0, 0, TimeSpan.Zero);

    private readonly List<Change> _changes = [new(0, true, TimeSpan.Zero), new(1, false, TimeSpan.FromSeconds(10))];
    private readonly List<Injection> _faults = [];
    private readonly List<(double At, string Event, string Destination, string Id, double Since, double? Recovered)> _told = [];
    private Ledger _ledger = new();
    private Feed _feed = Feed.Lifecycle;
    private string _verification = "none";

    public JudgeTests() => Queue(change: 1, at: 10);

    [Fact]
    public void Told_once_at_each_destination_is_as_it_should_be()
    {
        Tell(30.1, Notice.Offline);
        var verdict = Judged(at: 100);
        verdict.IsClean.ShouldBeTrue();
        (verdict.Outages, verdict.Told, verdict.Repeated).ShouldBe((1, 1, 0));
    }

    [Fact]
    public void Away_and_not_told_is_lost_at_either_destination()
    {
        Judged(at: 35).Owed.ShouldBeEmpty("it has a moment");
        Judged(at: 60).Owed.Count.ShouldBe(2);
        Tell(30.1, Notice.Offline, Upstream.Sns);
        Judged(at: 60).Owed.ShouldHaveSingleItem().ShouldContain(Upstream.Webhook);
    }

    [Fact]
    public void A_fault_excuses_for_its_time_and_no_longer()
    {
        Fault(Upstream.DynamoDB, 25, 45);
        var verdict = Judged(at: 130);
        (verdict.Owed.Count, verdict.Open).ShouldBe((0, 1), "90 s after storage is back");
        Judged(at: 136).Owed.Count.ShouldBe(2);
    }

    [Fact]
    public void A_troubled_destination_excuses_nothing()
    {
        Fault(Upstream.Webhook, 25, 45);
        Judged(at: 60).Owed.Count.ShouldBe(2);
    }

    [Fact]
    public void What_was_over_while_a_fault_excused_it_is_counted_and_not_lost()
    {
        Fault("silos", 25, 45);
        Back(at: 50);
        var verdict = Judged(at: 300);
        verdict.IsClean.ShouldBeTrue();
        (verdict.Outages, verdict.OverInTrouble).ShouldBe((1, 1));
    }

    [Fact]
    public void Too_early_is_false()
    {
        Tell(29, Notice.Offline);
        Judged(at: 100).False.ShouldEachBe(text => text.Contains("before its time"));
        Judged(at: 100).False.Count.ShouldBe(2);
    }

    [Fact]
    public void Told_although_the_return_was_in_the_queue_before_its_time_is_false()
    {
        Back(at: 27);
        Tell(30.1, Notice.Offline);
        Tell(31, Notice.Recovered, recovered: 27);
        Judged(at: 100).False.Count.ShouldBe(2);
    }

    [Fact]
    public void A_return_too_late_to_be_known_makes_it_no_false_one()
    {
        Back(at: 29);
        Tell(30.1, Notice.Offline);
        Tell(31, Notice.Recovered, recovered: 29);
        Judged(at: 100).IsClean.ShouldBeTrue();
    }

    [Fact]
    public void Told_long_after_the_return_was_stored_is_false_unless_it_says_so()
    {
        Back(at: 60);
        Tell(120, Notice.Offline);
        Tell(121, Notice.Recovered, recovered: 60);
        Judged(at: 300).False.Count.ShouldBe(2);

        _told[0] = _told[0] with { Recovered = 60 };
        _told[1] = _told[1] with { Recovered = 60 };
        Judged(at: 300).IsClean.ShouldBeTrue();
    }

    /// <summary>It missed nothing: the drop is still in the queue, and the shadow, asked about an earlier one, has told of it.</summary>
    [Fact]
    public void What_the_shadow_itself_confirms_does_not_wait_for_the_queue()
    {
        (_feed, _ledger) = (Feed.Shadow, new Ledger());
        Queue(change: 1, at: 10, handedOut: 40);
        Tell(30.1, Notice.Offline);
        Judged(at: 100).False.ShouldEachBe(text => text.Contains("before its time"));
        Judged(at: 100).False.Count.ShouldBe(2);

        _verification = "confirmed";
        Judged(at: 100).IsClean.ShouldBeTrue();
    }

    /// <summary>
    /// The queue is far behind: its word of the drop is handed out when the thing is back already. It was told while it was away.
    /// </summary>
    [Fact]
    public void What_the_shadow_confirmed_while_it_was_so_is_true_though_the_return_is_in_the_queue_before_the_drop_is_handed_out()
    {
        (_feed, _ledger) = (Feed.Shadow, new Ledger());
        Queue(change: 1, at: 10, handedOut: 50);
        Back(at: 32);
        Tell(30.1, Notice.Offline);
        Tell(53, Notice.Recovered, recovered: 32);
        Judged(at: 200).False.Count.ShouldBe(2);

        _verification = "confirmed";
        Judged(at: 200).IsClean.ShouldBeTrue();
    }

    [Fact]
    public void A_drop_that_never_was_is_false()
    {
        Tell(40, Notice.Offline, since: 11);
        Judged(at: 100).False.ShouldEachBe(text => text.Contains("no such drop"));
    }

    [Fact]
    public void A_repeat_is_counted_and_another_id_is_wrong()
    {
        Tell(30.1, Notice.Offline);
        Tell(40, Notice.Offline, Upstream.Sns);
        var verdict = Judged(at: 100);
        (verdict.IsClean, verdict.Repeated).ShouldBe((true, 1));

        Tell(41, Notice.Offline, Upstream.Sns, id: "other");
        Judged(at: 100).Wrong.ShouldHaveSingleItem().ShouldContain("2 ids");
    }

    [Fact]
    public void An_end_that_is_not_told_is_lost_and_one_that_was_not_is_false()
    {
        Tell(30.1, Notice.Offline);
        Tell(50, Notice.Recovered, Upstream.Sns, recovered: 50);
        Judged(at: 100).False.ShouldHaveSingleItem().ShouldContain("not back");

        _told.RemoveAt(2);
        Back(at: 50);
        Judged(at: 100).RecoveriesOwed.Count.ShouldBe(2);
    }

    [Fact]
    public void Two_drops_are_one_where_the_return_was_stored_after_the_second()
    {
        Back(at: 40, stored: 70);
        _changes.Add(new Change(3, false, TimeSpan.FromSeconds(50)));
        Queue(change: 3, at: 50);
        Tell(30.1, Notice.Offline);
        Judged(at: 200).Owed.ShouldBeEmpty();
    }

    [Fact]
    public void Two_drops_are_two_where_the_return_was_known_in_between()
    {
        Back(at: 40);
        _changes.Add(new Change(3, false, TimeSpan.FromSeconds(50)));
        Queue(change: 3, at: 50);
        Tell(30.1, Notice.Offline);
        Tell(41, Notice.Recovered, recovered: 40);
        Judged(at: 200).Owed.Count.ShouldBe(2);
    }

    private void Back(double at, double? stored = null)
    {
        _changes.Add(new Change(2, true, TimeSpan.FromSeconds(at)));
        Queue(2, at, stored);
    }

    private void Queue(int change, double at, double? stored = null, double? handedOut = null)
    {
        var passage = new Passage();
        passage.HandedOut(At(handedOut ?? at), At(at), arrives: true);
        passage.Stored(At(stored ?? handedOut ?? at));
        var message = new Message("rpi-1", change, TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(at), _ => "");
        _ledger.Add(new Delivery(message, Guid.NewGuid().ToString(), At(at), At(at), passage));
    }

    private void Fault(string target, double from, double to) =>
        _faults.Add(new Injection(
            new PlannedFault(target, FaultKind.Errors, TimeSpan.Zero, TimeSpan.Zero), At(from)) { Ended = At(to), Healed = At(to) });

    private void Tell(double at, string happened, string? destination = null, string id = "id", double since = 10, double? recovered = null)
    {
        foreach (var to in destination is null ? Judge.Destinations : [destination]) _told.Add((at, happened, to, id, since, recovered));
    }

    private Verdict Judged(double at)
    {
        var inbox = new Inbox(TimeProvider.System);
        foreach (var word in _told.Where(word => word.At <= at).OrderBy(word => word.At))
        {
            inbox.Keep(word.Destination, Body(word.Event, word.Id, word.Since, word.Recovered), At(word.At));
        }

        return new Judge([new Thing("rpi-1", _feed, _changes)], _ledger, inbox, Start).Assess(_faults, At(at));
    }

    private string Body(string happened, string id, double since, double? recovered) =>
        JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["event"] = happened, ["thingName"] = "rpi-1", ["outageId"] = id, ["since"] = At(since), ["detectedAt"] = At(since + 20),
        ["recoveredAt"] = recovered is { } back ? At(back) : null, ["verification"] = _verification,
    });

    private static DateTimeOffset At(double seconds) => Start + TimeSpan.FromSeconds(seconds);
}
