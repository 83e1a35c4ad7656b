using Orleans.Concurrency;

namespace IoTOrleans.Contracts;

/// <summary>The list of mutes. There is one: key 0.</summary>
[Alias("IoTOrleans.IMutesGrain")]
public interface IMutesGrain : IGrainWithIntegerKey
{
    /// <summary>Adds a mute or replaces the one with the same ID. Stored when the call returns.</summary>
    [Alias("Put")]
    Task<MutePut> Put(Mute mute);

    /// <returns>False: no mute has this ID.</returns>
    [Alias("Delete")]
    Task<bool> Delete(string id);

    /// <summary>Removes a mute until recovery whose only thing has recovered. Ignored if the mute was replaced since then.</summary>
    /// <param name="from">When the mute began.</param>
    [OneWay]
    [Alias("Fulfilled")]
    Task Fulfilled(string id, DateTimeOffset from);

    /// <summary>The mutes that have not ended, in the order of their IDs.</summary>
    [Alias("List")]
    Task<IReadOnlyList<Mute>> List();

    /// <returns>Null: the list is still that revision.</returns>
    [Alias("Newer")]
    Task<MuteList?> Newer(long? knownRevision);
}

[GenerateSerializer, Alias("IoTOrleans.MutePut")]
public enum MutePut
{
    Created = 0,
    Replaced = 1,

    /// <summary>The list is full; nothing is changed.</summary>
    Full = 2,
}
