using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;

namespace IoTOrleans.Grains.Tests.Cluster;

/// <summary>All things in storage by name; the cursor is the last one's. Its pages are as short as the test wants.</summary>
internal sealed class TestCatalogue(TestStorage storage) : IThingCatalogue
{
    private static readonly GrainType Device = GrainType.Create(DeviceNames.GrainType);

    public int MostOnAPage { get; set; } = int.MaxValue;

    public int Pages { get; private set; }

    /// <summary>Called with the cursor before a page is read; throwing loses it.</summary>
    public Action<string?>? BeforeList { get; set; }

    public Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
    {
        BeforeList?.Invoke(cursor);
        Pages++;
        var page = storage.OfType(Device).Select(id => id.Key.ToString()!)
            .Where(name => cursor is null || string.CompareOrdinal(name, cursor) > 0).Take(Math.Min(limit, MostOnAPage))
            .Select(Read).ToList();
        return Task.FromResult(new CataloguePage(page, page.Count < Math.Min(limit, MostOnAPage) ? null : page[^1].ThingName));
    }

    private StoredThing Read(string name)
    {
        var stored = Lenient<DeviceState>.Of(BinaryData.FromString(storage.JsonOf(GrainId.Create(Device, name))!));
        return new(name, stored.State) { Unreadable = stored.Unreadable };
    }
}
