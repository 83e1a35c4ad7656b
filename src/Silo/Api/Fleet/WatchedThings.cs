using Orleans.Runtime;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>How things are that readers of streams watch: their grains are asked, no more than so many at once on this silo.</summary>
internal sealed class WatchedThings(IGrainFactory grains, TimeProvider time) : IDisposable
{
    /// <summary>As many things as a reader can have on its screen.</summary>
    internal const int Most = 200;

    private const int AtOnce = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _asking = new(AtOnce);

    /// <returns>Without those that do not answer now: the reader has them from a list, and hears of their changes.</returns>
    public async Task<IReadOnlyList<(string ThingName, DeviceStatus? Status)>> Read(
        IReadOnlyList<string> thingNames, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(thingNames.Select(name => Ask(name, cancellationToken)));
        return [.. answers.OfType<(string, DeviceStatus?)>()];
    }

    public void Dispose() => _asking.Dispose();

    private async Task<(string ThingName, DeviceStatus? Status)?> Ask(string thingName, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            var status = await grains.GetGrain<IDeviceGrain>(thingName).GetStatus().WaitAsync(Patience, time, cancellationToken);
            return (thingName, status);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return null;
        }
        finally
        {
            _asking.Release();
        }
    }
}
