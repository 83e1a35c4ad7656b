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

    /// <summary>Short drops, all of them over; told in one request, so that no deadline passes between two of them.</summary>
    public static Task Blinks(this SiloProcess silo, string name, int times) => silo.Says(
        [(name, true, TimeSpan.FromMinutes(10)), .. Enumerable.Range(0, times).Reverse().SelectMany(i => new[]
        {
            (name, false, TimeSpan.FromSeconds((10 * i) + 8)), (name, true, TimeSpan.FromSeconds((10 * i) + 4)),
        })]);

    private static async Task Says(this SiloProcess silo, string[] names, bool connected, TimeSpan ago)
    {
        foreach (var some in names.Chunk(AtOnce)) await silo.Says([.. some.Select(name => (name, connected, ago))]);
    }

    private static Task Says(this SiloProcess silo, (string ThingName, bool Connected, TimeSpan Ago)[] events) =>
        silo.PostUntilTaken(events.Select(each => new
        {
            thingName = each.ThingName,
            connected = each.Connected,
            timestamp = (TimeProvider.System.GetUtcNow() - each.Ago).ToUnixTimeMilliseconds() / 1000d,
            disconnectReason = each.Connected ? null : "CONNECTION_LOST",
            attributes = new { site = each.ThingName.Length % 2 == 0 ? "north" : "south" },
        }).ToList());
}
