using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Notifications.Tests.Text;

/// <summary>
/// Whole notifications as people get them; <c>UPDATE_GOLDEN=true</c> writes the files anew, and then a person reads the difference.
/// </summary>
public sealed class GoldenTextTests
{
    private static readonly string Folder =
        Path.Combine(RepositoryRoot.Path, "tests", "Notifications.Tests", "Text", "Golden");

    private static readonly Dictionary<string, Notification> Cases = new()
    {
        ["offline"] = Sample.Offline,
        ["offline-with-little-known"] = Sample.Offline with
        {
            DisconnectReason = null, Verification = Verification.None, Durations = [1, 1], PolicyMatch = null,
        },
        ["offline-unanswered-with-a-new-reason"] = Sample.Offline with
        {
            DisconnectReason = "SOLAR_FLARE", Verification = Verification.Unanswered, Durations = [0, 0, 0, 0, 0, 7],
        },
        ["offline-last-heard"] = Sample.Offline with { LastHeard = new(Sample.Since.AddMinutes(-6), Sample.Since) },
        ["offline-last-heard-the-day-before"] = Sample.Offline with
        {
            LastHeard = new(Sample.Since.AddMinutes(-150), Sample.Since.AddMinutes(-120)),
        },
        ["offline-that-comes-late"] = Sample.Offline with { RecoveredAt = Sample.Back, Duration = Sample.Back - Sample.Since },
        ["offline-and-refused"] = Sample.Refused,
        ["offline-by-an-operator"] = Sample.Offline with { DisconnectReason = "API_INITIATED_DISCONNECT" },
        ["still-offline"] = Sample.StillOffline,
        ["still-offline-and-refused-once"] = Sample.StillOffline with
        {
            Refused = new() { Count = 1, Since = Sample.Since.AddMinutes(3), LastStamp = Sample.Since.AddMinutes(3) },
        },
        ["recovered"] = Sample.Recovered,
        ["recovered-after-days-without-hold"] = Sample.Recovered with
        {
            RecoveredAt = Sample.Back.AddDays(2),
            Duration = Sample.Back.AddDays(2) - Sample.Since,
            RecoveryHold = TimeSpan.Zero,
            ShortReturns = 0,
        },
        ["offline-as-two-others"] = Sample.Offline with { Fleet = Sample.Three },
        ["still-offline-as-two-others"] = Sample.StillOffline with { Fleet = Sample.Three },
        ["recovered-when-two-others-are-offline"] = Sample.Recovered with { Fleet = new(2, 101) },
        ["flapping"] = Sample.Flapping,
        ["flapping-that-comes-late"] = Sample.Flapping
            with { RecoveredAt = Sample.Back, Duration = Sample.Back - Sample.Since, Drops = 14 },
        ["steady"] = Sample.Steady,
        ["watcher-blind"] = Sample.Blind,
        ["watcher-ok"] = Sample.Blind
            with { Event = NotificationEvent.WatcherOk, RecoveredAt = Sample.Back, Duration = Sample.Back - Sample.Since },
        ["removed"] = Sample.Offline with
        {
            Event = NotificationEvent.DeviceRemoved, Duration = Sample.Back - Sample.Since, NotifiedAt = Sample.Recovered.NotifiedAt,
        },
        ["never-seen"] = Sample.NeverSeen,
        ["never-seen-that-comes-late"] = Sample.NeverSeen
            with { RecoveredAt = Sample.Seen.RecoveredAt, Duration = Sample.Seen.Duration },
        ["seen"] = Sample.Seen,
        ["test"] = Sample.Offline with { IsTest = true },
    };

    private static readonly Dictionary<string, FleetNotification> Fleet = new()
    {
        ["fleet-outage"] = Sample.FleetOutage,
        ["fleet-outage-update"] = Sample.FleetOutage with { Number = 2, Back = 12_345, Growing = false },
        ["fleet-outage-more"] = Sample.FleetOutage with
        {
            Number = 2, Count = 303, Joined = 1, Growing = false, Things = ["lan-1", "door-1", "door-2"],
            Attributes = new Dictionary<string, int>(),
            Reasons = new Dictionary<string, int> { ["MQTT_KEEP_ALIVE_TIMEOUT"] = 302 },
        },
        ["fleet-outage-with-little-known"] = Sample.FleetOutage with
        {
            Count = 2, Total = null, Growing = false, Reasons = new Dictionary<string, int>(), Attributes = new Dictionary<string, int>(),
            Things = ["door-1", "door-2"],
        },
        ["fleet-recovered"] = Sample.FleetRecovered,
        ["fleet-recovered-returns-only"] = Sample.FleetRecovered with
        {
            Number = 1, Count = 7, Back = 7, OnlyReturns = true, StartedAt = Sample.Back, LastAt = Sample.Back.AddSeconds(70),
            Things = ["door-1"],
            Reasons = new Dictionary<string, int> { ["CLIENT_ERROR"] = 6, ["SERVER_ERROR"] = 1 },
            Attributes = new Dictionary<string, int>(),
        },
    };

    private static readonly Dictionary<string, FleetSummary> Summaries = new()
    {
        ["summary"] = Sample.Summary,
        ["summary-of-one"] = Sample.Summary with
        {
            Count = 1, New = 0, Muted = 0, KeptQuiet = 0, Flakiest = [], Things = [Sample.Summary.Things[0]],
        },
        ["summary-of-many"] = Sample.Summary with { Count = 31_204, New = 31_000, Muted = 0, KeptQuiet = 1 },
    };

    public static TheoryData<string, string> AllSummaries => [.. Summaries.Keys.SelectMany(name => new[] { (name, "en"), (name, "ja") })];

    public static TheoryData<string, string> AllFleet => [.. Fleet.Keys.SelectMany(name => new[] { (name, "en"), (name, "ja") })];

    public static TheoryData<string, string> All => [.. Cases.Keys.SelectMany(name => new[] { (name, "en"), (name, "ja") })];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Notification_reads_as_in_its_golden_file(string name, string culture)
    {
        var text = culture == "ja" ? Sample.Japanese : Sample.English;
        await Check($"{text.Render(Cases[name]).Subject}\n\n{text.Render(Cases[name]).Text}\n", name, culture);
    }

    [Theory]
    [MemberData(nameof(AllFleet))]
    public async Task Incident_reads_as_in_its_golden_file(string name, string culture)
    {
        var text = culture == "ja" ? Sample.Japanese : Sample.English;
        text.Render(Fleet[name]).Subject.Length.ShouldBeLessThan(100);
        await Check($"{text.Render(Fleet[name]).Subject}\n\n{text.Render(Fleet[name]).Text}\n", name, culture);
    }

    [Theory]
    [MemberData(nameof(AllSummaries))]
    public async Task Daily_summary_reads_as_in_its_golden_file(string name, string culture)
    {
        var text = culture == "ja" ? Sample.Japanese : Sample.English;
        text.Render(Summaries[name]).Subject.Length.ShouldBeLessThan(100);
        await Check($"{text.Render(Summaries[name]).Subject}\n\n{text.Render(Summaries[name]).Text}\n", name, culture);
    }

    private static async Task Check(string written, string name, string culture)
    {
        var file = Path.Combine(Folder, $"{name}.{culture}.txt");
        var cancel = TestContext.Current.CancellationToken;
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "true") await File.WriteAllTextAsync(file, written, cancel);
        written.ShouldBe(await File.ReadAllTextAsync(file, cancel));
    }
}
