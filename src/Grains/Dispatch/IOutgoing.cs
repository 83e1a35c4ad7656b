using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>One notification on its way to a destination. The <see cref="DestinationSender"/> takes it through its stages.</summary>
internal interface IOutgoing
{
    /// <summary>Two with the same key are never on their way to a destination at once.</summary>
    string Key { get; }

    /// <summary>For metrics and traces: <c>device.offline</c>.</summary>
    string Event { get; }

    /// <summary>Null: it has no deadline.</summary>
    DateTimeOffset? DueAt => null;

    /// <summary>The same in all repeats: an accepted one is not sent again while its answer cannot be recorded. Null: it is.</summary>
    string? AnswerKey => null;

    /// <summary>Woken when the destination answers again; null: none, and an attempt that is not made has no answer.</summary>
    Waiter? Waiter => null;

    /// <summary>True: it waits for the one that has its key now. False: it is dropped, and its grain asks again.</summary>
    bool Follows(IOutgoing before) => false;

    /// <summary>Before its turn: whether it is sent by itself now, waits, or has an answer already.</summary>
    ValueTask<Admission> Admit(INotificationDestination destination, RetryQueue retries, CancellationToken cancellationToken) =>
        new(Admission.Go(TimeSpan.Zero));

    ValueTask<bool> IsStillOwed(string destination) => new(true);

    Task<DeliveryAnswer> Send(INotificationDestination destination, CancellationToken cancellationToken);

    void Log(string destination, DeliveryAnswer answer);

    /// <summary>Brings the answer to the grain that owes the notification. Tried again if it fails.</summary>
    Task Record(string destination, DeliveryAnswer answer) => Task.CompletedTask;
}
