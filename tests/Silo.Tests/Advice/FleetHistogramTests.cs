using System.Globalization;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Advice;
using IoTOrleans.Silo.Catalogue;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Advice;

public sealed class FleetHistogramTests
{
    [Fact]
    public async Task It_is_the_sum_over_all_things_whatever_the_pages()
    {
        var outages = await new FleetHistogram(new Things(2500)).Read(TestContext.Current.CancellationToken);
        outages.Durations.ShouldBe([1250, 2500, 1250]);
        (outages.Things, outages.Complete).ShouldBe((2500, true));
    }

    [Fact]
    public async Task Of_a_large_fleet_a_part_is_read_and_that_is_said()
    {
        var things = new Things(1_000_000);
        var outages = await new FleetHistogram(things).Read(TestContext.Current.CancellationToken);
        (outages.Things, outages.Complete, things.Read).ShouldBe((20_000, false, 20_000));
        outages.Durations.Sum().ShouldBe(40_000);
    }

    /// <summary>
    /// The even ones had a drop of below 2 s and one of 2 s, the odd ones one of 2 s and one of 4 s. Pages are as short as DynamoDB's may
    /// be, some empty.
    /// </summary>
    private sealed class Things(int count) : IThingCatalogue
    {
        public int Read { get; private set; }

        public Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
        {
            limit.ShouldBeGreaterThan(0);
            var (from, empty) = cursor is null
                ? (0, false)
                : (int.Parse(cursor.TrimEnd('+'), CultureInfo.InvariantCulture), !cursor.EndsWith('+'));
            var size = empty ? 0 : Math.Min(Math.Min(limit, 700), count - from);
            Read += size;
            var next = (from + size).ToString(CultureInfo.InvariantCulture) + (empty ? "+" : "");
            return Task.FromResult(new CataloguePage([.. Enumerable.Range(from, size).Select(Thing)], from + size == count ? null : next));
        }

        private static StoredThing Thing(int i) => new($"thing-{i}", new DeviceState { Durations = i % 2 == 0 ? [1, 1] : [0, 1, 1] });
    }
}
