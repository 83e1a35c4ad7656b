namespace IoTOrleans.Grains.Policies;

/// <summary>The settings <c>Things:Include</c> and <c>Things:Exclude</c>: which things are watched at all.</summary>
/// <param name="include">Globs; empty: all things.</param>
/// <param name="exclude">Globs, of the included things.</param>
public sealed class ThingFilter(IReadOnlyList<string> include, IReadOnlyList<string> exclude)
{
    public bool Watches(string thingName) =>
        (include.Count == 0 || Matches(include, thingName)) && !Matches(exclude, thingName);

    private static bool Matches(IReadOnlyList<string> globs, string thingName) => globs.Any(glob => Glob.Matches(glob, thingName));
}
