using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Rounds;

namespace IoTOrleans.Grains.Importing;

/// <summary>Asks the verifier about things of which nothing is known, at the pace of an import, and tells their grains.</summary>
internal sealed partial class Importer(
    IGrainFactory grains, VerificationQueue verifications, PresencePolicies policies, IOptions<RoundOptions> options,
    ILogger<Importer> logger)
{
    /// <summary>While deadlines wait to be verified.</summary>
    internal static readonly TimeSpan BusyWait = Audit.BusyWait;

    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));

    private static readonly VerifierAnswer NobodyToAsk = new(VerifierVerdict.DoesNotKnow, Detail: "There is no verifier.");

    public bool IsBusy => verifications.Pending > Audit.Busy;

    private int PerSecond => Math.Min(options.Value.ImportPerSecond, Sweep.ThingsPerSecond);

    /// <summary>Takes some of the page's things, as many as may be asked about in a second.</summary>
    /// <returns>How long to wait.</returns>
    public async Task<TimeSpan> Work(PageInWork page, CancellationToken cancellationToken)
    {
        var taken = page.Take(PerSecond);
        var results = await Task.WhenAll(taken.Select(one => Import(one.Name, page))).WaitAsync(cancellationToken);
        foreach (var ((name, times), (status, _)) in taken.Zip(results))
        {
            if (status is { } known) page.Count(known, times);
            else page.Fail(name, times);
        }

        if (page.TryAgain() is { } failures) return Retry.After(failures);
        var asked = results.Count(result => result.Asked);
        return TimeSpan.FromSeconds(Math.Max((double)asked / PerSecond, (double)taken.Count / Sweep.ThingsPerSecond));
    }

    /// <returns>The status; null: this has to be tried again.</returns>
    private async Task<(PresenceStatus? Status, bool Asked)> Import(string thingName, PageInWork page)
    {
        var thing = grains.GetGrain<IDeviceAnswers>(thingName);
        var asked = false;
        try
        {
            if (await thing.KnownStatus() is not PresenceStatus.Unknown and var known) return (known, false);
            var answer = NobodyToAsk;
            if (ImportRules.Witness(policies.For(thingName)) is { } witness)
                (asked, answer) = (true, await verifications.Look(thingName, witness));
            if (answer.Verdict == VerifierVerdict.Failed && !page.IsLastTry) return (null, asked);
            return (await thing.Imported(answer, page.By), asked);
        }
        catch (Exception exception)
        {
            if (!page.IsLastTryToStore) return (null, asked);
            LogLeftOut(exception, thingName);
            return (PresenceStatus.Unknown, asked);
        }
    }

    [LoggerMessage(LogLevel.Error, "{ThingName} could not be imported in several tries. Import it again.")]
    private partial void LogLeftOut(Exception exception, string thingName);
}
