using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>Who changed a policy, set a mute or imported a thing stands in the history of the thing.</summary>
public sealed class AuthorTests
{
    private static readonly string[] Names = ["alice", "a,b", "x:y", "mail"];

    private static IReadOnlyList<HistoryItem> Items(Story story) => DeviceStories.HistoryOf("rpi-1", story.State).Items;

    [Fact]
    public void A_change_of_the_policy_names_its_author_and_no_destination()
    {
        var story = new Story();
        story.Timed(true);
        story.After(Minutes(1)).Set(new() { Grace = Minutes(9) }, "alice, of: ops");
        story.After(Minutes(1)).Set(null, "bob");
        story.After(Minutes(1)).Set(new() { Grace = Minutes(9) });

        Items(story).Select(item => (item.Event, item.By)).ShouldBe(
            [("policy", null), ("policy", "bob"), ("policy", "alice, of: ops"), ("connected", null)]);
        Items(story).ShouldEachBe(item => item.Destinations.Count == 0 && item.Word == null);
    }

    [Theory]
    [InlineData(VerifierVerdict.Connected, "connected")]
    [InlineData(VerifierVerdict.Disconnected, "disconnected")]
    [InlineData(VerifierVerdict.DoesNotKnow, "expected")]
    public void An_import_names_who_sent_it(VerifierVerdict verdict, string happened)
    {
        var story = new Story();
        story.Imported(new(verdict, story.Now), "alice");
        var item = Items(story).ShouldHaveSingleItem();
        (item.Event, item.By).ShouldBe((happened, "alice"));
    }

    [Fact]
    public void A_mute_stands_in_the_history_and_changes_nothing_else()
    {
        var story = new Story().Told();
        var before = story.State;
        story.MuteChanged(true, "alice").ShouldBe(PresenceReason.MuteSet);
        story.Last.Effects.ShouldBeEmpty();
        (story.State with { Ring = before.Ring, Heard = before.Heard, Memory = before.Memory }).ShouldBe(before);
        Items(story)[0].ShouldSatisfyAllConditions(
            item => item.Event.ShouldBe("mute"), item => item.By.ShouldBe("alice"), item => item.Reason.ShouldBe("mute-set"));
        story.After(Minutes(1)).MuteChanged(false, null);
        Items(story)[0].ShouldSatisfyAllConditions(item => item.Event.ShouldBe("unmute"), item => item.By.ShouldBeNull());
    }

    [Fact]
    public void A_thing_that_was_removed_stays_removed()
    {
        var story = new Story().Told();
        story.Do(new PresenceInput.Forgotten());
        var before = story.State;
        story.MuteChanged(true, "alice").ShouldBe(PresenceReason.NothingToDo);
        story.Last.Persist.ShouldBeFalse();
        story.State.ShouldBe(before);
    }

    [Fact]
    public void A_long_name_is_cut_and_never_in_the_middle_of_a_character()
    {
        var story = new Story();
        story.Timed(true);
        story.Set(new() { Grace = Minutes(9) }, new string('a', History.MostPersonBytes - 3) + "😀" + "b");
        Items(story)[0].By.ShouldBe(new string('a', History.MostPersonBytes - 3) + "…");
    }

    /// <summary>Names and destinations share a list that is cut from the front: each must stay with its entry.</summary>
    [Fact]
    public void Each_entry_keeps_its_author_and_its_destinations() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3].Select(name => Names[name])).Array[0, 30].Sample(steps =>
        {
            var (state, expected, at) = (new DeviceState(), new List<(PresenceReason Reason, string? By, string[] Heard)>(), Story.Start);
            foreach (var (kind, name) in steps)
            {
                at += Minutes(5);
                switch (kind)
                {
                    case 0:
                        state = History.Add(state, PresenceReason.GraceStarted, at);
                        expected.Add((PresenceReason.GraceStarted, null, []));
                        break;
                    case 1:
                        state = History.By(History.Add(state, PresenceReason.PolicySet, at), name);
                        expected.Add((PresenceReason.PolicySet, name, []));
                        break;
                    case 2:
                        state = History.Add(state, PresenceReason.MuteSet, at);
                        expected.Add((PresenceReason.MuteSet, null, []));
                        break;
                    default:
                        state = History.Heard(state, PresenceReason.Delivered, NotificationEvent.DeviceOffline, "mail", at);
                        state = History.Heard(state, PresenceReason.Delivered, NotificationEvent.DeviceOffline, "pager", at);
                        expected.Add((PresenceReason.Delivered, null, ["mail", "pager"]));
                        break;
                }
            }

            var kept = expected.TakeLast(History.RingSize).ToList();
            state.Ring.Count.ShouldBe(kept.Count);
            for (var index = 0; index < kept.Count; index++)
            {
                state.Ring[index].Reason.ShouldBe(kept[index].Reason);
                History.ByAt(state, index).ShouldBe(kept[index].By);
                History.HeardAt(state, index).ShouldBe(kept[index].Heard);
            }
        });
}
