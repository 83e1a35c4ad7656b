namespace IoTOrleans.Page.Tests.Fleets;

/// <summary>
/// Ten things of a home on the embedded default, in every state that the page shows. Tests that change something have things of their own.
/// </summary>
public sealed class HomeFleet : IAsyncLifetime
{
    public const string Hostile = """<img src=x onerror="document.title='hacked'">""";

    public SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Silo = await SiloProcess.Start(
            ("Presence:Grace", "8s"), ("Presence:SettleTime", "1s"), ("Presence:RecoveryHold", "4s"), ("Notifications:TimeZone", "Asia/Tokyo"),
            ("Notifications:CollapseAbove", "100"),
            ("Presence:Policies:0:Match", "freezer*"), ("Presence:Policies:0:Grace", "10m"),
            ("Presence:Policies:1:Match", "gate*"), ("Presence:Policies:1:RecoveryHold", "10m"),
            ("Presence:Policies:2:Match", "weather*"), ("Presence:Policies:2:Grace", "2h"));
        await Silo.Connects("boiler", "heat-pump", "shed-plug");
        await Silo.Came(TimeSpan.FromMinutes(10), "hall-light");
        await Silo.Went(TimeSpan.FromMinutes(47), "greenhouse-3");
        await Silo.Went(TimeSpan.FromDays(9), "old-camera");
        await Silo.Went(TimeSpan.FromMinutes(2), "freezer-2", "weather-1");
        await Silo.Went(TimeSpan.FromMinutes(12), "gate-cam", Hostile);
        await Silo.Blinks("doorbell", 3);
        foreach (var name in new[] { "greenhouse-3", "old-camera", "gate-cam" }) await Silo.UntilStatus(name, "offline");
        await Silo.Connects("gate-cam");
    }

    public ValueTask DisposeAsync() => Silo?.DisposeAsync() ?? default;
}
