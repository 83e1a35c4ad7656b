using Orleans.Concurrency;

namespace IoTOrleans.Contracts;

/// <summary>One thing: its last known connection, the running outage, and what is owed. The key is the thing name.</summary>
[Alias("IoTOrleans.IDeviceGrain")]
public interface IDeviceGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes one connection change. When the call returns, what it changed is stored. When it fails, nothing is changed, and the same
    /// change may be reported again, any number of times.
    /// </summary>
    /// <returns>Why the change had the effect it had.</returns>
    [Alias("Report")]
    Task<PresenceReason> Report(ConnectionChange change);

    /// <summary>The status as of now; null: no event ever named this thing. Stores nothing and waits for no other call.</summary>
    [AlwaysInterleave]
    [Alias("GetStatus")]
    Task<DeviceStatus?> GetStatus();

    /// <summary>
    /// Forgets the thing: state, reminder and everything owed, except a last <c>device.removed</c> to the destinations that were told of
    /// an outage. The next event makes it a new thing.
    /// </summary>
    [Alias("Forget")]
    Task Forget();

    /// <summary>
    /// Sets the override of this thing, or with null removes it. It takes effect at once, also for a running outage. It may be set before
    /// the thing first connects; the status is unknown until then.
    /// </summary>
    /// <returns>The policy in effect now.</returns>
    [Alias("SetPolicy")]
    Task<DevicePolicy> SetPolicy(PolicySettings? settings);

    /// <summary>
    /// The stored state. The Orleans Dashboard finds this method by its signature (no parameter, returns the type of the persistent
    /// state) and calls it to show a grain. It must have no side effect.
    /// </summary>
    [AlwaysInterleave]
    [Alias("GetState")]
    Task<DeviceState> GetState();
}
