using IoTOrleans.Fleet.Ceilings;

namespace IoTOrleans.Fleet.Scenarios;

/// <summary>What a thing costs in resident memory just after its event, on SQLite. Settled things leave memory later.</summary>
internal static class MemoryScenario
{
    public static IEnumerable<Measurement> All(Scale scale)
    {
        yield return new("memory", "connected, just heard of, Sqlite", "bytes a thing", false, () => Service(scale.Memory, connected: true),
            () => Plain(scale.Memory));
        yield return new("memory", "in grace, just heard of, Sqlite", "bytes a thing", false, () => Service(scale.Memory, connected: false),
            () => Plain(scale.Memory));
    }

    private static async Task<double> Service(int count, bool connected)
    {
        await using var service = await ServiceProcess.Start("Sqlite", ("Presence:Grace", "10m"));
        await service.Post(Things.Named(10), connected);
        var before = service.Memory;
        await service.Post(Things.Named(count), connected);
        return (double)(service.Memory - before) / count;
    }

    /// <summary>The same facts in a dictionary of this process.</summary>
    private static Task<double> Plain(int count)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var things = Things.Named(count).ToDictionary(name => name, name => new PlainEvent(name, true, 0));
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(things);
        return Task.FromResult((double)bytes / count);
    }
}
