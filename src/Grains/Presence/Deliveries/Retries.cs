namespace IoTOrleans.Grains.Presence;

/// <summary>When a notification is tried again that a destination did not accept.</summary>
internal static class Retries
{
    internal static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>What failed this often while the destination accepted others fails for a reason of its own: the waits grow.</summary>
    internal const int FailuresOfItsOwn = 5;

    /// <summary>How often a refused notification is tried. A person has to mend the cause (a permission, an address).</summary>
    internal static readonly TimeSpan AfterRefused = TimeSpan.FromHours(1);

    /// <summary>How long a refused notification is tried.</summary>
    internal static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1);

    /// <summary>
    /// A destination that is not in the settings gets a second try, within the hour: another silo may have newer settings, or a person may
    /// put it back. Then what it is owed is dropped.
    /// </summary>
    internal static readonly TimeSpan DropAfter = TimeSpan.FromMinutes(45);

    /// <summary>What fails together with everything else does not count as a failure of its own.</summary>
    public static Delivery AfterFailure(Delivery delivery, string id, DeliveryAnswer answer, DateTimeOffset now) =>
        answer.AskAgainIn is { } wait && delivery.Failures < FailuresOfItsOwn
            ? delivery with { RetryAt = ToMilliseconds(now + (wait * Jitter(id, delivery.Failures))) }
            : delivery with
            {
                Failures = delivery.Failures + 1,
                RetryAt = ToMilliseconds(now + WaitAfter(id, delivery.Failures)),
            };

    public static Delivery AfterRefusal(Delivery delivery, string id, DeliveryAnswer answer, DateTimeOffset now)
    {
        delivery = delivery with { Failures = delivery.Failures + 1, RefusedSince = delivery.RefusedSince ?? now };
        return now - delivery.RefusedSince < (answer.IsRemoved ? DropAfter : GiveUpAfter)
            ? delivery with { RetryAt = ToMilliseconds(now + (AfterRefused * Jitter(id, delivery.Failures))) }
            : delivery with { GivenUp = true, RetryAt = null };
    }

    /// <summary>1 min; from the sixth failure on it doubles up to 15 min. With jitter.</summary>
    internal static TimeSpan WaitAfter(string id, int failures) =>
        new Backoff(First, Longest).After(failures - FailuresOfItsOwn + 2) * Jitter(id, failures);

    /// <summary>0.8 to 1.0 of the wait, different for each outage, so that a thousand things do not come at one moment.</summary>
    internal static double Jitter(string outageId, int attempt)
    {
        var hash = 17u;
        foreach (var c in outageId) hash = (hash * 31) + c;
        hash = (hash * 31) + (uint)attempt;
        return 0.8 + (hash * 2654435761u % 1000 / 5000d);
    }
}
