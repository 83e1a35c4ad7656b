using IoTOrleans.Chaos.Display;
using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Fleet;
using IoTOrleans.Chaos.Judging;
using IoTOrleans.Chaos.Silos;

namespace IoTOrleans.Chaos;

/// <summary>From the first connect to the last word.</summary>
internal sealed class Trial(ChaosOptions options, Setup setup, Flotilla silos, Screen screen, TimeProvider time)
{
    /// <summary>
    /// A destination that failed four times in a row is tried again after 15 minutes; fewer is what a run's faults come to.
    /// </summary>
    private static readonly TimeSpan LongestCalm = TimeSpan.FromMinutes(12);

    /// <summary>For a word that should not come.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly Ledger _ledger = new();
    private readonly FaultLanes _lanes = new(setup.Lines, silos, screen, time);

    public IReadOnlyCollection<Injection> Injections => _lanes.Injections;

    public async Task<Verdict> Hold(CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var things = Histories.Of(options.Seed, options.Things, options.Duration);
        var start = time.GetUtcNow();
        var judge = new Judge(things, _ledger, setup.Inbox, start);
        var final = new FinalQuestions(things, _ledger, setup, silos);
        var letters = setup.Inbox.Drain(setup.Sqs, setup.Letters.Url, over.Token);
        var faults = _lanes.Run(
            FaultPlan.Of(options.Seed, options.Duration, options.Silos, options.Lanes), start, options.Duration, over.Token);
        var world = new World(things, options.Seed, setup.Sqs, setup.Events.Url, setup.Shadows, _ledger, setup.Tap, time)
            .Run(start, options.Duration, over.Token);
        try
        {
            var end = start + options.Duration;
            while (time.GetUtcNow() < end || !faults.IsCompleted || !world.IsCompleted)
            {
                await Watch(judge, Left(end), over.Token);
            }

            await Calm(judge, final, time.GetUtcNow() + LongestCalm, over.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            screen.Say("Stopped; what follows is how it stood.");
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(letters, faults, world).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var verdict = judge.Assess(_lanes.Injections, time.GetUtcNow());
        if (stop.IsCancellationRequested) verdict.Wrong.Add("stopped before its end");
        else verdict.Wrong.AddRange(await final.Ask(CancellationToken.None));
        foreach (var failed in new[] { letters, faults, world }.Where(task => task.IsFaulted))
            verdict.Wrong.Add($"the run itself failed: {failed.Exception!.InnerException}");
        return verdict;
    }

    private async Task Calm(Judge judge, FinalQuestions final, DateTimeOffset until, CancellationToken cancellationToken)
    {
        screen.Say("Calm: no more faults, and the last things have dropped");
        var quietSince = (DateTimeOffset?)null;
        while (time.GetUtcNow() < until)
        {
            var verdict = await Watch(judge, $"calm, {until - time.GetUtcNow():h\\:mm\\:ss} at most", cancellationToken);
            if (verdict.Owed.Count + verdict.RecoveriesOwed.Count > 0 || silos.Up < silos.All.Count || final.Unread > 0 || verdict.Open > 0
                || (quietSince is null && (await final.Ask(cancellationToken)).Count > 0))
            {
                quietSince = null;
                continue;
            }

            quietSince ??= time.GetUtcNow();
            if (time.GetUtcNow() - quietSince >= Silence) return;
        }
    }

    private string Left(DateTimeOffset end) =>
        end - time.GetUtcNow() is { Ticks: > 0 } left ? $"{left:h\\:mm\\:ss} of faults left" : "no more faults; the last events and silos";

    private async Task<Verdict> Watch(Judge judge, string left, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(2), time, cancellationToken);
        var verdict = judge.Assess(_lanes.Injections, time.GetUtcNow());
        var faults = string.Join(", ", _lanes.UnderWay);
        screen.Show(
            $"{left}; silos {string.Join(' ', silos.All.Select(silo => silo.State))}",
            $"now: {(faults.Length > 0 ? faults : "no fault")}",
            $"events {_ledger.Count}; outages {verdict.Outages} (due {verdict.Due}), told {verdict.Told}, not yet {verdict.Owed.Count}, "
                + $"repeated {verdict.Repeated}",
            $"false {verdict.False.Count}, wrong {verdict.Wrong.Count}, recoveries to come {verdict.RecoveriesOwed.Count}");
        return verdict;
    }
}
