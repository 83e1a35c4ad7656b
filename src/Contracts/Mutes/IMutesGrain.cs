using Orleans.Concurrency;

namespace IoTOrleans.Contracts;

/// <summary>The list of mutes. There is one: key 0.</summary>
[Alias("IoTOrleans.IMutesGrain")]
public interface IMutesGrain : IGrainWithIntegerKey
{
    /// <summary>Adds it, or puts it in the place of the one with the same id. Stored when the call returns.</summary>
    [Alias("Put")]
    Task<MutePut> Put(Mute mute);

    /// <returns>False: there is none of this id.</returns>
    [Alias("Delete")]
    Task<bool> Delete(string id);

    /// <summary>
    /// The thing of a mute that holds until it has recovered has done so: nothing is left of it. Of use only while the mute is
    /// still the one that began then.
    /// </summary>
    [OneWay]
    [Alias("Fulfilled")]
    Task Fulfilled(string id, DateTimeOffset from);

    /// <summary>Those that have not ended, in the order of their ids.</summary>
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

    /// <summary>There are as many as there may be; nothing is changed.</summary>
    Full = 2,
}
