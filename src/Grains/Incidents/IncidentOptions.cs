namespace IoTOrleans.Grains.Incidents;

/// <summary>The settings <c>Notifications:CollapseAbove</c> and <c>Notifications:GroupWindow</c>.</summary>
public sealed class IncidentOptions
{
    /// <summary>Upper limit of <see cref="CollapseAbove"/>.</summary>
    public const int MostSingles = 100;

    /// <summary>So many notifications within the window go out one by one, the rest as one. 0 to 100. Default: 5.</summary>
    public int CollapseAbove { get; set; } = 5;

    /// <summary>1 s to 10 min. Default: 30 s.</summary>
    public TimeSpan GroupWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <returns>One line per mistake: the setting and what to write instead.</returns>
    public IEnumerable<string> Check()
    {
        if (GroupWindow < TimeSpan.FromSeconds(1) || GroupWindow > TimeSpan.FromMinutes(10))
            yield return "Notifications:GroupWindow must be 1s to 10m.";
    }
}
