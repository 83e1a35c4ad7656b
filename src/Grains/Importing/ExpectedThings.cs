using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Grains.Importing;

/// <summary>
/// Policies in the settings that name one thing and expect it: that thing counts as imported from the first start on, or from when its
/// policy was added.
/// </summary>
internal sealed partial class ExpectedThings(
    IGrainFactory grains, IOptionsMonitor<PresenceOptions> options, PresencePolicies policies, ThingFilter watched,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<ExpectedThings> logger,
    IHostApplicationLifetime? lifetime = null) : BackgroundService
{
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    /// <summary>At the deadline a verifier is asked, if there is one.</summary>
    private static readonly VerifierAnswer NotAsked = new(VerifierVerdict.DoesNotKnow);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var expected = new HashSet<string>();
        using var changed = new SemaphoreSlim(0);
        using var listening = options.OnChange(_ => changed.Release());
        try
        {
            await lifetime.Started(stoppingToken);
            while (true)
            {
                foreach (var name in Names().Where(expected.Add)) await Expect(name, stoppingToken);
                await changed.WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start expects them.
        }
    }

    private List<string> Names() =>
    [
        .. options.CurrentValue.Policies.Select(policy => Glob.Parse(policy.Match).OnlyName).OfType<string>()
            .Where(name => watched.Watches(name) && policies.For(name).Policy.ExpectWithin > TimeSpan.Zero),
    ];

    private async Task Expect(string thingName, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await grains.GetGrain<IDeviceAnswers>(thingName).Imported(NotAsked).WaitAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (failures == 1) LogTriedAgain(exception, thingName);
            }

            await Task.Delay(Retry.After(failures), time, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{ThingName}, which a policy names, could not be stored as expected. It is tried again.")]
    private partial void LogTriedAgain(Exception exception, string thingName);
}
