namespace IoTOrleans.Fleet;

/// <summary>One figure of the service, and beside it what the plainest code reaches that does the same I/O without Orleans.</summary>
/// <param name="Variant">Which storage, which source.</param>
/// <param name="MoreIsBetter">A rate; else a time, or bytes.</param>
/// <param name="Ours">Measures the service once, from an empty store.</param>
/// <param name="Ceiling">Measures the plain code once.</param>
internal sealed record Measurement(
    string Scenario, string Variant, string Unit, bool MoreIsBetter, Func<Task<double>> Ours, Func<Task<double>> Ceiling);

/// <summary>What came of it, each repeat.</summary>
internal sealed record Result(
    string Scenario, string Variant, string Unit, bool MoreIsBetter, IReadOnlyList<double> Ours, IReadOnlyList<double> Ceiling)
{
    public double OurMedian => Median(Ours);

    public double CeilingMedian => Median(Ceiling);

    /// <summary>Of the ceiling: 1 is as good as the plain code.</summary>
    public double Share => MoreIsBetter ? OurMedian / CeilingMedian : CeilingMedian / OurMedian;

    private static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
