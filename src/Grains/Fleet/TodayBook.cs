namespace IoTOrleans.Grains.Fleet;

/// <summary>Keeps what the page shows about today. Nothing depends on it, so it is stored once a minute at most.</summary>
internal sealed class TodayBook(TimeZoneInfo zone, DateTimeOffset began)
{
    internal const int MostBack = 50;
    internal const int Days = 14;
    internal const int MostShown = 5;
    internal const int Minutes = 120;

    /// <summary>Things with few drops make room for others.</summary>
    private const int MostThings = 200;

    private readonly List<BackItem> _back = [];
    private readonly SortedDictionary<DateOnly, int> _quiet = [];
    private readonly Dictionary<string, QuietThing> _things = new(StringComparer.Ordinal);
    private readonly Queue<FleetMinute> _minutes = new();
    private DateOnly _day = DayOf(began, zone);
    private DateTimeOffset _minute;
    private int _backInMinute;
    private FleetToday? _view;

    /// <summary>Something has changed since the last <see cref="Save"/>.</summary>
    public bool IsDirty { get; private set; }

    public void Load(FleetState stored, DateTimeOffset now)
    {
        _back.AddRange(stored.BackItems);
        foreach (var day in stored.QuietDays) _quiet[day.Date] = day.Count;
        foreach (var thing in stored.QuietThings) _things[thing.ThingName] = thing;
        foreach (var minute in stored.History) _minutes.Enqueue(minute);
        _day = stored.Day;
        Turn(now);
        IsDirty = false;
    }

    public FleetState Save(FleetState into)
    {
        IsDirty = false;
        return into with
        {
            BackItems = [.. _back],
            Day = _day,
            QuietDays = [.. _quiet.Select(day => new QuietDay(day.Key, day.Value))],
            QuietThings = [.. _things.Values],
            History = [.. _minutes],
        };
    }

    public void Add(string thingName, ThingReturn thing, DateTimeOffset now)
    {
        Turn(now);
        (_view, IsDirty) = (null, true);
        _back.RemoveAll(item => item.ThingName == thingName && item.Since == thing.Since);
        if (thing.BackAt is not { } backAt) return;

        _backInMinute++;
        if (DayOf(backAt) == _day)
        {
            _back.Insert(0, new() { ThingName = thingName, Since = thing.Since, BackAt = backAt, Notified = thing.Notified });
            if (_back.Count > MostBack) _back.RemoveAt(MostBack);
        }

        if (!thing.Quiet) return;
        _quiet[_day] = _quiet.GetValueOrDefault(_day) + 1;
        if (_things.Count >= MostThings && !_things.ContainsKey(thingName)) _things.Remove(_things.MinBy(one => one.Value.Drops).Key);
        var known = _things.GetValueOrDefault(thingName) ?? new(thingName, 0, 0);
        var seconds = (int)(backAt - thing.Since).TotalSeconds;
        _things[thingName] = known with { Drops = known.Drops + 1, LongestSeconds = Math.Max(known.LongestSeconds, seconds) };
    }

    /// <returns>Whether a new minute, and with it something to show, has begun.</returns>
    public bool Tick(int offline, DateTimeOffset now)
    {
        Turn(now);
        var minute = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        if (minute == _minute) return false;
        _minute = minute;
        _minutes.Enqueue(new(minute, offline, _backInMinute));
        _backInMinute = 0;
        while (_minutes.Count > Minutes) _minutes.Dequeue();
        _view = null;
        return true;
    }

    public FleetToday View => _view ??= new()
    {
        BackItems = [.. _back],
        KeptQuiet = new()
        {
            Today = _quiet.GetValueOrDefault(_day),
            Days = [.. Enumerable.Range(1 - Days, Days).Select(_day.AddDays).Select(day => new QuietDay(day, _quiet.GetValueOrDefault(day)))],
            Things =
            [
                .. _things.Values.OrderByDescending(thing => thing.Drops).ThenByDescending(thing => thing.LongestSeconds)
                    .ThenBy(thing => thing.ThingName, StringComparer.Ordinal).Take(MostShown),
            ],
        },
        History = [.. _minutes],
    };

    private DateOnly DayOf(DateTimeOffset time) => DayOf(time, zone);

    private static DateOnly DayOf(DateTimeOffset time, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).Date);

    /// <summary>A new day begins.</summary>
    private void Turn(DateTimeOffset now)
    {
        var day = DayOf(now);
        if (day == _day) return;
        (_day, _view, IsDirty) = (day, null, true);
        _things.Clear();
        _back.RemoveAll(item => DayOf(item.BackAt) != day);
        foreach (var old in _quiet.Keys.Where(date => date <= day.AddDays(-Days)).ToList()) _quiet.Remove(old);
    }
}
