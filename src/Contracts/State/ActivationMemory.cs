namespace IoTOrleans.Contracts;

/// <summary>What an activation remembers between two inputs and nobody stores: losing it costs a question asked twice.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ActivationMemory")]
public sealed record ActivationMemory
{
    public static ActivationMemory Empty { get; } = new();

    /// <summary>The outage that the verifier is being asked about.</summary>
    [Id(0)] public string? AskingAbout { get; init; }

    /// <summary>Since when it is asked in vain.</summary>
    [Id(1)] public DateTimeOffset? AskingSince { get; init; }

    /// <summary>When the verifier is to be asked again.</summary>
    [Id(2)] public DateTimeOffset? AskAgainAt { get; init; }

    /// <summary>Answers in a row that were older than the disconnect.</summary>
    [Id(3)] public int StaleAnswers { get; init; }

    /// <summary>An order mark moved and has not been written yet.</summary>
    [Id(4)] public bool MarkMoved { get; init; }

    /// <summary>When destinations that forget were last told again.</summary>
    [Id(5)] public DateTimeOffset? KeptAliveAt { get; init; }

    /// <summary>Since when the verdict is held, because the thing's reconnect may be on its way to us.</summary>
    [Id(10)] public DateTimeOffset? HeldSince { get; init; }

    /// <summary>When the queue took the drop that began the running outage.</summary>
    [Id(11)] public DateTimeOffset? HeardAt { get; init; }
}
