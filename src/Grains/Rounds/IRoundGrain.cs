using Orleans.Concurrency;

namespace IoTOrleans.Grains.Rounds;

/// <summary>Walks through all stored things. One in the cluster for each round: the key is its name.</summary>
[Alias("IoTOrleans.IRoundGrain")]
internal interface IRoundGrain : IGrainWithStringKey
{
    /// <summary>Begins the round if it is due, and goes on with an interrupted one. Called every minute, by every silo.</summary>
    [AlwaysInterleave]
    [Alias("KeepGoing")]
    Task KeepGoing();

    /// <summary>Begins the round now, or anew: what it has looked at was judged by settings that have changed.</summary>
    [AlwaysInterleave]
    [Alias("StartOver")]
    Task StartOver();

    [AlwaysInterleave]
    [Alias("GetState")]
    Task<RoundState> GetState();
}
