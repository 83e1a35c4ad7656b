using System.Globalization;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>Things asked for by name: their grains are asked, whoever was never heard of is left out.</summary>
internal sealed class NamedThings(IGrainFactory grains) : IThingSource
{
    /// <summary>More would hardly fit the request line anyway.</summary>
    internal const int MostNames = 100;

    public string Name => "names1";

    public async Task<ThingPage> Page(ThingQuery query, string? position, CancellationToken cancellationToken)
    {
        if (!int.TryParse(position ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var skip) || skip >= query.ThingNames.Count)
            throw new CursorException("It is not one that this service gave out.");

        var names = query.ThingNames.Skip(skip).Take(query.Limit).Where(query.MatchesName);
        var statuses = await Task.WhenAll(names.Select(name => grains.GetGrain<IDeviceGrain>(name).GetStatus()));
        var next = skip + query.Limit;
        return new([.. statuses.OfType<DeviceStatus>().Where(query.Matches)],
            next < query.ThingNames.Count ? next.ToString(CultureInfo.InvariantCulture) : null);
    }
}
