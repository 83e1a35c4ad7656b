using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>One for each destination, by its name: whoever wants to tell it something asks here first, from every silo.</summary>
[Alias("IoTOrleans.IDispatcherGrain")]
internal interface IDispatcherGrain : IGrainWithStringKey
{
    /// <summary>Silos of version 0.2 ask so.</summary>
    [Alias("Admit")]
    Task<Admission> Admit(Notification notification);

    /// <summary>Many at once. When it returns, whoever may go or has been told is stored as that.</summary>
    /// <returns>What becomes of each, in their order.</returns>
    [Alias("AdmitAll")]
    Task<IReadOnlyList<Admission>> AdmitAll([Immutable] IReadOnlyList<Member> members);

    /// <summary>The destination's answer to a publication.</summary>
    [Alias("Published")]
    Task Published(string incidentId, int number, DeliveryAnswer answer);

    /// <summary>The pages of this id are no more.</summary>
    [Alias("PagesDeleted")]
    Task PagesDeleted(string id);

    /// <summary>The destination may answer again: a publication that it did not take is tried now.</summary>
    [Alias("TryAgain")]
    Task TryAgain();

    [Alias("GetState")]
    Task<DispatchState> GetState();
}
