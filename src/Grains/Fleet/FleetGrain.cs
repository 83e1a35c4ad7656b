using IoTOrleans.Grains.Summaries;
using Orleans.Concurrency;

namespace IoTOrleans.Grains.Fleet;

/// <summary>
/// Answers from memory. What it has to read, <see cref="FleetWork"/> reads beside its turns, so that reports and questions do not wait.
/// </summary>
[KeepAlive]
[Reentrant]
[GrainType("fleet")]
internal sealed class FleetGrain(
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, IOptions<SummaryOptions> options, FleetBoard board,
    IServiceProvider services) : Grain, IFleetGrain
{
    private FleetBook _book = null!;
    private FleetWork _work = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _book = new(time.GetUtcNow(), options.Value.TimeZone, FleetLimits.OfThisProcess);
        _work = ActivatorUtilities.CreateInstance<FleetWork>(services, _book, new FleetStore(services, this.GetGrainId()));
        _work.Start(() => DeactivateOnIdle());
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        using (_work) await _work.End(ReportOwn, cancellationToken);
    }

    public Task<bool> Report(FleetBatch batch)
    {
        if (_work.HasBegun) _book.Report(batch, time.GetUtcNow());
        return Task.FromResult(_work.HasBegun);
    }

    /// <summary>What this silo has noted since its last report comes here without a call, which nobody would answer any more.</summary>
    private void ReportOwn()
    {
        while (board.Next(_work.Silo) is { } batch)
        {
            _book.Report(batch, time.GetUtcNow());
            board.Done(batch.Number);
        }
    }

    public Task<FleetCounts> Counts() => Task.FromResult(_book.Counts(time.GetUtcNow()));

    public Task<FleetView> Read() => Task.FromResult(_book.View(time.GetUtcNow()));

    public Task<FleetChanges> Since(string cursor) => Task.FromResult(_book.Since(cursor, time.GetUtcNow()));
}
