using System.Collections.Frozen;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Mutes;

/// <summary>Finds the mutes that are for one thing.</summary>
internal sealed class MuteIndex(MuteList list)
{
    private readonly FrozenDictionary<string, Mute[]> _byThing =
        list.Mutes.Where(mute => mute.Thing is not null).GroupBy(mute => mute.Thing!)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    private readonly FrozenDictionary<AttributeMatch, Mute[]> _byAttribute =
        list.Mutes.Where(mute => mute.Attribute is not null).GroupBy(mute => mute.Attribute!)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    private readonly Mute[] _globs = [.. list.Mutes.Where(mute => mute.Glob is not null)];

    public long Revision => list.Revision;

    /// <summary>Ids of those that hold for the thing now.</summary>
    public IReadOnlyList<string> Holding(string thingName, DeviceState state, DateTimeOffset now)
    {
        if (list.Mutes.Count == 0) return Array.Empty<string>();
        return For(thingName, state).Where(mute => Holds(mute, state, now)).Select(mute => mute.Id).Order(StringComparer.Ordinal).ToArray();
    }

    /// <summary>From then on none holds; null: one of them ends with the thing's recovery.</summary>
    public DateTimeOffset? EndOf(string thingName, DeviceState state, DateTimeOffset now)
    {
        var end = now;
        var holding = For(thingName, state).Where(mute => !mute.HasEnded(now) && !IsFulfilled(mute, state));
        foreach (var mute in holding.OrderBy(mute => mute.From))
        {
            if (mute.From > end) break;
            if (mute.Until is not { } until) return null;
            if (until > end) end = until;
        }

        return end;
    }

    /// <summary>Those that were for this thing alone and until it has recovered, and it has.</summary>
    public IEnumerable<Mute> Fulfilled(string thingName, DeviceState state) =>
        _byThing.GetValueOrDefault(thingName, []).Where(mute => IsFulfilled(mute, state));

    private static bool Holds(Mute mute, DeviceState state, DateTimeOffset now) =>
        mute.From <= now && !mute.HasEnded(now) && !IsFulfilled(mute, state);

    /// <summary>Kept with the thing and not in the list: a mute for a million things would have a million ends.</summary>
    private static bool IsFulfilled(Mute mute, DeviceState state) => mute.UntilRecovered && state.RecoveredAt > mute.From;

    private IEnumerable<Mute> For(string thingName, DeviceState state)
    {
        foreach (var mute in _byThing.GetValueOrDefault(thingName, [])) yield return mute;
        foreach (var mute in _globs)
        {
            if (Glob.Matches(mute.Glob!, thingName)) yield return mute;
        }

        if (_byAttribute.Count == 0) yield break;
        foreach (var (name, value) in state.Attributes)
        {
            foreach (var mute in _byAttribute.GetValueOrDefault(new AttributeMatch(name, value), [])) yield return mute;
        }
    }
}
