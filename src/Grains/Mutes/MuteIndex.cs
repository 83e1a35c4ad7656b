namespace IoTOrleans.Grains.Mutes;

internal sealed class MuteIndex(MuteList list)
{
    private readonly ILookup<string, Mute> _byThing = list.Mutes.Where(mute => mute.Thing is not null).ToLookup(mute => mute.Thing!);

    private readonly ILookup<AttributeMatch, Mute> _byAttribute =
        list.Mutes.Where(mute => mute.Attribute is not null).ToLookup(mute => mute.Attribute!);

    private readonly (Glob Glob, Mute Mute)[] _globs =
        [.. list.Mutes.Where(mute => mute.Glob is not null).Select(mute => (Glob.Parse(mute.Glob!), mute))];

    public long Revision => list.Revision;

    public IReadOnlyList<Mute> Running(DateTimeOffset now) => [.. list.Mutes.Where(mute => mute.From <= now && !mute.HasEnded(now))];

    public IReadOnlyList<string> Holding(string thingName, DeviceState state, DateTimeOffset now)
    {
        if (list.Mutes.Count == 0) return [];
        return For(thingName, state).Where(mute => Holds(mute, state, now)).Select(mute => mute.Id).Order(StringComparer.Ordinal).ToArray();
    }

    public DateTimeOffset? EndOf(string thingName, DeviceState state, DateTimeOffset now)
    {
        var end = now;
        var holding = For(thingName, state).Where(mute => !mute.HasEnded(now) && !IsFulfilled(mute, state));
        foreach (var mute in holding.OrderBy(mute => mute.From))
        {
            if (mute.From > end) break;
            if (mute.Until is not { } until) return null;
            end = Later(end, until);
        }

        return end;
    }

    /// <summary>The mutes for this thing alone, until a recovery that has happened.</summary>
    public IEnumerable<Mute> Fulfilled(string thingName, DeviceState state) =>
        _byThing[thingName].Where(mute => IsFulfilled(mute, state));

    private static bool Holds(Mute mute, DeviceState state, DateTimeOffset now) =>
        mute.From <= now && !mute.HasEnded(now) && !IsFulfilled(mute, state);

    /// <summary>Stored with the thing, because a mute for a million things would have a million ends.</summary>
    private static bool IsFulfilled(Mute mute, DeviceState state) => mute.UntilRecovered && state.RecoveredAt > mute.From;

    private IEnumerable<Mute> For(string thingName, DeviceState state)
    {
        foreach (var mute in _byThing[thingName]) yield return mute;
        if (_globs.Length > 0)
        {
            var name = new NameInParts(thingName);
            foreach (var (_, mute) in _globs.Where(one => one.Glob.Matches(name))) yield return mute;
        }

        if (_byAttribute.Count == 0) yield break;
        foreach (var (name, value) in state.Attributes)
        {
            foreach (var mute in _byAttribute[new(name, value)]) yield return mute;
        }
    }
}
