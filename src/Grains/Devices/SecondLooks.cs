using System.Threading.Channels;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>
/// Things whose state could not be read or written when something was due: they are looked at again within seconds. Their reminders tick
/// within a minute in any case, so that nothing is lost if one is forgotten here.
/// </summary>
internal sealed class SecondLooks(IGrainFactory grains, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time) : BackgroundService
{
    /// <summary>Any more have only their reminders.</summary>
    private const int Most = 100_000;

    private const int AtOnce = 16;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    private readonly ConcurrentDictionary<string, (long From, TimeSpan Wait)> _things = new(StringComparer.Ordinal);

    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public int Count => _things.Count;

    /// <summary>1 s from now; twice as long each time that it fails again.</summary>
    public void Soon(string thingName)
    {
        if (_things.Count >= Most && !_things.ContainsKey(thingName)) return;
        _things.AddOrUpdate(thingName, _ => (time.GetTimestamp(), LookEvery),
            (_, before) => (time.GetTimestamp(), before.Wait < Longest ? before.Wait * 2 : Longest));
        _added.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (_things.IsEmpty) await _added.Reader.ReadAsync(stoppingToken);
                await Task.Delay(LookEvery, time, stoppingToken);
                await LookAt(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Another silo has the reminders then.
        }
    }

    private async Task LookAt(CancellationToken cancellationToken)
    {
        var due = _things.Where(thing => time.GetElapsedTime(thing.Value.From) >= thing.Value.Wait).ToList();
        foreach (var some in due.Chunk(AtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.WhenAll(some.Select(LookAt));
        }
    }

    private async Task LookAt(KeyValuePair<string, (long From, TimeSpan Wait)> thing)
    {
        try
        {
            await grains.GetGrain<IDeviceAnswers>(thing.Key).Wake();
            _things.TryRemove(thing);
        }
        catch (Exception)
        {
            // The storage logs it. An activation that could not read its state has not asked for another look.
            if (_things.TryGetValue(thing.Key, out var now) && now == thing.Value) Soon(thing.Key);
        }
    }
}
