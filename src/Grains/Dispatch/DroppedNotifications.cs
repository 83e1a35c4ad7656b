namespace IoTOrleans.Grains.Dispatch;

/// <summary>Writes two log lines for each destination that is not in the settings, however many things owe it a notification.</summary>
internal sealed partial class DroppedNotifications(
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<DroppedNotifications> logger) : IHostedService
{
    /// <summary>Things wake one after the other; what they drop within this is counted in one line.</summary>
    internal static readonly TimeSpan Gather = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, bool> _expected = new();
    private readonly Dictionary<string, int> _dropped = [];
    private readonly Lock _lock = new();

    public void Expect(string destination)
    {
        if (_expected.TryAdd(destination, true)) LogMissing(destination);
    }

    public void Add(string destination)
    {
        lock (_lock)
        {
            if (_dropped.Count == 0) _ = SaySoon();
            _dropped[destination] = _dropped.GetValueOrDefault(destination) + 1;
        }
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

    private void Say()
    {
        KeyValuePair<string, int>[] dropped;
        lock (_lock)
        {
            dropped = [.. _dropped];
            _dropped.Clear();
        }

        foreach (var (destination, count) in dropped) LogDropped(destination, count);
    }

    [LoggerMessage(LogLevel.Warning, "Destination {Destination} is not in the settings. What is owed to it waits up to an hour for it to "
        + "come back, and is dropped then")]
    private partial void LogMissing(string destination);

    [LoggerMessage(LogLevel.Warning, "Destination {Destination} was removed from the settings; {Count} notifications dropped")]
    private partial void LogDropped(string destination, int count);
}
