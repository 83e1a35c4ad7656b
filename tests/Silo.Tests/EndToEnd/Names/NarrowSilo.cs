using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Names;

/// <summary>A silo that takes few things; one is there from the start.</summary>
public sealed class NarrowSilo : IAsyncLifetime
{
    internal const int Most = 40;

    internal const string Known = "known-1";

    internal SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Silo = await SiloProcess.Start(
            ("Presence:Grace", "1h"), ("Storage:Provider", "Memory"), ("Things:Most", $"{Most}"), ("Verify:With", "none"));
        await Silo.PostUntilTaken(new { thingName = Known, connected = true });
    }

    public ValueTask DisposeAsync() => Silo.DisposeAsync();
}
