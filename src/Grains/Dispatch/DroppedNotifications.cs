namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// What is owed to destinations that are not in the settings: two lines for each of them, however many things owe it something.
/// </summary>
internal sealed partial class DroppedNotifications(
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<DroppedNotifications> logger) : IHostedService
{
    /// <summary>Things are woken one after the other; what they drop is counted together.</summary>
    internal static readonly TimeSpan Gather = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _expected = [];
    private readonly Dictionary<string, int> _dropped = [];

    /// <summary>Something is owed to it, and waits a while.</summary>
    public void Expect(string destination)
    {
        lock (_lock)
        {
            if (!_expected.Add(destination)) return;
        }

        LogMissing(destination);
    }

    public void Add(string destination)
    {
        lock (_lock)
        {
            var first = _dropped.Count == 0;
            _dropped[destination] = _dropped.GetValueOrDefault(destination) + 1;
            if (first) _ = SaySoon();
        }
    }

    /// <summary>All that has been counted so far.</summary>
    private void Say()
    {
        Dictionary<string, int> dropped;
        lock (_lock)
        {
            dropped = new(_dropped);
            _dropped.Clear();
        }

        foreach (var (destination, count) in dropped) LogDropped(destination, count);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Say();
        return Task.CompletedTask;
    }

    private async Task SaySoon()
    {
        await Task.Delay(Gather, time);
        Say();
    }

    [LoggerMessage(LogLevel.Warning, "Destination {Destination} is not in the settings; what is owed to it waits up to an hour for it "
        + "to come back, and is dropped then")]
    private partial void LogMissing(string destination);

    [LoggerMessage(LogLevel.Warning, "Destination {Destination} was removed from the settings; {Count} notifications dropped")]
    private partial void LogDropped(string destination, int count);
}
