using IoTOrleans.Chaos.Display;
using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Fleet;
using IoTOrleans.Chaos.Judging;
using IoTOrleans.Chaos.Silos;

namespace IoTOrleans.Chaos;

/// <summary>Start, break, calm, judge. Whatever happens, what was started is ended.</summary>
internal static class ChaosRun
{
    public static async Task<int> Execute(ChaosOptions options, TextWriter output, bool live, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var screen = new Screen(output, live, time);
        var folder = Directory.CreateTempSubdirectory("iot-orleans-chaos-").FullName;
        screen.Print($"Seed {options.Seed}, {options.Silos} silos, {options.Things} things, {options.Duration} of faults in "
            + $"{options.Lanes} lanes. Logs: {folder}");

        await using var setup = await Setup.Make(time);
        await using var silos = await Flotilla.Start(options.Silos, folder, setup.Settings, screen, time, cancellationToken);
        var trial = new Trial(options, setup, silos, screen, time);
        var verdict = await trial.Hold(cancellationToken);

        var report = Report.Of(options, trial.Injections, verdict, silos, setup.Inbox);
        screen.Print(report);
        await File.WriteAllTextAsync(Path.Combine(folder, "report.txt"), report, CancellationToken.None);
        await File.WriteAllLinesAsync(Path.Combine(folder, "late.txt"), Table.Late(trial.Injections, verdict), CancellationToken.None);
        if (!verdict.IsClean || options.Keep) screen.Print($"Logs and report: {folder}");
        await silos.DisposeAsync();
        if (verdict.IsClean && !options.Keep) Directory.Delete(folder, recursive: true);
        return verdict.IsClean ? 0 : 1;
    }
}
