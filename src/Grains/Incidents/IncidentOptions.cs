namespace IoTOrleans.Grains.Incidents;

/// <summary>The settings <c>Notifications:CollapseAbove</c> and <c>Notifications:GroupWindow</c>.</summary>
public sealed class IncidentOptions
{
    /// <summary>Of <see cref="CollapseAbove"/>.</summary>
    public const int MostSingles = 100;

    /// <summary>So many notifications within the window go out singly, the rest as one. 0 (never singly) to 100. Default: 5.</summary>
    public int CollapseAbove { get; set; } = 5;

    /// <summary>1 s to 10 min. Default: 30 s.</summary>
    public TimeSpan GroupWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Returns one line per mistake: the setting, what is wrong, what to write instead.</summary>
    public IEnumerable<string> Check()
    {
        if (GroupWindow < TimeSpan.FromSeconds(1) || GroupWindow > TimeSpan.FromMinutes(10))
            yield return "Notifications:GroupWindow must be 1s to 10m.";
    }
}
