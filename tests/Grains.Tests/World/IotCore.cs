using IoTOrleans.Contracts;
using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>
/// AWS IoT Core as its developer guide describes it: presence events whose numbers are counted for each client, skip, and begin at 0
/// again when a session has expired, whose stamps are good to two minutes; a shadow with versions and stamps of whole seconds; no order, no
/// single delivery.
/// </summary>
internal sealed class IotCore(Setup setup, Chapter[] chapters)
{
    public const string Thing = "rpi-1";

    /// <summary>The client ID where the thing has several; the only one is called like the thing.</summary>
    public static string NameOf(int client) => $"client-{client}";

    private readonly List<Change> _changes = [];
    private readonly List<Message> _messages = [];
    private readonly List<ShadowWrite> _shadow = [];
    private readonly List<(double At, bool Connected, int Change, bool New, Travel Travel)> _writes = [];

    private bool PublishesLifecycle => setup.Feed is Feed.Lifecycle or Feed.Both;

    private bool PublishesShadow => setup.Feed is Feed.Shadow or Feed.Both;

    public History Run()
    {
        // A quarter of a second off: whole-second stamps of the shadow are a little earlier than what they are about.
        IEnumerable<Moment> moments = setup.Clients == Clients.Two
            ? [.. Live(0, 10.25, Every2nd(0)), .. Live(1, 14.5, Every2nd(1))]
            : Live(0, 10.25, chapters);
        foreach (var moment in moments.OrderBy(moment => moment.At)) Happens(moment);
        WriteShadow();
        return new(_changes, _messages, _shadow);
    }

    private Chapter[] Every2nd(int first) => [.. chapters.Where((_, i) => i % 2 == first)];

    /// <summary>The sessions of one client, or of a thing that makes up a client id for each connection.</summary>
    private IEnumerable<Moment> Live(int client, double time, Chapter[] life)
    {
        var (away, number, numbering, takenOver) = (double.PositiveInfinity, -1L, 0, false);
        for (var i = 0; i < life.Length; i++)
        {
            var (chapter, last) = (life[i], i == life.Length - 1);
            var stranger = setup.Clients == Clients.New && i > 0 && !takenOver;
            if (stranger) client++;
            if (stranger || away > setup.Expiry) (number, numbering) = (0, numbering + 1);
            else number += 1 + chapter.SkippedNumbers;
            var session = new Session(client, number, numbering, $"session-{client}-{i}", chapter);
            yield return new(time, What.Begins, session, away);
            time += chapter.Up;
            (away, takenOver) = (0, chapter.Ending == Ending.Takeover);
            switch (chapter.Ending)
            {
                case Ending.Takeover or Ending.Stays when last:
                    break;
                case Ending.Takeover:
                    yield return new(time, What.IsTakenOver, session, 0);
                    break;
                default:
                    yield return new(time, What.Ends, session, 0);
                    away = chapter.Away;
                    time += away;
                    break;
            }
        }
    }

    private void Happens(Moment moment)
    {
        var (time, chapter) = (moment.At, moment.Session.Chapter);
        switch (moment.What)
        {
            case What.Begins:
                var began = Changes(moment, connected: true);
                Lifecycle(began, true, moment, chapter.Connect, null);
                Http(began, true, time, chapter.Connect);
                var anew = chapter.NewShadow && moment.Away > 70;
                _writes.Add((time + Math.Min(Lag(chapter), chapter.Up / 2), true, began, anew, chapter.Connect));
                break;

            case What.IsTakenOver:
                // It is about the next session, which begins at the same moment.
                Lifecycle(_changes.Count, false, moment, chapter.Drop, "DUPLICATE_CLIENTID");
                break;

            default:
                Drops(moment);
                break;
        }
    }

    private void Drops(Moment moment)
    {
        var (time, chapter) = (moment.At, moment.Session.Chapter);
        var change = Changes(moment, connected: false);
        Lifecycle(change, false, moment, chapter.Drop,
            chapter.Ending == Ending.Goodbye ? "CLIENT_INITIATED_DISCONNECT" : "CONNECTION_LOST");
        Http(change, false, time, chapter.Drop);

        // A goodbye sends no Last Will; a fleet that is watched by its shadows says so itself.
        if (chapter.Ending == Ending.Goodbye && setup.Feed != Feed.Shadow) return;
        _writes.Add((time + Lag(chapter), false, change, false, chapter.Drop));
        for (var i = 1; i <= chapter.Reported && i * 25 < chapter.Away; i++)
            _writes.Add((time + Lag(chapter) + (i * 25), false, change, false, chapter.Drop with { Lost = false }));
    }

    private int Changes(Moment moment, bool connected)
    {
        _changes.Add(new(_changes.Count, moment.At, connected, moment.Session.Client));
        return _changes.Count - 1;
    }

    /// <summary>Where the shadow is the only truth, its order is the true one.</summary>
    private double Lag(Chapter chapter) => setup.Feed == Feed.Shadow ? 0 : chapter.ShadowLag;

    private void Lifecycle(int change, bool connected, Moment moment, Travel travel, string? reason)
    {
        if (!PublishesLifecycle) return;
        var (client, number, numbering, session, _) = moment.Session;
        Send(change, travel, moment.At, firm: true, numbering, sent =>
            new(connected, ChangeKind.Lifecycle, EventSource.Queue, Time(moment.At + travel.StampOff), sent)
            {
                Number = number, SessionIdentifier = session, DisconnectReason = reason,
                ClientId = setup.Clients == Clients.One ? null : NameOf(client),
            });
    }

    private void Http(int change, bool connected, double time, Travel travel)
    {
        if (setup.Feed != Feed.Http) return;
        Send(change, travel, time, firm: true, 0, sent => new(connected, ChangeKind.Time, EventSource.Queue, Time(time), sent));
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
                Send(write.Change, write.Travel, write.At, firm: setup.Feed == Feed.Shadow, 0, sent =>
                    new(write.Connected, ChangeKind.Shadow, EventSource.Queue, Time(Math.Floor(write.At)), sent)
                    {
                        Number = number, SaysChanged = was is { } before && before != write.Connected,
                        SaysUnchanged = was == write.Connected,
                    });
            }

            previous = write.Connected;
        }
    }

    private void Send(int change, Travel travel, double time, bool firm, int numbering, Func<DateTimeOffset, ConnectionChange> write)
    {
        if (travel.Lost) return;
        Publish(time + travel.Emitted);
        if (travel.TwiceAfter > 0) Publish(time + travel.Emitted + travel.TwiceAfter);

        void Publish(double sent)
        {
            var message = new Message(change, write(Time(sent)), sent, sent + travel.Queued, firm, numbering);
            _messages.Add(message);
            if (travel.AgainAfter > 0) _messages.Add(message with { Arrives = message.Arrives + travel.AgainAfter, Again = true });
        }
    }

    private static DateTimeOffset Time(double seconds) => VirtualTime.Start.AddSeconds(seconds);

    private sealed record Session(int Client, long Number, int Numbering, string Name, Chapter Chapter);

    private enum What
    {
        Begins, IsTakenOver, Ends,
    }

    /// <param name="Away">Where it begins: for how long the client was away before.</param>
    private readonly record struct Moment(double At, What What, Session Session, double Away);
}
