namespace IoTOrleans.Page.Tests.Fleets;

/// <summary>Events as a gateway posts them.</summary>
internal static class Things
{
    private const int AtOnce = 500;

    public static Task Connects(this SiloProcess silo, params string[] names) => silo.Says(names, connected: true, TimeSpan.Zero);

    public static Task Came(this SiloProcess silo, TimeSpan ago, params string[] names) => silo.Says(names, connected: true, ago);

    public static Task Drops(this SiloProcess silo, params string[] names) => silo.Says(names, connected: false, TimeSpan.Zero);

    /// <summary>They went this long ago, so that their grace may be over already.</summary>
    public static async Task Went(this SiloProcess silo, TimeSpan ago, params string[] names)
    {
        await silo.Says(names, connected: true, ago + TimeSpan.FromMinutes(1));
        await silo.Says(names, connected: false, ago);
    }

    /// <summary>Short drops, all of them over.</summary>
    public static async Task Blinks(this SiloProcess silo, string name, int times)
    {
        for (var i = times; i > 0; i--)
        {
            await silo.Says([name], connected: false, TimeSpan.FromSeconds(10 * i));
            await silo.Says([name], connected: true, TimeSpan.FromSeconds((10 * i) - 4));
        }
    }

    private static async Task Says(this SiloProcess silo, string[] names, bool connected, TimeSpan ago)
    {
        var timestamp = (TimeProvider.System.GetUtcNow() - ago).ToUnixTimeMilliseconds() / 1000d;
        foreach (var some in names.Chunk(AtOnce))
        {
            await silo.PostUntilTaken(some.Select(thingName => new
            {
                thingName,
                connected,
                timestamp,
                disconnectReason = connected ? null : "CONNECTION_LOST",
                attributes = new { site = thingName.Length % 2 == 0 ? "north" : "south" },
            }).ToList());
        }
    }
}
