using IoTOrleans.Contracts;
using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>
/// AWS IoT Core as its developer guide describes it: presence events whose numbers skip and begin at 0 again after an hour away,
/// whose stamps are good to two minutes; a shadow with versions and stamps of whole seconds; no order, no single delivery.
/// </summary>
internal sealed class IotCore(Setup setup, Chapter[] chapters)
{
    public const string Thing = "rpi-1";

    private const double NumbersBeginAgainAfter = 3600;

    private readonly List<Change> _changes = [];
    private readonly List<Message> _messages = [];
    private readonly List<ShadowWrite> _shadow = [];
    private readonly List<(double At, bool Connected, int Change, bool New, Travel Travel)> _writes = [];
    private long _number = -1;
    private int _session;

    private bool PublishesLifecycle => setup.Feed is Feed.Lifecycle or Feed.Both;

    private bool PublishesShadow => setup.Feed is Feed.Shadow or Feed.Both;

    public History Run()
    {
        // A quarter of a second off: whole-second stamps of the shadow are a little earlier than what they are about.
        var time = 10.25;
        var away = double.PositiveInfinity;
        for (var i = 0; i < chapters.Length; i++)
        {
            var (chapter, last) = (chapters[i], i == chapters.Length - 1);
            Connects(chapter, time, away);
            time += chapter.Up;
            away = 0;
            switch (chapter.Ending)
            {
                case Ending.Takeover or Ending.Stays when last:
                    break;
                case Ending.Takeover:
                    Lifecycle(_changes.Count, false, time, chapter.Drop, "DUPLICATE_CLIENTID");
                    break;
                default:
                    Drops(chapter, time);
                    away = chapter.Away;
                    time += away;
                    break;
            }
        }

        WriteShadow();
        return new(_changes, _messages, _shadow);
    }

    private void Connects(Chapter chapter, double time, double away)
    {
        _number = away > NumbersBeginAgainAfter ? 0 : _number + 1 + chapter.SkippedNumbers;
        _session++;
        var change = Happens(time, connected: true);
        Lifecycle(change, true, time, chapter.Connect, null);
        Http(change, true, time, chapter.Connect);
        _writes.Add((time + Math.Min(Lag(chapter), chapter.Up / 2), true, change, chapter.NewShadow && away > 70, chapter.Connect));
    }

    private void Drops(Chapter chapter, double time)
    {
        var change = Happens(time, connected: false);
        Lifecycle(change, false, time, chapter.Drop, chapter.Ending == Ending.Goodbye ? "CLIENT_INITIATED_DISCONNECT" : "CONNECTION_LOST");
        Http(change, false, time, chapter.Drop);

        // A goodbye sends no Last Will; a fleet that is watched by its shadows says so itself.
        if (chapter.Ending == Ending.Goodbye && setup.Feed != Feed.Shadow) return;
        _writes.Add((time + Lag(chapter), false, change, false, chapter.Drop));
        for (var i = 1; i <= chapter.Reported && i * 25 < chapter.Away; i++)
            _writes.Add((time + Lag(chapter) + (i * 25), false, change, false, chapter.Drop with { Lost = false }));
    }

    private int Happens(double time, bool connected)
    {
        _changes.Add(new(_changes.Count, time, connected));
        return _changes.Count - 1;
    }

    /// <summary>Where the shadow is the only truth, its order is the true one.</summary>
    private double Lag(Chapter chapter) => setup.Feed == Feed.Shadow ? 0 : chapter.ShadowLag;

    private void Lifecycle(int change, bool connected, double time, Travel travel, string? reason)
    {
        if (!PublishesLifecycle) return;
        Send(change, travel, time, firm: true, sent => new(connected, ChangeKind.Lifecycle, EventSource.Queue, Moment(time + travel.StampOff), sent)
        {
            Number = _number, SessionIdentifier = $"session-{_session}", DisconnectReason = reason,
        });
    }

    private void Http(int change, bool connected, double time, Travel travel)
    {
        if (setup.Feed != Feed.Http) return;
        Send(change, travel, time, firm: true, sent => new(connected, ChangeKind.Time, EventSource.Queue, Moment(time), sent));
    }

    /// <summary>In the order in which they reach the shadow, which need not be the order of what they are about.</summary>
    private void WriteShadow()
    {
        var version = 0L;
        bool? previous = null;
        foreach (var write in _writes.OrderBy(write => write.At))
        {
            // Made anew within a minute of the old one's last word, nobody could tell the two apart.
            if (write.New && _shadow.All(old => old.At < write.At - 62)) (version, previous) = (0, null);
            version++;
            _shadow.Add(new(write.Change, write.At, write.Connected, version));
            if (PublishesShadow)
            {
                var (number, was) = (version, previous);
                Send(write.Change, write.Travel, write.At, firm: setup.Feed == Feed.Shadow, sent =>
                    new(write.Connected, ChangeKind.Shadow, EventSource.Queue, Moment(Math.Floor(write.At)), sent)
                    {
                        Number = number, SaysChanged = was is { } before && before != write.Connected, SaysUnchanged = was == write.Connected,
                    });
            }

            previous = write.Connected;
        }
    }

    private void Send(int change, Travel travel, double time, bool firm, Func<DateTimeOffset, ConnectionChange> write)
    {
        if (travel.Lost) return;
        Publish(time + travel.Emitted);
        if (travel.TwiceAfter > 0) Publish(time + travel.Emitted + travel.TwiceAfter);

        void Publish(double sent)
        {
            var message = new Message(change, write(Moment(sent)), sent, sent + travel.Queued, firm);
            _messages.Add(message);
            if (travel.AgainAfter > 0) _messages.Add(message with { Arrives = message.Arrives + travel.AgainAfter, Again = true });
        }
    }

    private static DateTimeOffset Moment(double seconds) => VirtualTime.Start.AddSeconds(seconds);
}
