using IoTOrleans.Chaos;

// dotnet run --project bench/Chaos -- [--duration 10m] [--seed 1] [--silos 3] [--things 300] [--lanes 3] [--keep]
if (ChaosOptions.Parse(args, out var wrong) is not { } options)
{
    Console.Error.WriteLine(wrong);
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // Whoever presses it gets everything ended, and what is known so far.
    pressed.Cancel = true;
    stop.Cancel();
};

// What the machine lacks is an error here, not a skipped test.
Environment.SetEnvironmentVariable("CI", "true");
try
{
    return await ChaosRun.Execute(options, Console.Out, live: !Console.IsOutputRedirected, stop.Token);
}
catch (Exception exception) when (
    exception.GetType() == typeof(InvalidOperationException) || exception is TimeoutException or OperationCanceledException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
