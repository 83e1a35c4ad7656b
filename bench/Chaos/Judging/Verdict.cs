namespace IoTOrleans.Chaos.Judging;

/// <summary>Everything that there is to say about a run so far.</summary>
internal sealed class Verdict
{
    /// <summary>Absences of which the queue has a word.</summary>
    public int Absences { get; set; }

    /// <summary>Those that outlasted their grace.</summary>
    public int Outages { get; set; }

    /// <summary>Those that had to be told by now, whatever broke.</summary>
    public int Due { get; set; }

    /// <summary>Those that both destinations were told of.</summary>
    public int Told { get; set; }

    /// <summary>Outlasted their grace, were over while a fault was still an excuse, and nobody was told.</summary>
    public int OverInTrouble { get; set; }

    /// <summary>Away to the end, and not told of yet.</summary>
    public int Open { get; set; }

    public int Repeated { get; set; }

    /// <summary>Due, and a destination has not been told: at the end they are lost.</summary>
    public List<string> Owed { get; } = [];

    /// <summary>Told, over, and a destination has not heard of the end.</summary>
    public List<string> RecoveriesOwed { get; } = [];

    public List<string> False { get; } = [];

    /// <summary>Ids, order, status, dead letters: whatever else is not as promised.</summary>
    public List<string> Wrong { get; } = [];

    /// <summary>When each outage should have been told, and when both destinations had been.</summary>
    public List<(Absence Absence, DateTimeOffset Due, DateTimeOffset? Told)> Times { get; } = [];

    public bool IsClean => Owed.Count + RecoveriesOwed.Count + False.Count + Wrong.Count == 0;
}
