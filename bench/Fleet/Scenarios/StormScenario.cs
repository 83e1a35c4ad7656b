using IoTOrleans.Fleet.Ceilings;

namespace IoTOrleans.Fleet.Scenarios;

/// <summary>
/// Deadlines of many things at once, on SQLite: how long until the count that people read is exact. The window is a second, so that what is
/// measured is work and not waiting.
/// </summary>
internal static class StormScenario
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>All things drop at once.</summary>
    public static Measurement Storm(Scale scale) => new(
        "storm", FormattableString.Invariant($"{scale.Storm:#,0} drop at once, Sqlite"), "s after the last deadline", false,
        () => Drop(scale.Storm, scale.Grace), () => Plain(scale.Storm));

    /// <summary>A silo is killed while all things are in grace, and starts when their deadlines have passed.</summary>
    public static Measurement Restart(Scale scale) => new(
        "restart", FormattableString.Invariant($"{scale.Restart:#,0} due, Sqlite"), "s after the start", false,
        () => KillAndStart(scale.Restart, scale.Grace / 2), () => Plain(scale.Restart));

    private static async Task<double> Drop(int count, TimeSpan grace)
    {
        await using var receiver = await TellingReceiver.Start();
        await using var service = await Service(receiver, grace);
        await service.Post(Things.Named(count), connected: true);
        await service.Post(Things.Named(count), connected: false);
        var deadline = TimeProvider.System.GetUtcNow() + grace;
        await Waiting.Until(() => receiver.Told >= count, Patience);
        return Math.Max(0.01, (TimeProvider.System.GetUtcNow() - deadline).TotalSeconds);
    }

    private static async Task<double> KillAndStart(int count, TimeSpan grace)
    {
        await using var receiver = await TellingReceiver.Start();
        await using var service = await Service(receiver, grace);
        await service.Post(Things.Named(count), connected: false);
        await service.Kill();
        await Task.Delay(grace + TimeSpan.FromSeconds(2), TimeProvider.System);
        return await Waiting.Seconds(async () =>
        {
            service.Launch();
            await Waiting.Until(() => receiver.Told >= count, Patience);
        });
    }

    /// <summary>Who is due is read, marked as told and counted in one message.</summary>
    private static async Task<double> Plain(int count)
    {
        await using var receiver = await TellingReceiver.Start();
        await using var store = new PlainSqlite();
        await Task.WhenAll(Things.Named(count).Select(name => store.Write(name, "{\"connected\":false}"u8.ToArray())));
        return await Waiting.Seconds(() => PlainTelling.Tell(store, receiver.Address));
    }

    private static Task<ServiceProcess> Service(TellingReceiver receiver, TimeSpan grace) => ServiceProcess.Start(
        "Sqlite", ("Presence:Grace", $"{grace.TotalSeconds}s"), ("Presence:SettleTime", "1s"), ("Notifications:GroupWindow", "1s"),
        ("Notifications:Webhook:Url", receiver.Address.ToString()));
}
