using System.Text.Json;
using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.State;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>
/// The oracle is the same history without any connect failure: they change no decision, no state but their own, no deadline, and nothing
/// of a notification but <see cref="Notification.Refused"/>.
/// </summary>
public sealed class ConnectFailureProperties
{
    private int _counted;

    /// <param name="Wait">Seconds since the step before.</param>
    /// <param name="Failures">So many connect failures come between this step and the next.</param>
    private sealed record Step(int What, int Wait, int Failures, int Stamp);

    private static readonly Gen<Step[]> Histories = Gen.Select(
        Gen.Int[0, 13], Gen.OneOf(Gen.Int[0, 20], Gen.Int[30, 90], Gen.Int[200, 900]), Gen.OneOf(Gen.Const(0), Gen.Int[1, 9]),
        Gen.Int[-200, 30], (what, wait, failures, stamp) => new Step(what, wait, failures, stamp)).Array[1, 40];

    [Fact]
    public void A_history_with_connect_failures_is_told_as_without_them()
    {
        Histories.Sample(Compare, iter: 3000);
        _counted.ShouldBeGreaterThan(1000);
    }

    private void Compare(Step[] steps)
    {
        var (plain, refused) = (New(), New());
        var number = 0;
        foreach (var step in steps)
        {
            plain.After(Seconds(step.Wait));
            refused.After(Seconds(step.Wait));
            if (step.What == 0) number++;
            Do(plain, step, number);
            Do(refused, step, number);
            Told(refused).ShouldBe(Told(plain));
            if (step.Failures > 0) refused.Refused(step.Failures, stampedEarlier: Seconds(step.Stamp));
            Stripped(refused.State).ShouldBe(Stripped(plain.State));
            (refused.Status, refused.NextLook).ShouldBe((plain.Status, plain.NextLook));
            StateBudget.Size(StateBudget.Trim(refused.State, refused.Context.ThingName)).ShouldBeLessThanOrEqualTo(
                Math.Max(StateBudget.ItemBytes - StateBudget.Overhead - 40, StateBudget.Size(plain.State)));
            Interlocked.Add(ref _counted, ConnectFailureRules.CountOf(refused.State));
        }
    }

    private static Story New()
    {
        var story = new Story();
        story.Context = story.Context with { ThingName = new string('x', 40), Verifiable = [EventSource.Queue] };
        story.Policy = story.Policy with { Notify = ["mail", "hook"], RepeatInterval = TimeSpan.FromMinutes(10) };
        return story;
    }

    private static void Do(Story story, Step step, int number)
    {
        switch (step.What)
        {
            case 0:
                story.Lifecycle(true, number, $"session-{number}");
                break;
            case 1 or 2:
                story.Lifecycle(false, number, $"session-{number}", stampedEarlier: Seconds(Math.Max(0, step.Stamp)));
                break;
            case 3:
                story.Lifecycle(step.Wait % 2 == 0, step.Wait, client: $"client-{step.Stamp % 6}");
                break;
            case 4 or 5:
                story.Tick();
                break;
            case 6:
                story.Verified(VerifierVerdict.Disconnected, story.Now.AddSeconds(-Math.Abs(step.Stamp)), step.Wait);
                break;
            case 7:
                story.Verified(VerifierVerdict.Connected, story.Now.AddSeconds(step.Stamp), step.Wait);
                break;
            case 8:
                story.Verified(VerifierVerdict.Failed);
                break;
            case 9:
                Answer(story, DeliveryOutcome.Accepted, step.Wait % 2 == 0 ? "mail" : "hook");
                break;
            case 10:
                Answer(story, DeliveryOutcome.Failed, step.Wait % 2 == 0 ? "mail" : "hook");
                break;
            case 11:
                story.Crash();
                break;
            case 12:
                story.Shadow(step.Wait % 3 == 0, 100 + number, name: "power");
                break;
            default:
                story.Set(step.Wait % 2 == 0 ? null : new PolicySettings { Grace = Seconds(60 + step.Wait) });
                break;
        }
    }

    /// <summary>The answer to whatever is owed to it next.</summary>
    private static void Answer(Story story, DeliveryOutcome outcome, string destination)
    {
        var owed = PresenceRules.Owed(story.State, destination, story.Rules, story.Now).FirstOrDefault();
        if (owed is not null) story.Answered(outcome, owed.Event, destination, owed.OutageId, owed.Sequence);
    }

    private static string Told(Story story) => story.Last is not { } last ? "" : string.Join('\n',
    [
        $"{last.Reason} {last.Persist}",
        .. last.Effects.Select(effect => effect is PresenceEffect.Send send
            ? $"{send.Destination} {send.KeepAlive} {JsonSerializer.Serialize(send.Notification with { Refused = null })}"
            : effect.ToString()),
    ]);

    /// <summary>The history may be shorter by what they take of the item.</summary>
    private static string Stripped(DeviceState state) => JsonSerializer.Serialize(
        state with
        {
            Outage = state.Outage is { } outage ? outage with { ConnectFailures = null } : null,
            Owing = [.. state.Owing.Select(owing => owing with { ConnectFailures = null })],
            Ring = [],
            Heard = [],
        },
        DeviceStateJson.Options);
}
