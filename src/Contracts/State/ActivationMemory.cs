namespace IoTOrleans.Contracts;

/// <summary>What an activation keeps in memory only. If it is lost, a question is asked once more.</summary>
[GenerateSerializer, Immutable, Alias("IoTOrleans.ActivationMemory")]
public sealed record ActivationMemory
{
    public static ActivationMemory Empty { get; } = new();

    /// <summary>ID of the outage that the verifier is being asked about.</summary>
    [Id(0)] public string? AskingAbout { get; init; }

    /// <summary>Since when it has been asked without a usable answer.</summary>
    [Id(1)] public DateTimeOffset? AskingSince { get; init; }

    [Id(2)] public DateTimeOffset? AskAgainAt { get; init; }

    /// <summary>Answers in a row that were older than the disconnect.</summary>
    [Id(3)] public int StaleAnswers { get; init; }

    /// <summary>An order mark moved, or an outage has its first connect failure, and that has not been written yet.</summary>
    [Id(4)] public bool MarkMoved { get; init; }

    /// <summary>When destinations with a keep-alive last got one.</summary>
    [Id(5)] public DateTimeOffset? KeptAliveAt { get; init; }

    /// <summary>Since when the verdict is deferred.</summary>
    [Id(10)] public DateTimeOffset? HeldSince { get; init; }

    /// <summary>When the queue received the disconnect that began the running outage.</summary>
    [Id(11)] public DateTimeOffset? HeardAt { get; init; }
}
