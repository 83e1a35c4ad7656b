using System.Globalization;
using IoTOrleans.Fleet.Ceilings;

namespace IoTOrleans.Fleet.Scenarios;

/// <summary>
/// All things drop at once, on SQLite: how long after the last deadline the count that people read is exact. The window is a second, so that what is
/// measured is work and not waiting.
/// </summary>
internal static class StormScenario
{
    private static readonly TimeSpan grace = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan patience = TimeSpan.FromMinutes(10);

    public static Measurement Of(Scale scale) => new(
        "storm", $"{scale.Storm.ToString("#,0", CultureInfo.InvariantCulture)} drop at once, Sqlite", "s after the last deadline", false,
        () => Service(scale.Storm), () => Plain(scale.Storm));

    private static async Task<double> Service(int count)
    {
        await using var receiver = await TellingReceiver.Start();
        await using var service = await ServiceProcess.Start("Sqlite", Settings(receiver, grace));
        await service.Post(Things.Named(count), connected: true);
        await service.Post(Things.Named(count), connected: false);
        var deadline = TimeProvider.System.GetUtcNow() + grace;
        await Waiting.Until(() => receiver.Told >= count, patience);
        return Math.Max(0.01, (TimeProvider.System.GetUtcNow() - deadline).TotalSeconds);
    }

    /// <summary>Who is due is read, marked as told and counted in one message.</summary>
    private static async Task<double> Plain(int count)
    {
        await using var receiver = await TellingReceiver.Start();
        await using var store = new PlainSqlite();
        await Task.WhenAll(Things.Named(count).Select(name => store.Write(name, "{\"connected\":false}"u8.ToArray())));
        return await Waiting.Seconds(() => PlainTelling.Tell(store, receiver.Address));
    }

    internal static (string Key, string Value)[] Settings(TellingReceiver receiver, TimeSpan grace) =>
    [
        ("Presence:Grace", $"{grace.TotalSeconds}s"), ("Presence:SettleTime", "1s"), ("Notifications:GroupWindow", "1s"),
        ("Notifications:Webhook:Url", receiver.Address.ToString()),
    ];
}
