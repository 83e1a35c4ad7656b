namespace IoTOrleans.Chaos;

/// <summary>What the silos are told, and the judge with them.</summary>
internal static class Terms
{
    /// <summary>Short, so that ten minutes hold many outages of both kinds.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    /// <summary>Of the queue, as docs/events.md advises.</summary>
    public const int MaxReceiveCount = 20;

    public static IReadOnlyDictionary<string, string> Presence { get; } = new Dictionary<string, string>
    {
        ["Presence__Grace"] = "20s",
        ["Presence__SettleTime"] = "2s",

        // Each return ends its outage at once, so that each absence is an outage of its own; holds are the model test's.
        ["Presence__RecoveryHold"] = "0s",
        ["Presence__RecheckEvery"] = "1m",
        ["Presence__NotifyFlapping"] = "false",
    };
}
