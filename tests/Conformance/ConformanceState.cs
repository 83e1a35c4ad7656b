namespace IoTOrleans.Conformance;

/// <summary>A state as grains have them; equality by value, so that a test can compare what it wrote with what it reads.</summary>
[GenerateSerializer]
public sealed record ConformanceState
{
    [Id(0)] public string? Text { get; set; }

    [Id(1)] public long Number { get; set; }

    [Id(2)] public DateTimeOffset? At { get; set; }
}
