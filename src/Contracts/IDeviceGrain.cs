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

    /// <summary>
    /// Takes connect failures as evidence about the running outage. They are kept in memory, and stored with the next write. A thing that
    /// is not known stays unknown.
    /// </summary>
    /// <param name="failures">In the order of their time stamps.</param>
    /// <returns>How many of them count.</returns>
    [Alias("ConnectFailed")]
    Task<int> ConnectFailed(IReadOnlyList<ConnectFailure> failures);

    /// <summary>The status as of now; null: no event ever named this thing. Stores nothing and waits for no other call.</summary>
    [AlwaysInterleave]
    [Alias("GetStatus")]
    Task<DeviceStatus?> GetStatus();

    /// <summary>Forgets the thing and all that is owed, except <c>device.removed</c> to destinations that were told of an outage.</summary>
    [Alias("Forget")]
    Task Forget();

    /// <summary>Sets the override, or with null removes it. It takes effect at once, also before the thing first connects.</summary>
    /// <param name="by">Who does it, for the history; null: not known.</param>
    /// <returns>The policy in effect now.</returns>
    [Alias("SetPolicy")]
    Task<DevicePolicy> SetPolicy(PolicySettings? settings, string? by = null);

    /// <summary>
    /// Writes into the history that somebody set a mute for this thing alone, or removed it. A thing that is not known stays unknown.
    /// </summary>
    [Alias("MuteChanged")]
    Task MuteChanged(bool isSet, string? by);

    /// <summary>The Orleans Dashboard finds this method by its signature and calls it, so it must have no side effect.</summary>
    [AlwaysInterleave]
    [Alias("GetState")]
    Task<DeviceState> GetState();
}
