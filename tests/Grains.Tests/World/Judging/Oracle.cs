using System.Globalization;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World.Judging;

/// <summary>
/// Knows the true history, sees what people see (notifications, the status, the reminder table, the stored state) and judges it.
/// Shares no code with the rules. Each promise is a file of its own.
/// </summary>
internal sealed class Oracle
{
    private readonly NeverWolf _wolf;
    private readonly NeverSilent _silent;
    private readonly Correspondence _letters;
    private readonly Bookkeeping _books;
    private readonly Testimony _testimony;
    private readonly Knowledge _known;
    private readonly Sessions _sessions = new();
    private readonly Func<double> _now;
    private readonly HashSet<string> _marked = [];

    public Oracle(Plan plan, History history, Backlog backlog, Func<double> now, Func<double> troubleUntil)
    {
        (_known, _now) = (new(history), now);
        var court = new Court(plan, history, _known, backlog, now, troubleUntil, Object);
        (_testimony, _letters, _books) = (new(court), new(court), new(court));
        (_wolf, _silent) = (new(court, _testimony), new(court, _letters, _testimony));
    }

    /// <summary>The first broken promise; nothing is thrown into the middle of the product's code.</summary>
    public string? Objection { get; private set; }

    public void Arrived(Message message)
    {
        _known.Arrived(message, _now());
        _testimony.Arrived(message);
        _sessions.Arrived(message);
    }

    public void Taken(Message message)
    {
        if (!message.Firm) return;
        if (!message.What.SaysUnchanged || _known.Anything) _known.Surely(message.Change, _now());
        if (!message.What.SaysUnchanged) _known.AsNews(message.Change);
    }

    public void Answered(VerifierAnswer answer) => _testimony.Answered(answer);

    public void Heard(string destination, Notification notification, double at) => _letters.Heard(destination, notification, at);

    public void Stored(DeviceState state, bool reminder)
    {
        _books.Stored(state, reminder);
        if (state.Outage is not { Telling: { } marked } outage || !_marked.Add(outage.Id)) return;
        _wolf.Told(outage, (marked - VirtualTime.Start).TotalSeconds);
        _silent.Told(outage, (marked - VirtualTime.Start).TotalSeconds);
    }

    /// <summary>Looks whether something should have been told by now.</summary>
    public double? LookAgainAt() => _silent.NextDue();

    public void Look(DeviceState? state) => _silent.Look(state);

    public void AtTheEnd(DeviceStatus? status, DeviceState? state, bool reminder)
    {
        _silent.AtTheEnd(status);
        _letters.AtTheEnd(state);
        _books.AtTheEnd(status, state, reminder, _silent.Marks);
        if (Objection is not null) throw new BrokenPromiseException(Objection);
    }

    private void Object(string objection)
    {
        if (!_sessions.Undecidable) Objection ??= string.Create(CultureInfo.InvariantCulture, $"At {_now():0.000} s: {objection}");
    }
}

/// <summary>What every promise is judged by.</summary>
internal sealed record Court(
    Plan Plan, History History, Knowledge Known, Backlog Backlog, Func<double> Now, Func<double> TroubleUntil, Action<string> Object)
{
    public Setup Setup => Plan.Setup;

    /// <summary>Lifecycle and shadow events say that there was a reconnect between two drops; bare time stamps do not.</summary>
    public bool DropsAreTold => Setup.Feed != Feed.Http;

    /// <summary>
    /// The queue had it within the two minutes that a lifecycle stamp is good to: else its time is only known to two minutes, and a
    /// shadow's "connected" from around then may as well be younger.
    /// </summary>
    public bool TimeIsKnown(Change change) => History.Messages.Where(message => message.Change == change.Index && message.Firm)
        .All(message => message.What.ReceivedAt - message.What.Timestamp <= TimeSpan.FromMinutes(2));

    /// <summary>How much earlier than it truly was a change may be taken to have happened.</summary>
    public double Accuracy => Setup.Feed switch
    {
        Feed.Lifecycle or Feed.Both => 120,
        _ => 1,
    };
}
