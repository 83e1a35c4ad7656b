namespace IoTOrleans.Grains.Policies;

/// <summary>The settings <c>Things:Include</c> and <c>Things:Exclude</c>: which things are watched at all.</summary>
/// <param name="include">Globs; empty: all things.</param>
/// <param name="exclude">Globs, of the included things.</param>
public sealed class ThingFilter(IEnumerable<string> include, IEnumerable<string> exclude)
{
    private readonly Glob[] _include = [.. include.Select(Glob.Parse)];
    private readonly Glob[] _exclude = [.. exclude.Select(Glob.Parse)];

    public bool Watches(string thingName)
    {
        var name = new NameInParts(thingName);
        return (_include.Length == 0 || _include.Any(glob => glob.Matches(name))) && !_exclude.Any(glob => glob.Matches(name));
    }
}
