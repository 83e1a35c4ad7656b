namespace IoTOrleans.Chaos.Faults;

internal enum FaultKind
{
    Resets,
    Hangs,
    Errors,
    Throttling,
    LostAnswers,
    SlowAnswers,

    /// <summary>SIGKILL.</summary>
    Killed,

    /// <summary>SIGKILL to all silos at once.</summary>
    AllKilled,

    /// <summary>SIGSTOP for longer than the others need to declare a silo dead, then SIGCONT.</summary>
    Paused,

    /// <summary>SIGTERM, one silo after the other.</summary>
    RollingRestart,
}

/// <param name="Target">The line that is troubled; for faults of processes the silo, or all of them.</param>
/// <param name="At">Since the run's begin.</param>
/// <param name="Share">Of the requests that meet with it.</param>
/// <param name="Silo">Of faults of processes: which one (from 0).</param>
internal sealed record PlannedFault(string Target, FaultKind Kind, TimeSpan At, TimeSpan Lasts, double Share = 1, int Silo = 0)
{
    public bool IsOfProcesses => Kind >= FaultKind.Killed;

    public string Name => Kind switch
    {
        FaultKind.Killed => "silo: kill -9",
        FaultKind.AllKilled => "all silos: kill -9",
        FaultKind.Paused => "silo: SIGSTOP, SIGCONT",
        FaultKind.RollingRestart => "silos: rolling restart",
        FaultKind.LostAnswers => $"{Target}: lost answers",
        FaultKind.SlowAnswers => $"{Target}: slow answers",
        FaultKind.Hangs => $"{Target}: hangs",
        FaultKind.Errors => $"{Target}: 500",
        FaultKind.Throttling => $"{Target}: throttling",
        _ => $"{Target}: resets",
    };
}
