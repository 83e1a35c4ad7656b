namespace IoTOrleans.Grains.Dispatch;

/// <summary>At the stop it takes no more and finishes what it has begun: cut off, that would be done twice.</summary>
internal abstract class LaneService(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public int Pending => Lanes.Sum(lane => lane.Count);

    protected abstract IEnumerable<ILane> Lanes { get; }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in Lanes) lane.Close();
        if (ExecuteTask is { } running)
        {
            using var enough = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
            await running.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Lanes.Select(lane => lane.Run(stoppingToken)));
}
