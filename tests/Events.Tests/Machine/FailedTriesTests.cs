using System.Net;
using CsCheck;
using IoTOrleans.Events.Machine;
using IoTOrleans.Testing;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Machine;

public sealed class FailedTriesTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<FailedTries> _log = new();
    private readonly FailedTries _tries;

    public FailedTriesTests() => _tries = new("A wrong key", _time, _log);

    public void Dispose() => _tries.Dispose();

    [Fact]
    public void A_storm_of_them_is_one_line_at_once_and_one_a_minute_with_counts_and_addresses()
    {
        Try("192.0.2.7", 22_400);
        _log.Lines.ShouldBe(["Warning: A wrong key came from 192.0.2.7. More of them are one line a minute."]);
        for (var i = 0; i < 8; i++) Try($"198.51.100.{i}", 1);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines.Count.ShouldBe(2);
        _log.Lines[1].ShouldStartWith("Warning: A wrong key came 22407 more times in the last minute, from 192.0.2.7 (22400), ");
        _log.Lines[1].ShouldEndWith(" and 4 other addresses.");

        Try("192.0.2.7", 3);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines.Count.ShouldBe(3);
        _log.Lines[2].ShouldContain("3 more times");

        // Quiet again: the next one is said at once.
        _time.Advance(TimeSpan.FromMinutes(2));
        _log.Lines.Count.ShouldBe(3);
        Try("192.0.2.9", 1);
        _log.Lines[3].ShouldContain("192.0.2.9");
    }

    /// <summary>Whatever comes when: ten answers a minute to an address are not 429, and each 429 says when the minute ends.</summary>
    [Fact]
    public void Ten_a_minute_for_each_address() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 30]).Array[0, 200].Sample(steps =>
        {
            var time = new FakeTimeProvider();
            using var tries = new FailedTries("A wrong key", time, new RecordingLogger<FailedTries>());
            var (counts, end) = (new Dictionary<int, int>(), (DateTimeOffset?)null);
            foreach (var (address, seconds) in steps)
            {
                // The minute begins with the first try; while there are some in each, another follows it.
                for (var left = seconds; left > 0; left--)
                {
                    time.Advance(TimeSpan.FromSeconds(1));
                    if (end is null || time.GetUtcNow() < end) continue;
                    end = counts.Count > 0 ? end + TimeSpan.FromMinutes(1) : null;
                    counts.Clear();
                }

                end ??= time.GetUtcNow() + TimeSpan.FromMinutes(1);
                counts[address] = counts.GetValueOrDefault(address) + 1;
                var wait = tries.Count(Address(address));
                if (counts[address] <= FailedTries.PerMinute != wait is null) return false;
                if (wait is not null && wait != end - time.GetUtcNow()) return false;
            }

            return true;
        });

    [Fact]
    public void An_IPv6_network_counts_as_one()
    {
        for (var i = 1; i <= FailedTries.PerMinute; i++) Count($"2001:db8:1:2::{i}").ShouldBeNull();
        Count("2001:db8:1:2:3:4:5:6").ShouldNotBeNull();
        Count("2001:db8:1:3::1").ShouldBeNull();
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines[1].ShouldContain("from 2001:db8:1:2::/64 (11), 2001:db8:1:3::/64 (1).");
    }

    /// <summary>Beyond the table's size all new addresses are one; those that are in it keep their own count.</summary>
    [Fact]
    public void Many_addresses_do_not_fill_the_memory()
    {
        for (var i = 0; i < FailedTries.MostAddresses; i++) _tries.Count(Address(i)).ShouldBeNull();
        for (var i = 0; i < FailedTries.PerMinute; i++) _tries.Count(Address(FailedTries.MostAddresses + i)).ShouldBeNull();
        _tries.Count(Address(FailedTries.MostAddresses + 100)).ShouldNotBeNull();
        _tries.Count(Address(7)).ShouldBeNull();
    }

    private static ClientAddress Address(int number) => ClientAddress.Of(new IPAddress([10, 0, (byte)(number >> 8), (byte)number]));

    private TimeSpan? Count(string address) => _tries.Count(ClientAddress.Of(IPAddress.Parse(address)));

    private void Try(string address, int times)
    {
        for (var i = 0; i < times; i++) Count(address);
    }
}
