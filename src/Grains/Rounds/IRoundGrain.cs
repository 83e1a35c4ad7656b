using Orleans.Concurrency;

namespace IoTOrleans.Grains.Rounds;

/// <summary>Walks through all that is stored, one in the cluster for each kind of round: the key is its name.</summary>
[Alias("IoTOrleans.IRoundGrain")]
internal interface IRoundGrain : IGrainWithStringKey
{
    /// <summary>
    /// Begins the round that is due, and goes on with one that a silo's end has interrupted. Said every minute, by every silo.
    /// </summary>
    [AlwaysInterleave]
    [Alias("KeepGoing")]
    Task KeepGoing();

    /// <summary>How far it is; found by the Orleans Dashboard.</summary>
    [AlwaysInterleave]
    [Alias("GetState")]
    Task<RoundState> GetState();
}
