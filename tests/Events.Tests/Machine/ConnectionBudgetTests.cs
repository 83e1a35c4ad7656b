using System.Net;
using System.Net.Sockets;
using CsCheck;
using IoTOrleans.Events.Machine;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Machine;

/// <summary>Any sequence of comings, requests and goings, beside the same rules told with plain lists.</summary>
public sealed class ConnectionBudgetTests
{
    /// <summary>Where connections come from, which of these count as one address, and which as this machine.</summary>
    private static readonly (string Address, string Group, bool IsHere)[] Origins =
    [
        ("127.0.0.1", "a", true), ("::ffff:127.0.0.1", "a", true), ("::1", "b", true), ("192.0.2.1", "c", false),
        ("::ffff:192.0.2.1", "c", false), ("192.0.2.2", "d", false), ("2001:db8::1", "e", false), ("2001:db8::ffff:ffff:1", "e", false),
        ("2001:db8:0:1::1", "f", false),
    ];

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Frequency(
            (4, Gen.Const(Kind.Enter)), (3, Gen.Const(Kind.TryServe)), (1, Gen.Const(Kind.Rest)), (3, Gen.Const(Kind.TryStream)),
            (1, Gen.Const(Kind.EndStream)), (1, Gen.Const(Kind.Leave)), (1, Gen.Const(Kind.EvictOne))),
        Gen.Int[0, Origins.Length - 1], Gen.Int[0, 1000], (kind, origin, which) => new Step(kind, origin, which));

    [Fact]
    public void It_evicts_and_serves_as_told_with_lists() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 4], Gen.Int[0, 2], Gen.Int[0, 3], Steps.List[0, 80]).Sample(
            (silent, served, reserve, streams, steps) =>
        {
            var budget = new ConnectionBudget(silent, served, reserve, streams);
            var told = new Told(silent, served, reserve, streams);
            var (connections, evicted) = (new List<BudgetedConnection>(), new List<string>());
            foreach (var step in steps)
            {
                if (step.Kind == Kind.Enter)
                {
                    var number = connections.Count;
                    var client = new IPEndPoint(IPAddress.Parse(Origins[step.Origin].Address), 40_000 + number);
                    connections.Add(budget.Enter(client, reason => evicted.Add($"{number} {reason}")));
                    told.Enter(number, Origins[step.Origin].Group, Origins[step.Origin].IsHere);
                }
                else if (step.Kind == Kind.EvictOne)
                {
                    budget.EvictOne().ShouldBe(told.EvictOne());
                }
                else if (connections.Count > 0)
                {
                    var number = step.Which % connections.Count;
                    if (step.Kind == Kind.TryServe)
                        budget.TryServe(connections[number]).ShouldBe(told.TryServe(number));
                    if (step.Kind == Kind.Rest)
                    {
                        budget.Rest(connections[number]);
                        told.Rest(number);
                    }

                    if (step.Kind == Kind.TryStream)
                        budget.TryStream(connections[number]).ShouldBe(told.TryStream(number));
                    if (step.Kind == Kind.EndStream)
                    {
                        budget.EndStream(connections[number]);
                        told.EndStream(number);
                    }

                    if (step.Kind == Kind.Leave)
                    {
                        budget.Leave(connections[number]);
                        told.Leave(number);
                    }
                }

                evicted.ShouldBe(told.Evicted);
            }
        });

    [Fact]
    public void An_address_with_an_equal_share_loses_nothing_to_a_flood()
    {
        var evicted = new List<string>();
        var budget = new ConnectionBudget(mostSilent: 100, mostServed: 1);
        BudgetedConnection Enter(string address) => budget.Enter(new IPEndPoint(IPAddress.Parse(address), 1), _ => evicted.Add(address));

        for (var i = 0; i < 50; i++) Enter("192.0.2.7");
        for (var i = 0; i < 10_000; i++) Enter($"2001:db8::{i + 1:x}");

        evicted.ShouldEachBe(address => address.StartsWith("2001:", StringComparison.Ordinal));
        evicted.Count.ShouldBe(9_950);
    }

    [Fact]
    public void A_flood_from_everywhere_takes_nothing_from_this_machine()
    {
        var evicted = 0;
        var budget = new ConnectionBudget(mostSilent: 100, mostServed: 1);
        var here = budget.Enter(new IPEndPoint(IPAddress.Loopback, 1), _ => Assert.Fail("Evicted."));
        for (var i = 0; i < 10_000; i++) budget.Enter(new IPEndPoint(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 1), _ => evicted++);

        evicted.ShouldBe(9_900);
        budget.TryServe(here).ShouldBeTrue();
    }

    [Fact]
    public void A_socket_of_this_machine_is_loopback_and_what_is_unknown_is_not()
    {
        ClientAddress.Of(new UnixDomainSocketEndPoint("/run/x.sock")).IsLoopback.ShouldBeTrue();
        ClientAddress.Of((EndPoint?)null).IsLoopback.ShouldBeFalse();
    }

    [Theory]
    [InlineData(null, 1000)]
    [InlineData(20_000, 1000)]
    [InlineData(1024, 128)]
    public void Where_files_are_few_silent_connections_take_a_part_of_them(int? files, int most) =>
        new FileGauge(files, TimeProvider.System, NullLogger<FileGauge>.Instance).MostSilent(1000, part: 8).ShouldBe(most);

    [Fact]
    public void Where_no_more_files_can_be_open_a_silent_connection_is_closed_for_the_next_one()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var files = new FileGauge(0, TimeProvider.System, NullLogger<FileGauge>.Instance);
        var (budget, evicted) = (new ConnectionBudget(mostSilent: 100, mostServed: 1), 0);
        budget.Enter(null, _ => evicted++);

        files.IsOneTooMany(socket, budget.EvictOne).ShouldBeFalse();
        files.IsOneTooMany(socket, budget.EvictOne).ShouldBeTrue();
        evicted.ShouldBe(1);
    }

    private enum Kind
    {
        Enter,
        TryServe,
        Rest,
        TryStream,
        EndStream,
        Leave,
        EvictOne,
    }

    private sealed record Step(Kind Kind, int Origin, int Which);

    private sealed class Told(int mostSilent, int mostServed, int reserve, int mostStreams)
    {
        private readonly List<(int Number, string Group, bool IsHere)> _silent = [];
        private readonly Dictionary<int, (string Group, bool IsHere, int Requests, int Streams)> _busy = [];

        internal List<string> Evicted { get; } = [];

        internal void Enter(int number, string group, bool isHere)
        {
            _silent.Add((number, group, isHere));
            if (_silent.Count(one => one.IsHere == isHere) > mostSilent) Evict(isHere);
        }

        internal bool TryServe(int number)
        {
            if (Find(number) is not var (group, isHere, requests, streams)) return false;
            var served = _busy.Values.Count(one => one.Requests > 0);
            if (requests == 0 && served >= mostServed + (isHere ? reserve : 0)) return false;
            return Set(number, group, isHere, requests + 1, streams);
        }

        internal bool TryStream(int number)
        {
            if (Find(number) is not var (group, isHere, requests, streams)) return false;
            return _busy.Values.Sum(one => one.Streams) < mostStreams && Set(number, group, isHere, requests, streams + 1);
        }

        internal void Rest(int number)
        {
            if (_busy.TryGetValue(number, out var busy) && busy.Requests > 0)
                Set(number, busy.Group, busy.IsHere, busy.Requests - 1, busy.Streams);
        }

        internal void EndStream(int number)
        {
            if (_busy.TryGetValue(number, out var busy) && busy.Streams > 0)
                Set(number, busy.Group, busy.IsHere, busy.Requests, busy.Streams - 1);
        }

        internal void Leave(int number)
        {
            _busy.Remove(number);
            _silent.RemoveAll(one => one.Number == number);
        }

        private (string Group, bool IsHere, int Requests, int Streams)? Find(int number)
        {
            if (_busy.TryGetValue(number, out var busy)) return busy;
            return _silent.Where(one => one.Number == number).Select(one => ((string, bool, int, int)?)(one.Group, one.IsHere, 0, 0))
                .FirstOrDefault();
        }

        private bool Set(int number, string group, bool isHere, int requests, int streams)
        {
            _silent.RemoveAll(one => one.Number == number);
            _busy[number] = (group, isHere, requests, streams);
            if (requests + streams > 0) return true;
            _busy.Remove(number);
            Enter(number, group, isHere);
            return true;
        }

        internal bool EvictOne()
        {
            if (_silent.Count == 0) return false;
            Evict(isHere: _silent.All(one => one.IsHere));
            return true;
        }

        private void Evict(bool isHere)
        {
            // Groups come in the order of their first members, and the sort keeps it: the longest silence decides.
            var groups = _silent.Where(one => one.IsHere == isHere).GroupBy(one => one.Group).ToList();
            var largest = groups.OrderByDescending(group => group.Count()).First();
            var isEqual = groups.All(group => group.Count() == largest.Count());
            Evicted.Add($"{largest.First().Number} {(isEqual ? "silent" : "share")}");
            _silent.Remove(largest.First());
        }
    }
}
