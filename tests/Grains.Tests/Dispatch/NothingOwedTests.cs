using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;

namespace IoTOrleans.Grains.Tests.Dispatch;

/// <summary>
/// A destination is down when a thing is forgotten or muted. It goes on being tried with what the rules still owe it, and with nothing
/// else.
/// </summary>
public sealed class NothingOwedTests
{
    private readonly List<NotificationEvent> _tried = [];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Nothing_is_tried_for_a_forgotten_thing_of_which_the_destination_wants_no_end(int things)
    {
        await using var cluster = await Down(sendResolved: false, things);
        foreach (var thing in Names(things)) await cluster.Device(thing).Forget();
        await cluster.Advance(Minutes(1));
        var before = cluster.Mail.Attempts;
        await cluster.Advance(Minutes(20));
        cluster.Mail.Attempts.ShouldBe(before);
        cluster.Reminders.All.ShouldBeEmpty();
    }

    /// <summary>It may have got a notification whose answer was lost: then nothing else would close its alert.</summary>
    [Fact]
    public async Task The_removal_of_a_forgotten_thing_is_tried_until_it_is_accepted_and_nothing_else_is()
    {
        await using var cluster = await Down(sendResolved: true, things: 1);
        await cluster.Device(Names(1)[0]).Forget();
        await cluster.Advance(Minutes(1));
        _tried.Clear();
        await cluster.Advance(Minutes(5));
        _tried.Count.ShouldBeInRange(18, 21, "every 15 s");
        _tried.ShouldEachBe(one => one == NotificationEvent.DeviceRemoved);

        cluster.Mail.Answer = null;
        await cluster.AdvanceUntil(() => cluster.Mail.Accepted.Count == 1);
        var attempts = cluster.Mail.Attempts;
        await cluster.Advance(Minutes(5));
        (cluster.Mail.Attempts, cluster.Reminders.All.Count).ShouldBe((attempts, 0));
    }

    /// <summary>A mute does not stop what was due before it.</summary>
    [Fact]
    public async Task An_outage_that_was_due_before_the_mute_is_tried_and_its_repeats_are_not()
    {
        await using var cluster = await Down(sendResolved: true, things: 1);
        var thing = Names(1)[0];
        await cluster.Mute(new() { Id = "works", Thing = thing, From = cluster.Now, Until = cluster.Now + TimeSpan.FromDays(1) });
        _tried.Clear();
        await cluster.Advance(Minutes(10));
        _tried.ShouldNotBeEmpty();
        _tried.ShouldEachBe(one => one == NotificationEvent.DeviceOffline);

        cluster.Mail.Answer = null;
        await cluster.AdvanceUntil(() => cluster.Mail.Accepted.Count == 1);
        var attempts = cluster.Mail.Attempts;
        await cluster.Advance(Minutes(15));
        cluster.Mail.Attempts.ShouldBe(attempts);
    }

    private async Task<VirtualCluster> Down(bool sendResolved, int things)
    {
        var cluster = await VirtualCluster.Start(
            options => options.Policy = options.Policy with { RepeatInterval = Minutes(10) },
            world => world.Mail.Terms = new() { SendResolved = sendResolved, Collapse = false });
        cluster.Mail.Answer = notification =>
        {
            lock (_tried) _tried.Add(notification.Event);
            return Task.FromResult(DeliveryAnswer.Failed("HTTP 503"));
        };
        cluster.Touch(Names(things));
        foreach (var thing in Names(things)) await cluster.Drop(thing);
        await cluster.Advance(Minutes(7));
        cluster.Mail.Attempts.ShouldBeGreaterThan(0);
        return cluster;
    }

    private static string[] Names(int things) => [.. Enumerable.Range(0, things).Select(number => $"thing-{number}")];
}
