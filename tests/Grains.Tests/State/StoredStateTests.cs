using System.Text.Json;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.State;
using IoTOrleans.Grains.Tests.Presence;

namespace IoTOrleans.Grains.Tests.State;

/// <summary>
/// What is stored today has to be understood by every later version: the files in Golden are never changed, only added to.
/// </summary>
public sealed class StoredStateTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "State", "Golden");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.json").Select(Path.GetFileName).OfType<string>()];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_stored_state_of_any_version_loads_and_nothing_of_it_is_lost(string file)
    {
        var stored = File.ReadAllText(Path.Combine(Folder, file)).Trim();
        var state = JsonSerializer.Deserialize<DeviceState>(stored, DeviceStateJson.Options)!;
        JsonSerializer.Serialize(state, DeviceStateJson.Options).ShouldBe(stored);
    }

    [Theory]
    [InlineData("0.1-connected-lifecycle.json", PresenceStatus.Connected)]
    [InlineData("0.1-grace-shadow.json", PresenceStatus.Grace)]
    [InlineData("0.1-offline-told.json", PresenceStatus.Offline)]
    [InlineData("0.1-offline-muted.json", PresenceStatus.Offline)]
    [InlineData("0.1-recovering-broker.json", PresenceStatus.Recovering)]
    [InlineData("0.1-connected-owing.json", PresenceStatus.Connected)]
    [InlineData("0.1-connected-after-mute.json", PresenceStatus.Connected)]
    [InlineData("0.2-connected-flapping.json", PresenceStatus.Connected)]
    [InlineData("0.2-grace-with-policy.json", PresenceStatus.Grace)]
    [InlineData("0.3-connected-clients.json", PresenceStatus.Connected)]
    [InlineData("0.3-offline-refused.json", PresenceStatus.Offline)]
    public void A_stored_state_means_what_it_meant(string file, PresenceStatus status)
    {
        var state = JsonSerializer.Deserialize<DeviceState>(File.ReadAllText(Path.Combine(Folder, file)), DeviceStateJson.Options)!;
        PresenceRules.StatusOf(state, new RuleContext { ThingName = "rpi-1" }, state.LastEventAt!.Value).ShouldBe(status);
    }

    [Fact]
    public void Every_kind_of_state_has_its_file()
    {
        foreach (var (name, state) in Samples())
        {
            var path = Path.Combine(Folder, $"{name}.json");
            var json = JsonSerializer.Serialize(state, DeviceStateJson.Options);
            if (Environment.GetEnvironmentVariable("WRITE_GOLDEN") is { Length: > 0 } folder)
                File.WriteAllText(Path.Combine(folder, $"{name}.json"), json + "\n");
            else File.Exists(path).ShouldBeTrue($"{path} is missing; WRITE_GOLDEN=<folder> writes it: {json}");
        }
    }

    /// <summary>One DynamoDB write unit for the whole item of a busy thing with a name of 40 bytes.</summary>
    [Fact]
    public void A_busy_thing_fits_into_one_write_unit()
    {
        var story = new Story();
        var name = new string('x', 40);
        (story.Context, story.Policy) = (story.Context with { ThingName = name }, story.Policy with { Notify = ["sns", "webhook"] });
        story.Change(Lifecycle(story, true, 100_000));
        for (var round = 0; round < 40; round++)
        {
            story.After(TimeSpan.FromMinutes(10))
                .Change(Lifecycle(story, false, 100_000 + round) with { DisconnectReason = "MQTT_KEEP_ALIVE_TIMEOUT" });
            story.After(TimeSpan.FromMinutes(5 + round)).Tick();
            foreach (var destination in story.Rules.Policy.Notify) story.Answered(DeliveryOutcome.Accepted, to: destination);
            Size().ShouldBeLessThanOrEqualTo(StateBudget.ItemBytes);
            story.After(TimeSpan.FromMinutes(1)).Change(Lifecycle(story, true, 100_001 + round));
            Size().ShouldBeLessThanOrEqualTo(StateBudget.ItemBytes);
            story.After(LearnedHold.Longest).Tick();
            foreach (var destination in story.Rules.Policy.Notify)
                story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, destination, story.State.Owing[0].Id);
        }

        story.State.Ring.Count.ShouldBe(History.RingSize, "history is kept while there is room");

        int Size() => StateBudget.Size(story.State) + StateBudget.Overhead + name.Length;
    }

    /// <summary>
    /// The same for one that flaps, is told of it, and then goes and comes back in its hold; its history may have to make room.
    /// </summary>
    [Fact]
    public void A_flapping_thing_with_an_outage_fits_into_one_write_unit()
    {
        var story = new Story();
        var name = new string('x', 40);
        (story.Context, story.Policy) = (story.Context with { ThingName = name }, story.Policy with { Notify = ["sns", "webhook"] });
        for (var round = 0; round < 40; round++)
        {
            story.After(TimeSpan.FromMinutes(1))
                .Change(Lifecycle(story, false, 100_000 + round) with { DisconnectReason = "MQTT_KEEP_ALIVE_TIMEOUT" });
            if (round >= 20) story.After(TimeSpan.FromMinutes(5)).Tick();
            foreach (var destination in story.Rules.Policy.Notify)
                story.Answered(DeliveryOutcome.Accepted, to: destination, outage: story.State.Outage!.Id);
            Size().ShouldBeLessThanOrEqualTo(StateBudget.ItemBytes);
            story.After(TimeSpan.FromSeconds(30)).Change(Lifecycle(story, true, 100_001 + round));
            foreach (var (destination, flapping) in story.Rules.Policy.Notify
                .SelectMany(_ => story.State.Flapping, (to, flapping) => (to, flapping)).ToList())
                story.Answered(
                    DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, destination, FlappingRules.IdOf(flapping, story.Rules));
            Size().ShouldBeLessThanOrEqualTo(StateBudget.ItemBytes);
        }

        story.State.Flapping.Single().Drops.ShouldBe(20);
        story.Status.ShouldBe(PresenceStatus.Recovering);
        story.State.Ring.Count.ShouldBeGreaterThanOrEqualTo(2);

        int Size() => StateBudget.Size(story.State) + StateBudget.Overhead + name.Length;
    }

    /// <summary>The same for one that AWS IoT refuses to let in. Its history may have to make room.</summary>
    [Fact]
    public void A_refused_thing_fits_into_one_write_unit()
    {
        var story = new Story();
        var name = new string('x', 40);
        (story.Context, story.Policy) = (story.Context with { ThingName = name }, story.Policy with { Notify = ["sns", "webhook"] });
        for (var round = 0; round < 20; round++)
        {
            story.After(TimeSpan.FromMinutes(10)).Change(Lifecycle(story, true, 100_000 + round));
            story.After(LearnedHold.Longest).Tick();
            foreach (var destination in story.Rules.Policy.Notify.Where(_ => story.State.Owing.Count > 0))
                story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, destination, story.State.Owing[0].Id);
            story.After(TimeSpan.FromMinutes(10)).Change(Lifecycle(story, false, 100_000 + round) with { DisconnectReason = "AUTH_ERROR" });
            story.After(TimeSpan.FromHours(1)).Refused(3600).Tick();
            Size().ShouldBeLessThanOrEqualTo(StateBudget.ItemBytes);
            foreach (var destination in story.Rules.Policy.Notify) story.Answered(DeliveryOutcome.Accepted, to: destination);
            Size().ShouldBeLessThanOrEqualTo(StateBudget.ItemBytes);
            story.State.Outage!.ConnectFailures!.Count.ShouldBe(3600);
        }

        story.State.Ring.Count.ShouldBeGreaterThanOrEqualTo(4);

        int Size() => StateBudget.Size(story.State) + StateBudget.Overhead + name.Length;
    }

    [Fact]
    public void History_makes_room_for_attributes()
    {
        var story = new Story();
        var attributes = Enumerable.Range(0, 8).ToDictionary(i => $"attribute{i}", _ => new string('v', 22));
        (story.Context, story.Policy) = (
            story.Context with { ThingName = new string('x', 128) }, story.Policy with { Notify = ["sns", "webhook"] });
        for (var round = 0; round < 20; round++)
        {
            story.After(TimeSpan.FromMinutes(1)).Change(Lifecycle(story, false, round) with { Attributes = attributes });
            story.After(TimeSpan.FromMinutes(6)).Tick();
            story.After(TimeSpan.FromMinutes(1)).Change(Lifecycle(story, true, round + 1) with { Attributes = attributes });
            story.After(LearnedHold.Longest).Tick();
            foreach (var outage in story.State.Owing.ToList())
            {
                foreach (var destination in story.Rules.Policy.Notify)
                {
                    story.Answered(DeliveryOutcome.Accepted, to: destination, outage: outage.Id);
                    story.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered, destination, outage.Id);
                }
            }
        }

        (StateBudget.Size(story.State) + StateBudget.Overhead + 128).ShouldBeLessThanOrEqualTo(StateBudget.ItemBytes);
        story.State.Attributes.Count.ShouldBe(8);
    }

    private static ConnectionChange Lifecycle(Story story, bool connected, long number) =>
        new(connected, ChangeKind.Lifecycle, EventSource.Queue, story.Now, story.Now)
        {
            Number = number,
            SessionIdentifier = $"a4666d2a7d844ae4ac5d7b38{number:x8}",
            DisconnectReason = connected ? null : "CONNECTION_LOST",
        };

    private static void Blip(Story story)
    {
        story.After(TimeSpan.FromSeconds(50)).Timed(false);
        story.After(TimeSpan.FromSeconds(10)).Timed(true);
    }

    private static IEnumerable<(string Name, DeviceState State)> Samples()
    {
        var lifecycle = new Story();
        lifecycle.Change(
            Lifecycle(lifecycle, true, 7) with { Attributes = new Dictionary<string, string> { ["site"] = "大阪", ["carrier"] = "acme" } });
        lifecycle.After(TimeSpan.FromMinutes(1)).Change(Lifecycle(lifecycle, false, 7));
        lifecycle.After(TimeSpan.FromMinutes(1)).Change(Lifecycle(lifecycle, true, 8));
        yield return ("0.1-connected-lifecycle", lifecycle.State);

        var shadow = new Story();
        shadow.Shadow(true, 41);
        shadow.After(TimeSpan.FromMinutes(1)).Shadow(false, 42, name: "power");
        yield return ("0.1-grace-shadow", shadow.State);

        var told = new Story();
        told.Policy = told.Policy with { Notify = ["sns", "webhook", "hook"], RepeatInterval = TimeSpan.FromHours(1) };
        told.Timed(false);
        told.After(TimeSpan.FromMinutes(5)).Tick();
        told.Answered(DeliveryOutcome.Accepted, to: "sns");
        told.Answered(DeliveryOutcome.Failed, to: "webhook");
        told.Answered(DeliveryOutcome.Refused, to: "hook");
        told.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceStillOffline, "sns", sequence: 1);
        yield return ("0.1-offline-told", told.State);

        var muted = new Story();
        muted.Policy = muted.Policy with { Muted = true };
        muted.Timed(false);
        muted.After(TimeSpan.FromMinutes(5)).Tick();
        yield return ("0.1-offline-muted", muted.State);

        var recovering = new Story();
        recovering.Broker(true, 3, start: 5);
        recovering.Do(new PresenceInput.BrokerStarted(new BrokerStart(6, recovering.After(TimeSpan.FromMinutes(1)).Now)));
        recovering.After(TimeSpan.FromMinutes(6)).Tick();
        recovering.Answered(DeliveryOutcome.Accepted);
        recovering.After(TimeSpan.FromMinutes(1)).Broker(true, 1, start: 6);
        recovering.After(TimeSpan.FromSeconds(5)).Broker(false, 1, start: 6);
        recovering.After(TimeSpan.FromSeconds(5)).Broker(true, 2, start: 6);
        yield return ("0.1-recovering-broker", recovering.State);

        var owing = new Story();
        owing.Policy = owing.Policy with { RecoveryHold = TimeSpan.Zero };
        owing.Timed(false);
        owing.After(TimeSpan.FromMinutes(5)).Tick();
        owing.Answered(DeliveryOutcome.Failed);
        owing.After(TimeSpan.FromMinutes(5)).Timed(true);
        yield return ("0.1-connected-owing", owing.State);

        var recovers = new Story();
        recovers.Policy = recovers.Policy with { RecoveryHold = TimeSpan.FromMinutes(1) };
        recovers.Told().After(TimeSpan.FromMinutes(1)).Timed(true);
        recovers.After(TimeSpan.FromMinutes(1)).Tick();
        recovers.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceRecovered);
        recovers.Context = recovers.Context with { MutedBy = ["m"] };
        recovers.After(TimeSpan.FromMinutes(1)).Timed(false);
        recovers.After(TimeSpan.FromMinutes(5)).Tick();
        recovers.After(TimeSpan.FromMinutes(1)).Timed(true);
        yield return ("0.1-connected-after-mute", recovers.State);

        var restless = new Story();
        restless.Timed(true);
        for (var drop = 0; drop < 5; drop++) Blip(restless);
        yield return ("0.2-connected-restless", restless.State);

        restless.Policy = restless.Policy with { Notify = ["sns", "hook"] };
        Blip(restless);
        restless.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceFlapping, "sns",
            FlappingRules.IdOf(restless.State.Flapping[0], restless.Rules));
        yield return ("0.2-connected-flapping", restless.State);

        var steady = restless;
        steady.Answered(
            DeliveryOutcome.Refused, NotificationEvent.DeviceFlapping, "hook", FlappingRules.IdOf(steady.State.Flapping[0], steady.Rules));
        steady.After(TimeSpan.FromHours(1)).Tick();
        yield return ("0.2-connected-steady-owing", steady.State);

        var mutedFlapping = new Story();
        mutedFlapping.Policy = mutedFlapping.Policy with { Muted = true };
        mutedFlapping.Timed(true);
        for (var drop = 0; drop < 7; drop++) Blip(mutedFlapping);
        yield return ("0.2-connected-flapping-muted", mutedFlapping.State);

        var set = new Story();
        set.Set(new PolicySettings
        {
            Grace = TimeSpan.FromMinutes(90), SettleTime = TimeSpan.Zero, RecoveryHold = TimeSpan.FromSeconds(0.5),
            RecheckEvery = TimeSpan.FromDays(30),
            RepeatInterval = TimeSpan.FromHours(1), NotifyRecovery = false, NotifyFlapping = false, Muted = false, Notify = ["mail"],
        });
        yield return ("0.2-unknown-with-policy", set.State);
        set.Timed(false);
        yield return ("0.2-grace-with-policy", set.State);

        var clients = new Story();
        clients.Lifecycle(true, 57, "a4666d2a7d844ae4ac5d7b38c9cb7967", client: "rpi-1-jobs");
        clients.After(TimeSpan.FromMinutes(1)).Lifecycle(true, 0, client: "rpi-1-影");
        clients.After(TimeSpan.FromMinutes(9))
            .Lifecycle(false, 57, "a4666d2a7d844ae4ac5d7b38c9cb7967", client: "rpi-1-jobs", stampedEarlier: TimeSpan.FromMinutes(5));
        clients.After(TimeSpan.FromMinutes(9))
            .Lifecycle(true, 3, "b4666d2a7d844ae4ac5d7b38c9cb7967", stampedEarlier: TimeSpan.FromSeconds(7));
        for (var n = 0; n < 3; n++)
            clients.After(TimeSpan.FromMinutes(1)).Lifecycle(false, 0, $"session-{n}", client: new string((char)('a' + n), 128));
        yield return ("0.3-connected-clients", clients.State);

        var confirmed = new Story();
        confirmed.Context = confirmed.Context with { Verifiable = [EventSource.Queue] };
        confirmed.Change(Lifecycle(confirmed, false, 7));
        confirmed.After(TimeSpan.FromMinutes(5)).Tick();
        confirmed.Connections(new ClientAnswer(
            "rpi-1", VerifierVerdict.Disconnected, Story.Start,
            LastHeard: new(Story.Start - TimeSpan.FromMinutes(6), Story.Start)));
        yield return ("0.3-offline-last-heard", confirmed.State);

        var heard = new Story();
        heard.Policy = heard.Policy with { Notify = ["sns", "hook"] };
        heard.Timed(true);
        heard.After(TimeSpan.FromSeconds(0.9)).Timed(false, Story.Start.AddMilliseconds(700));
        heard.After(TimeSpan.FromMinutes(6)).Tick();
        heard.Answered(DeliveryOutcome.Accepted, to: "sns");
        heard.After(TimeSpan.FromMinutes(6)).Answered(DeliveryOutcome.Accepted, to: "hook");
        yield return ("0.3-offline-heard", heard.State);

        var expected = new Story();
        expected.Set(new() { ExpectWithin = TimeSpan.FromHours(1) });
        yield return ("0.4-unknown-expected", expected.State);
        expected.After(TimeSpan.FromHours(1)).Tick();
        expected.Answered(DeliveryOutcome.Accepted, NotificationEvent.DeviceNeverSeen);
        yield return ("0.4-unknown-never-seen", expected.State);

        var refused = new Story();
        refused.Lifecycle(true, 5);
        refused.After(TimeSpan.FromMinutes(1)).Lifecycle(false, 5, reason: "AUTH_ERROR");
        refused.After(TimeSpan.FromMinutes(5)).Refused(214).Tick();
        refused.Answered(DeliveryOutcome.Accepted);
        yield return ("0.3-offline-refused", refused.State);

        var changed = new Story();
        changed.Lifecycle(true, 5);
        changed.After(TimeSpan.FromMinutes(1)).Set(new() { Grace = TimeSpan.FromMinutes(30) }, "alice");
        changed.After(TimeSpan.FromMinutes(1)).MuteChanged(true, "key 3f9a1c");
        yield return ("0.4-connected-authors", changed.State);

        var takenOver = new Story();
        takenOver.Broker(true, 1);
        takenOver.After(TimeSpan.FromMinutes(1)).Change(
            new ConnectionChange(true, ChangeKind.Broker, EventSource.Broker, takenOver.Now, takenOver.Now)
            {
                Number = 2, BrokerStart = 1, FromElsewhere = true,
            });
        yield return ("0.4-connected-taken-over-from-elsewhere", takenOver.State);
    }
}
