using Orleans.Concurrency;

namespace IoTOrleans.Contracts;

/// <summary>
/// One thing: its last known connection, the outage that is running, and what is still to be told. The key is the thing name.
/// </summary>
[Alias("IoTOrleans.IDeviceGrain")]
public interface IDeviceGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes one connection change. When the call returns, what it changed is stored; when it fails, nothing is changed and the
    /// same change may be reported again, any number of times.
    /// </summary>
    /// <returns>Why the change had the effect it had.</returns>
    [Alias("Report")]
    Task<PresenceReason> Report(ConnectionChange change);

    /// <summary>The status as of now, or null for a thing never heard of. Stores nothing and waits for nobody.</summary>
    [AlwaysInterleave]
    [Alias("GetStatus")]
    Task<DeviceStatus?> GetStatus();

    /// <summary>
    /// Forgets the thing: state, clock and everything still owed, but for one word to those that were told of it. It is a stranger until it
    /// is heard of again.
    /// </summary>
    [Alias("Forget")]
    Task Forget();

    /// <summary>
    /// Sets what holds for this thing over all settings, or with null takes it back. A running outage follows at once. A thing never
    /// heard of may be set before it first connects; its status is unknown until then.
    /// </summary>
    /// <returns>What holds now.</returns>
    [Alias("SetPolicy")]
    Task<DevicePolicy> SetPolicy(PolicySettings? settings);

    /// <summary>
    /// The stored state. The Orleans Dashboard finds this method by its shape (no parameter, answers with the type of the
    /// grain's persistent state) and calls it to show a grain; it must have no side effect.
    /// </summary>
    [AlwaysInterleave]
    [Alias("GetState")]
    Task<DeviceState> GetState();
}
