using System.Collections.ObjectModel;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Grains.Tests.Fleet;

/// <summary>
/// Silos with boards and clocks of their own, a storage, and the book, whose reads take a while: each is a step of its own, and anything
/// may happen between two steps. What is right is what is stored.
/// </summary>
internal sealed class FleetWorld
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly SortedDictionary<string, DeviceStatus> _stored = new(StringComparer.Ordinal);
    private readonly List<Silo> _silos = [];
    private readonly HashSet<string> _dead = [];
    private IEnumerator<int> _loading;
    private IEnumerator<int> _counting;
    private FleetBook? _first;
    private int _starts;

    private readonly FleetLimits _limits;

    /// <param name="room">On the board of each silo.</param>
    public FleetWorld(int silos = 3, int? room = null)
    {
        _limits = new(Noted: room ?? FleetLimits.Largest.Noted, Remembered: 8, FleetLimits.Largest.Changes);
        for (var i = 0; i < silos; i++) _silos.Add(NewSilo(i));
        Book = NewBook(new FleetState());
        (_loading, _counting) = (Load().GetEnumerator(), Count().GetEnumerator());
    }

    public FleetBook Book { get; private set; }

    /// <summary>Counts begun, after the first one of each activation that started without numbers.</summary>
    public int Counts { get; private set; }

    public IReadOnlyDictionary<string, DeviceStatus> Stored => _stored;

    private DateTimeOffset Now => _time.GetUtcNow();

    public static DeviceStatus Status(string name, PresenceStatus status, bool muted = false) => new()
    {
        ThingName = name,
        Status = status,
        Attributes = ReadOnlyDictionary<string, string>.Empty,
        MutedBy = muted ? ["m"] : [],
        Policy = new() { Source = "default", Overridden = [], Notify = [] },
    };

    /// <summary>The thing's activation on this silo stores a new status; null: it is forgotten.</summary>
    /// <param name="fails">The write fails, and may be done all the same.</param>
    public void Write(int silo, string name, DeviceStatus? next, bool fails = false, bool done = true)
    {
        var before = ClassOf(name);
        if (before == FleetClass.Absent && next is null) return;
        if (done && next is null) _stored.Remove(name);
        else if (done) _stored[name] = next!;
        if (fails) _silos[silo].Board.Doubt(name, before, FleetRules.ClassOf(next?.Status));
        else _silos[silo].Board.Note(name, before, next);
    }

    /// <summary>A write that failed is read again, since somebody comes by: the next activation notes what is there.</summary>
    public void Look(int silo, string name)
    {
        if (_stored.TryGetValue(name, out var status)) _silos[silo].Board.Note(name, ClassOf(name), status);
    }

    public void Deliver(int silo, bool answerIsLost = false, bool greets = false) => Deliver(Book, silo, answerIsLost, greets);

    /// <summary>Two silos do not know of each other, and the grain has two activations: the second one began last.</summary>
    public void Split()
    {
        _first = Book;
        Restart(clean: false);
    }

    /// <summary>This silo still knows the first one.</summary>
    public void DeliverToFirst(int silo, bool answerIsLost = false)
    {
        if (_first is not null) Deliver(_first, silo, answerIsLost, greets: false);
    }

    /// <summary>It has seen that it is not the last one.</summary>
    public void FirstEnds() => _first = null;

    /// <summary>It stops in order: says all, and comes back with another name.</summary>
    public void Leave(int silo)
    {
        var (name, board, _) = _silos[silo];
        for (var last = false; !last;)
        {
            var batch = board.Next(name, greets: true, leaves: true)!;
            Book.Report(batch, Now);
            board.Done(batch.Number);
            last = batch.Leaving;
        }

        _dead.Add(name);
        _silos[silo] = NewSilo(silo);
    }

    public void Die(int silo)
    {
        _dead.Add(_silos[silo].Name);
        _silos[silo] = NewSilo(silo);
    }

    public void NoticeTheDead()
    {
        foreach (var name in _dead) Book.Gone(name, Now);
        _dead.Clear();
    }

    public void Pass(TimeSpan time)
    {
        _time.Advance(time);
        foreach (var silo in _silos) silo.Time.Advance(time);
        Book.Tick(Now);
    }

    public void Restart(bool clean)
    {
        Book = NewBook(Book.Save(ending: clean));
        (_loading, _counting) = (Load().GetEnumerator(), Count().GetEnumerator());
    }

    public void CountAgain()
    {
        if (!Book.IsCounting && !Book.NeedsCount) (_counting, _mustCount) = (Count().GetEnumerator(), true);
    }

    public void LoadAgain() => Book.LoadAgain();

    /// <summary>The grain reads, or gets the answer to what it has read.</summary>
    public void StepLoad() => Step(ref _loading, Load);

    public void StepCount() => Step(ref _counting, Count);

    /// <summary>Everybody says what is to be said, and everything is read that has to be.</summary>
    public void Rest()
    {
        FirstEnds();
        for (var round = 0; round < 200; round++)
        {
            NoticeTheDead();
            for (var silo = 0; silo < _silos.Count; silo++)
            {
                for (var i = 0; i < 3; i++) Deliver(silo, greets: round % 60 == 0 && i == 0);
            }

            StepLoad();
            StepCount();
            Pass(TimeSpan.FromSeconds(1));
        }
    }

    private bool _mustCount;

    private void Deliver(FleetBook book, int silo, bool answerIsLost, bool greets)
    {
        var (name, board, _) = _silos[silo];
        if (board.Next(name, greets) is not { } batch) return;
        book.Report(batch, Now);
        if (!answerIsLost) board.Done(batch.Number);
    }

    private FleetClass ClassOf(string name) => FleetRules.ClassOf(_stored.GetValueOrDefault(name)?.Status);

    private static void Step(ref IEnumerator<int> walk, Func<IEnumerable<int>> again)
    {
        if (!walk.MoveNext()) walk = again().GetEnumerator();
    }

    private IEnumerable<int> Load()
    {
        if (Book.NeedsLoad)
        {
            Book.BeginLoad();
            foreach (var some in _stored.Keys.ToArray().Chunk(3))
            {
                var (read, arrivals) = (some.Select(name => (name, _stored.GetValueOrDefault(name))).ToList(), Book.Arrivals);
                yield return 0;
                foreach (var (name, status) in read.Where(one => one.Item2 is { } status && status.Status.IsNotWell))
                    Book.Found(name, status, arrivals, Now);
            }

            Book.EndLoad();
        }

        var looks = Book.Lookups.Select(name => (name, _stored.GetValueOrDefault(name))).ToList();
        var before = Book.Arrivals;
        yield return 0;
        foreach (var (name, status) in looks) Book.Found(name, status, before, Now, lookedUp: true);
    }

    private IEnumerable<int> Count()
    {
        if (!Book.NeedsCount && !_mustCount) yield break;
        _mustCount = false;
        Counts++;
        Book.BeginCount();
        foreach (var some in _stored.Keys.ToArray().Chunk(4))
        {
            var (read, arrivals) = (some.Select(name => (name, _stored.GetValueOrDefault(name))).ToList(), Book.Arrivals);
            yield return 0;
            foreach (var (name, status) in read.Where(one => one.Item2 is not null)) Book.Found(name, status, arrivals, Now);
        }

        // New names behind those that the walk has seen are reported.
        var walkedAt = Now;
        Book.EndWalk(walkedAt);
        while (Now < walkedAt + FleetWork.Settle || Book.Lookups.Count > 0)
        {
            if (Book.NeedsCount) break;
            yield return 0;
        }

        if (Book.NeedsCount) Book.GiveUpCount();
        else Book.EndCount(Now);
    }

    private Silo NewSilo(int place)
    {
        // Their clocks differ by more than anything takes here.
        var clock = new FakeTimeProvider(Now + TimeSpan.FromSeconds(40 * (place - 1)));
        return new($"silo-{++_starts}", new FleetBoard(clock, _limits), clock);
    }

    private FleetBook NewBook(FleetState stored)
    {
        var book = new FleetBook(Now, TimeZoneInfo.Utc, _limits);
        book.Load(stored, Now);
        return book;
    }

    private sealed record Silo(string Name, FleetBoard Board, FakeTimeProvider Time);
}
