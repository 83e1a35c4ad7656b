using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Notifications.Text;

/// <summary>
/// Whole notifications as people get them; <c>UPDATE_GOLDEN=true</c> writes the files anew, and then a person reads the difference.
/// </summary>
public sealed class GoldenTextTests
{
    private static readonly string Folder =
        Path.Combine(RepositoryRoot.Path, "tests", "Silo.Tests", "Notifications", "Text", "Golden");

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
        ["offline-that-comes-late"] = Sample.Offline with { RecoveredAt = Sample.Back, Duration = Sample.Back - Sample.Since },
        ["still-offline"] = Sample.StillOffline,
        ["recovered"] = Sample.Recovered,
        ["recovered-after-days-without-hold"] = Sample.Recovered with
        {
            RecoveredAt = Sample.Back.AddDays(2),
            Duration = Sample.Back.AddDays(2) - Sample.Since,
            RecoveryHold = TimeSpan.Zero,
            ShortReturns = 0,
        },
        ["flapping"] = Sample.Flapping,
        ["flapping-that-comes-late"] = Sample.Flapping with { RecoveredAt = Sample.Back, Duration = Sample.Back - Sample.Since, Drops = 14 },
        ["steady"] = Sample.Steady,
        ["test"] = Sample.Offline with { IsTest = true },
    };

    public static TheoryData<string, string> All => [.. Cases.Keys.SelectMany(name => new[] { (name, "en"), (name, "ja") })];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Notification_reads_as_in_its_golden_file(string name, string culture)
    {
        var text = culture == "ja" ? Sample.Japanese : Sample.English;
        var written = $"{text.Subject(Cases[name])}\n\n{text.Body(Cases[name])}\n";

        var file = Path.Combine(Folder, $"{name}.{culture}.txt");
        var cancel = TestContext.Current.CancellationToken;
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "true") await File.WriteAllTextAsync(file, written, cancel);
        written.ShouldBe(await File.ReadAllTextAsync(file, cancel));
    }
}
