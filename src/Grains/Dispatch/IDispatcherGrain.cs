using IoTOrleans.Grains.Incidents;
using Orleans.Concurrency;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>One for each destination, by its name. Before a notification goes out, every silo asks here.</summary>
[Alias("IoTOrleans.IDispatcherGrain")]
internal interface IDispatcherGrain : IGrainWithStringKey
{
    /// <summary>Called by silos of version 0.2.</summary>
    [Alias("Admit")]
    Task<Admission> Admit(Notification notification);

    /// <summary>When it returns, what may be sent or has been told is stored as that.</summary>
    /// <returns>An admission for each member, in their order.</returns>
    [Alias("AdmitAll")]
    Task<IReadOnlyList<Admission>> AdmitAll([Immutable] IReadOnlyList<Member> members);

    [Alias("Published")]
    Task Published(string incidentId, int number, DeliveryAnswer answer);

    [Alias("PagesDeleted")]
    Task PagesDeleted(string id);

    /// <summary>The destination may answer again: a failed publication is tried now.</summary>
    [Alias("TryAgain")]
    Task TryAgain();

    /// <summary>A publication waits for its answer, or for the next try. From memory.</summary>
    [Alias("Owes")]
    [AlwaysInterleave]
    Task<bool> Owes();

    [Alias("GetState")]
    Task<DispatchState> GetState();

    /// <summary>From memory: it does not wait for what is being stored.</summary>
    [Alias("OpenIncidents")]
    [AlwaysInterleave]
    Task<IReadOnlyList<FleetNotification>> OpenIncidents();
}
