using System.Globalization;
using IoTOrleans.Fleet.Ceilings;

namespace IoTOrleans.Fleet.Scenarios;

/// <summary>A silo is killed while all things are in grace, and starts when their deadlines have passed: how long until everybody is told of.</summary>
internal static class RestartScenario
{
    private static readonly TimeSpan grace = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan patience = TimeSpan.FromMinutes(10);

    public static Measurement Of(Scale scale) => new(
        "restart", $"{scale.Restart.ToString("#,0", CultureInfo.InvariantCulture)} due, Sqlite", "s after the start", false, () => Service(scale.Restart), () => Plain(scale.Restart));

    private static async Task<double> Service(int count)
    {
        await using var receiver = await TellingReceiver.Start();
        await using var service = await ServiceProcess.Start("Sqlite", StormScenario.Settings(receiver, grace));
        await service.Post(Things.Named(count), connected: false);
        await service.Kill();
        await Task.Delay(grace + TimeSpan.FromSeconds(2), TimeProvider.System);
        return await Waiting.Seconds(async () =>
        {
            service.Launch();
            await Waiting.Until(() => receiver.Told >= count, patience);
        });
    }

    private static async Task<double> Plain(int count)
    {
        await using var receiver = await TellingReceiver.Start();
        await using var store = new PlainSqlite();
        await Task.WhenAll(Things.Named(count).Select(name => store.Write(name, "{\"connected\":false}"u8.ToArray())));
        return await Waiting.Seconds(() => PlainTelling.Tell(store, receiver.Address));
    }
}
