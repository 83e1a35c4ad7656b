using System.Globalization;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Silo.Tests.Api.Fleet;

/// <summary>What the fleet grain knows, told with plain collections: the things, and the names of the last ones that changed.</summary>
internal sealed class SourceFleet(int mostListed, int mostLogged)
{
    private readonly List<(long Number, string ThingName)> _log = [];
    private int _epoch;
    private long _last;

    public Dictionary<string, DeviceStatus> Things { get; } = [];

    public IEnumerable<DeviceStatus> NotWell => Things.Values.Where(IsNotWell);

    public bool Listed => NotWell.Count() <= mostListed;

    public FleetToday Today { get; private set; } = new();

    private string Cursor => string.Create(CultureInfo.InvariantCulture, $"{_epoch}.{_last}");

    public static bool IsNotWell(DeviceStatus thing) =>
        thing.Status is PresenceStatus.Grace or PresenceStatus.Offline or PresenceStatus.Recovering;

    public void Set(string thingName, PresenceStatus status)
    {
        Note(thingName);
        Things[thingName] = StatusOf(thingName, status, (int)_last);
    }

    public void Forget(string thingName)
    {
        if (Things.Remove(thingName)) Note(thingName);
    }

    /// <summary>On another silo, without the log.</summary>
    public void Restart()
    {
        _epoch++;
        _log.Clear();
        Today = new();
    }

    public FleetCounts Counts()
    {
        int Count(PresenceStatus status) => Things.Values.Count(thing => thing.Status == status);
        return new()
        {
            Complete = true, Total = Things.Count, Connected = Count(PresenceStatus.Connected), Grace = Count(PresenceStatus.Grace),
            Offline = Count(PresenceStatus.Offline), Recovering = Count(PresenceStatus.Recovering), Unknown = Count(PresenceStatus.Unknown),
        };
    }

    public FleetView Read() =>
        new() { Cursor = Cursor, Counts = Counts(), Listed = Listed, Rows = [.. NotWell.Take(mostListed)], Today = Today };

    public FleetChanges Since(string cursor)
    {
        var parts = cursor.Split('.').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToList();
        var fresh = parts[0] != _epoch || parts[1] < _last - _log.Count;
        var names = _log.Where(one => one.Number > parts[1]).Select(one => one.ThingName).Distinct();
        return new()
        {
            Cursor = Cursor, StartOver = fresh, Counts = Counts(), Listed = Listed,
            Changes = fresh ? [] : [.. names.Select(name => new FleetChange(name, Things.GetValueOrDefault(name)))],
        };
    }

    public static DeviceStatus StatusOf(string thingName, PresenceStatus status, int version) => new()
    {
        ThingName = thingName, Status = status, Connected = status == PresenceStatus.Connected, OutagesSuppressed = version,
        Attributes = new Dictionary<string, string>(), MutedBy = [], Policy = Policy,
    };

    private static readonly DevicePolicy Policy = new()
    {
        Source = "default", Overridden = [], Grace = TimeSpan.FromMinutes(5), SettleTime = TimeSpan.Zero, RecoveryHold = TimeSpan.Zero,
        RecheckEvery = TimeSpan.Zero, RepeatInterval = TimeSpan.Zero, ExpectWithin = TimeSpan.Zero, Notify = [],
    };

    private void Note(string thingName)
    {
        _log.Add((++_last, thingName));
        if (_log.Count > mostLogged) _log.RemoveAt(0);
    }
}
