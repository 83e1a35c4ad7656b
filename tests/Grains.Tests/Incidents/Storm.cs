using System.Text.Json;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;

namespace IoTOrleans.Grains.Tests.Incidents;

/// <summary>One destination and the bare rules: a test reads as what happened, second by second.</summary>
internal sealed class Storm
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    public Storm() => State = IncidentState.Load(new DispatchState(), new Dictionary<string, long[]>(), Terms, Now);

    /// <summary>What is stored of members.</summary>
    public StoredPages Pages { get; } = new();

    public IncidentTerms Terms { get; set; } = new();

    public IncidentState State { get; private set; }

    public DateTimeOffset Now { get; private set; } = Start;

    public IncidentDecision Last { get; private set; } = null!;

    public Incident Incident => State.Stored.Incidents[^1];

    public IReadOnlyList<FleetNotification> Publications =>
        [.. Last.Effects.OfType<IncidentEffect.Publish>().Select(publish => publish.Notification)];

    public FleetNotification Publication => Publications.ShouldHaveSingleItem();

    public DateTimeOffset? NextLook => IncidentRules.NextLook(State, Terms, Now);

    public Storm After(TimeSpan wait)
    {
        Now += wait;
        return this;
    }

    public Storm After(double seconds) => After(TimeSpan.FromSeconds(seconds));

    public IncidentDecision Do(IncidentInput input)
    {
        Last = IncidentRules.Apply(State, input, Terms, Now);
        foreach (var page in Last.Pages) Pages.Write(page);
        State = Last.State;
        return Last;
    }

    public Admission Ask(Notification notification) => AskAll([notification])[0];

    /// <summary>In one call.</summary>
    public IReadOnlyList<Admission> AskAll(IEnumerable<Notification> notifications) =>
        Do(new IncidentInput.Asked([.. notifications.Select(notification => Member.Of(notification, Terms.Destination))])).Admissions;

    public IncidentDecision Tick() => Do(new IncidentInput.Tick());

    public IncidentDecision Answered(DeliveryOutcome outcome, string? incident = null, int? number = null)
    {
        var about = incident is null ? Incident : State.Find(incident)!;
        return Do(new IncidentInput.Published(about.Id, number ?? about.Batches[^1].Number, new DeliveryAnswer(outcome)));
    }

    /// <summary>So many things fall due at once.</summary>
    public IReadOnlyList<Admission> Drop(int count, string prefix = "t") =>
        [.. Enumerable.Range(0, count).Select(i => Ask(Offline($"{prefix}{i}")))];

    public Notification Offline(string thing, DateTimeOffset? back = null) => new()
    {
        Event = NotificationEvent.DeviceOffline,
        ThingName = thing,
        OutageId = $"outage-of-{thing}",
        Since = Now - TimeSpan.FromMinutes(5),
        DetectedAt = Now,
        RecoveredAt = back,
        Duration = TimeSpan.FromMinutes(5),
        Grace = TimeSpan.FromMinutes(5),
        DisconnectReason = "CONNECTION_LOST",
        Attributes = new Dictionary<string, string> { ["carrier"] = "acme" },
    };

    public Notification Recovered(string thing, string? incident = null) => Offline(thing) with
    {
        Event = NotificationEvent.DeviceRecovered, RecoveredAt = Now - TimeSpan.FromMinutes(1), RecoveryHold = TimeSpan.FromMinutes(1),
        IncidentId = incident,
    };

    /// <summary>Five singly, the rest told and accepted as one.</summary>
    public Storm Told(int members)
    {
        Drop(5 + members);
        After(10).Tick();
        Answered(DeliveryOutcome.Accepted);
        return this;
    }

    /// <summary>The activation dies; another one loads what was stored last.</summary>
    public Storm Crash(DispatchState stored)
    {
        var reloaded = Reload(stored);
        State = IncidentState.Load(reloaded, Pages.Read(reloaded), Terms, Now);
        return this;
    }

    public static DispatchState Reload(DispatchState stored) =>
        JsonSerializer.Deserialize<DispatchState>(JsonSerializer.Serialize(stored, DeviceStateJson.Options), DeviceStateJson.Options)!;
}

/// <summary>Pages as storage keeps them, and what may go wrong with them.</summary>
internal sealed class StoredPages
{
    private readonly Dictionary<(string Id, int Number), byte[]> _pages = [];

    public IEnumerable<string> Ids => _pages.Keys.Select(key => key.Id).Distinct();

    public int Count => _pages.Count;

    public void Write(PageWrite page)
    {
        _pages.ContainsKey((page.Id, page.Number)).ShouldBeFalse("a page is written once");
        _pages[(page.Id, page.Number)] = page.Page.Hashes;
    }

    public IReadOnlyDictionary<string, long[]> Read(DispatchState stored) => IncidentState.PagesOf(stored).ToDictionary(
        set => set.Id, set => Hashes.UnpackPages(Enumerable.Range(0, set.Count).Select(number => _pages[(set.Id, number)])));

    public void Delete(string id)
    {
        foreach (var key in _pages.Keys.Where(key => key.Id == id).ToList()) _pages.Remove(key);
    }
}
