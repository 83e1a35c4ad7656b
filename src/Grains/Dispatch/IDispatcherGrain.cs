using IoTOrleans.Contracts;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>One for each destination, by its name: whoever wants to tell it something asks here first, from every silo.</summary>
[Alias("IoTOrleans.IDispatcherGrain")]
internal interface IDispatcherGrain : IGrainWithStringKey
{
    [Alias("Admit")]
    Task<Admission> Admit(Notification notification);

    /// <summary>The destination's answer to a publication.</summary>
    [Alias("Published")]
    Task Published(string incidentId, int number, DeliveryAnswer answer);

    /// <summary>All whom a publication counted have stored that they were told.</summary>
    [Alias("Recorded")]
    Task Recorded(string incidentId, int number);

    /// <summary>The destination may answer again: a publication that it did not take is tried now.</summary>
    [Alias("TryAgain")]
    Task TryAgain();

    [Alias("GetState")]
    Task<DispatchState> GetState();
}
