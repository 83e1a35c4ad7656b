using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Silo.Api.Fleet;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Fleet;

/// <summary>
/// Whatever happens to things, to the fleet grain, to connections and to what readers watch, at two silos: once it is quiet, each reader
/// has what the source has.
/// </summary>
public sealed class StreamProperties
{
    private const int MostListed = 4;

    private static readonly string[] Names = [.. Enumerable.Range(0, 9).Select(i => $"thing {i}")];

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Frequency(
            (8, Gen.Const(Kind.Set)), (2, Gen.Const(Kind.Forget)), (1, Gen.Const(Kind.Restart)), (8, Gen.Const(Kind.Pull)),
            (8, Gen.Const(Kind.Frame)), (2, Gen.Const(Kind.Cut)), (4, Gen.Const(Kind.Connect)), (1, Gen.Const(Kind.ConnectAfresh)),
            (2, Gen.Const(Kind.Watch))),
        Gen.Int[0, Names.Length - 1], Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 1],
        (kind, thing, status, reader, silo) => new Step(kind, Names[thing], (PresenceStatus)status, reader, silo));

    [Fact]
    public void A_reader_ends_with_what_the_source_has() => Steps.List[0, 150].Sample(
        steps =>
        {
            var source = new SourceFleet(MostListed, mostLogged: 12);
            var silos = new FleetCopy[] { FleetCopy.Of(source.Read()), FleetCopy.Of(source.Read()) };
            var readers = Enumerable.Range(0, 4).Select(_ => new Reader(source, silos)).ToList();
            foreach (var step in steps)
            {
                var reader = readers[step.Reader];
                Action act = step.Kind switch
                {
                    Kind.Set => () => source.Set(step.Thing, step.Status),
                    Kind.Forget => () => source.Forget(step.Thing),
                    Kind.Restart => source.Restart,
                    Kind.Pull => () => Pull(source, silos, step.Silo),
                    Kind.Frame => reader.Frame,
                    Kind.Cut => () => reader.Cut((int)step.Status * 60),
                    Kind.Connect => () => reader.Connect(step.Silo),
                    Kind.ConnectAfresh => () => reader.ConnectAfresh(step.Silo),
                    _ => () => reader.Watch(step.Thing, step.Silo),
                };
                act();
            }

            for (var silo = 0; silo < silos.Length; silo++) Pull(source, silos, silo);
            foreach (var reader in readers) reader.EndsRight();
        },
        iter: 5_000);

    private static void Pull(SourceFleet source, FleetCopy[] silos, int silo) =>
        silos[silo] = silos[silo].With(source.Since(silos[silo].ReadUntil)) ?? silos[silo].With(source.Read());

    private enum Kind
    {
        Set,
        Forget,
        Restart,
        Pull,
        Frame,
        Cut,
        Connect,
        ConnectAfresh,
        Watch,
    }

    private sealed record Step(Kind Kind, string Thing, PresenceStatus Status, int Reader, int Silo);

    private sealed class Reader(SourceFleet source, FleetCopy[] silos)
    {
        private readonly HashSet<string> _watch = [];
        private readonly OracleReader _oracle = new();
        private StreamPosition? _position;
        private int _silo;

        public void Connect(int silo)
        {
            _oracle.Disconnect();
            _silo = silo;
            Send(StreamFrames.Begin(silos[silo], _oracle.LastEventId, _watch));
        }

        /// <summary>Another window.</summary>
        public void ConnectAfresh(int silo)
        {
            _oracle.Disconnect();
            _silo = silo;
            Send(StreamFrames.Begin(silos[silo], null, _watch));
        }

        public void Watch(string thing, int silo)
        {
            if (!_watch.Add(thing)) _watch.Remove(thing);
            Connect(silo);
        }

        public void Frame()
        {
            if (_position is { } position) Send(StreamFrames.Next(silos[_silo], position, _watch));
        }

        /// <summary>The connection ends somewhere in the next frame.</summary>
        public void Cut(int bytes)
        {
            if (_position is not { } position) return;
            _oracle.Take(Text(StreamFrames.Next(silos[_silo], position, _watch)).Take(bytes));
            _oracle.Disconnect();
            _position = null;
        }

        public void EndsRight()
        {
            if (_position is null) Connect(_silo);
            Frame();
            var counts = source.Counts();
            _oracle.Counts.GetProperty("total").GetInt32().ShouldBe(counts.Total);
            _oracle.Counts.GetProperty("offline").GetInt32().ShouldBe(counts.Offline);
            _oracle.Counts.GetProperty("listed").GetBoolean().ShouldBe(source.Listed);
            foreach (var name in _watch) RowOf(name).ShouldBe(ThingOf(name), $"watched: {name}");
            if (!source.Listed) return;

            // What it watched once, and was well when it left it, may stay.
            var listed = Names.Where(
                name => SourceRow(name) is not null || RowOf(name) is { Status: not ("connected" or "unknown") });
            foreach (var name in listed)
                RowOf(name).ShouldBe(ThingOf(name), name);
        }

        private void Send(StreamFrame frame)
        {
            _oracle.Take(Text(frame));
            _position = frame.Position;
            if (!frame.Rewatch) return;
            var asked = StreamFrames.ToAsk(silos[_silo], _watch).Select(name => (name, source.Things.GetValueOrDefault(name))).ToList();
            foreach (var text in StreamFrames.Watched(silos[_silo], asked)) _oracle.Take([.. text, .. EventText.End]);
        }

        private static List<byte> Text(StreamFrame frame)
        {
            var bytes = new List<byte>();
            foreach (var (i, text) in frame.Events.Index())
            {
                bytes.AddRange(text);
                if (i == frame.Events.Count - 1) bytes.AddRange(EventText.Id(frame.Cursor));
                bytes.AddRange(EventText.End.ToArray());
            }

            return bytes;
        }

        private DeviceStatus? SourceRow(string name) =>
            source.Things.GetValueOrDefault(name) is { } thing && SourceFleet.IsNotWell(thing) ? thing : null;

        private (string Status, int Version)? RowOf(string name) => _oracle.Rows.TryGetValue(name, out var row) ? row : null;

        private (string Status, int Version)? ThingOf(string name) => source.Things.GetValueOrDefault(name) is { } thing
            ? (thing.Status.ToString().ToLowerInvariant(), thing.OutagesSuppressed) : null;
    }
}
