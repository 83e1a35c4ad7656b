using System.Text.Json;
using IoTOrleans.Fleet.Scenarios;
using Spectre.Console;

namespace IoTOrleans.Fleet;

/// <summary>Each measurement in turn, service and ceiling alternating so that a noisy minute hits both; then the table.</summary>
internal static class FleetRun
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<int> Execute(FleetOptions options)
    {
        var scale = options.Quick ? Scale.Quick : Scale.Full;
        var measurements = options.Scenarios.SelectMany(scenario => Of(scenario, scale)).ToList();
        var results = await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ElapsedTimeColumn(),
                new SpinnerColumn())
            .StartAsync(progress => Run(measurements, options.Repeats, progress));
        Report.Print(results, scale, options);
        if (options.Json is { } file) await File.WriteAllTextAsync(file, JsonSerializer.Serialize(results, Indented));
        return 0;
    }

    private static IEnumerable<Measurement> Of(string scenario, Scale scale) => scenario switch
    {
        "ingest" => IngestScenario.All(scale),
        "storm" => [StormScenario.Storm(scale)],
        "restart" => [StormScenario.Restart(scale)],
        "query" => QueryScenario.All(scale),
        "telemetry" => TelemetryScenario.All(scale),
        _ => MemoryScenario.All(scale),
    };

    private static async Task<IReadOnlyList<Result>> Run(IReadOnlyList<Measurement> measurements, int repeats, ProgressContext progress)
    {
        var tasks = measurements
            .Select(one => progress.AddTask($"{one.Scenario} {one.Variant}", autoStart: false, maxValue: 2 * repeats)).ToList();
        var results = new List<Result>();
        foreach (var (one, task) in measurements.Zip(tasks))
        {
            task.StartTask();
            var (ours, ceiling) = (new List<double>(), new List<double>());
            for (var i = 0; i < repeats; i++)
            {
                ceiling.Add(await one.Ceiling());
                task.Increment(1);
                ours.Add(await one.Ours());
                task.Increment(1);
                task.Description = $"{one.Scenario} {one.Variant}: {Report.Format(ours[^1])} of {Report.Format(ceiling[^1])} {one.Unit}";
            }

            task.StopTask();
            results.Add(new(one.Scenario, one.Variant, one.Unit, one.MoreIsBetter, ours, ceiling));
        }

        return results;
    }
}
