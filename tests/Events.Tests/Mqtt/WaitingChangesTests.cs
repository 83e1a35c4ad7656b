using System.Globalization;
using IoTOrleans.Contracts;
using IoTOrleans.Events.Mqtt;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class WaitingChangesTests
{
    [Theory]
    [InlineData("C1 D1 C2 D2", "C1 D1 C2 D2")]
    [InlineData("C1 D1 C2 D2 C3", "C1 D1 C3")]
    [InlineData("D1 C2 D2 C3 D3", "D1 C3 D3")]
    [InlineData("D1 C2 D2 C3 D3 C4 D4", "D1 C4 D4")]
    [InlineData("C1 C2 C3 C4 C5", "C1 C3 C4 C5")]
    [InlineData("D1 C2 C3 D3 C4", "D1 C3 D3 C4")]
    [InlineData("D1 C2 C3 C4 D4", "D1 C3 C4 D4")]
    [InlineData("C1 D1 C2 C3 C4 C5 D5", "C1 D1 C5 D5")]
    public void Whole_visits_are_dropped_from_between(string said, string kept)
    {
        var changes = Keep(said.Split(' '), out _);

        Words(changes).ShouldBe(kept);
    }

    [Fact]
    public void However_long_nobody_listens_the_first_and_the_newest_stay_and_every_end_keeps_its_begin()
    {
        var random = new Random(1);
        for (var round = 0; round < 2_000; round++)
        {
            // What the broker can say: ever new connections, each ended or taken over.
            var said = new List<string>();
            for (var number = 1; said.Count < 30; number++)
            {
                said.Add("C" + number);
                if (random.Next(3) > 0) said.Add("D" + number);
            }

            if (random.Next(2) == 0) said.RemoveAt(0);

            var changes = Keep(said, out var dropped);
            var kept = Words(changes).Split(' ');

            kept.Length.ShouldBeLessThanOrEqualTo(WaitingChanges.Max);
            kept[0].ShouldBe(said[0]);
            kept[^1].ShouldBe(said[^1]);
            (kept.Length + dropped).ShouldBe(said.Count);
            kept.ShouldBe(kept.OrderBy(said.IndexOf));
            foreach (var end in kept.Skip(1).Where(word => word[0] == 'D')) kept.ShouldContain("C" + end[1..]);
        }
    }

    private static WaitingChanges Keep(IEnumerable<string> said, out int dropped)
    {
        var changes = new WaitingChanges();
        dropped = said.Sum(word => changes.Add(BrokerChange.Of(word[0] == 'C', int.Parse(word[1..], CultureInfo.InvariantCulture))));
        return changes;
    }

    private static string Words(WaitingChanges changes)
    {
        var words = new List<string>();
        for (; changes.Count > 0; changes.RemoveFirst()) words.Add((changes.First.Connected ? "C" : "D") + changes.First.Number);
        return string.Join(' ', words);
    }
}

internal static class BrokerChange
{
    internal static ConnectionChange Of(bool connected, long number, DateTimeOffset at = default) =>
        new(connected, ChangeKind.Broker, EventSource.Broker, at, at) { Number = number, BrokerStart = 1 };
}
