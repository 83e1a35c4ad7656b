using System.Text.Json;
using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.State;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>A connection that took over another one from elsewhere is told in the history, and decides nothing.</summary>
public sealed class TakeoverTests
{
    [Fact]
    public void A_takeover_from_elsewhere_is_in_history_and_why()
    {
        var story = new Story();
        story.Broker(true, 1);
        story.After(Minutes(1)).Change(Takeover(story, 2)).ShouldBe(PresenceReason.Unchanged);
        story.Last.Persist.ShouldBeTrue();

        DeviceStories.HistoryOf("rpi-1", story.Crash().State).Items.Select(item => (item.Event, item.Reason)).ShouldBe(
            [("taken-over", "taken-over-from-elsewhere"), ("connected", "first-connected")]);
    }

    [Fact]
    public void Two_devices_that_fight_over_a_name_leave_one_entry()
    {
        var story = new Story();
        story.Broker(true, 1);
        for (var number = 2; number < 100; number++) story.After(Seconds(1)).Change(Takeover(story, number));

        story.State.Ring.ShouldBe(
        [
            new(Story.Start.ToUnixTimeSeconds(), PresenceReason.FirstConnected),
            new(story.Now.ToUnixTimeSeconds(), PresenceReason.TakenOverFromElsewhere),
        ]);
    }

    /// <summary>Any order of connections, ends and looks: the same states, but for the history, and the same effects.</summary>
    [Fact]
    public void It_changes_nothing_but_the_history() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 400]).Array[1, 30].Sample(steps =>
        {
            var (plain, marked) = (new Story(), new Story());
            var (number, isOpen) = (0, false);
            foreach (var (kind, seconds) in steps)
            {
                plain.After(Seconds(seconds));
                marked.After(Seconds(seconds));
                switch (kind)
                {
                    case 0 or 1:
                        plain.Broker(true, ++number);
                        marked.Change(Takeover(marked, number));
                        isOpen = true;
                        break;
                    case 2 when isOpen:
                        plain.Broker(false, number);
                        marked.Broker(false, number);
                        isOpen = false;
                        break;
                    default:
                        plain.Tick();
                        marked.Tick();
                        break;
                }

                Presence(marked).ShouldBe(Presence(plain));
                marked.Last.Reason.ShouldBe(plain.Last.Reason);
                marked.Sent.ShouldBe(plain.Sent);
                (marked.Status, marked.NextLook, marked.AsksVerifier).ShouldBe((plain.Status, plain.NextLook, plain.AsksVerifier));
            }
        }, iter: 300);

    private static string Presence(Story story) =>
        JsonSerializer.Serialize(story.State with { Ring = [], Heard = [] }, DeviceStateJson.Options);

    private static ConnectionChange Takeover(Story story, long number) =>
        new(true, ChangeKind.Broker, EventSource.Broker, story.Now, story.Now) { Number = number, BrokerStart = 1, FromElsewhere = true };
}
