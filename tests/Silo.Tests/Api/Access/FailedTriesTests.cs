using System.Net;
using CsCheck;
using IoTOrleans.Silo.Api.Access;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Access;

public sealed class FailedTriesTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<FailedTries> _log = new();
    private readonly FailedTries _tries;

    public FailedTriesTests() => _tries = new(_time, _log);

    public void Dispose() => _tries.Dispose();

    [Fact]
    public void A_storm_of_them_is_one_line_at_once_and_one_a_minute_with_counts_and_addresses()
    {
        Try("192.0.2.7", 22_400);
        _log.Lines.ShouldBe(["Warning: A request with a wrong key came from 192.0.2.7. More of them are one line a minute."]);
        for (var i = 0; i < 8; i++) Try($"198.51.100.{i}", 1);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines.Count.ShouldBe(2);
        _log.Lines[1].ShouldStartWith("Warning: In the last minute 22407 more requests came with wrong keys, from 192.0.2.7 (22400), ");
        _log.Lines[1].ShouldEndWith(" and 4 other addresses.");

        Try("192.0.2.7", 3);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines.Count.ShouldBe(3);
        _log.Lines[2].ShouldContain("3 more requests");

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
            using var tries = new FailedTries(time, new RecordingLogger<FailedTries>());
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
                var wait = tries.Count(new IPAddress(new byte[] { 192, 0, 2, (byte)address }));
                if (counts[address] <= FailedTries.PerMinute != wait is null) return false;
                if (wait is not null && wait != end - time.GetUtcNow()) return false;
            }

            return true;
        });

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("::1", "::1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::9", "2001:db8:1:2::/64")]
    public void An_IPv6_network_counts_as_one(string address, string network) =>
        FailedTries.NetworkOf(IPAddress.Parse(address)).ShouldBe(network);

    /// <summary>Beyond the table's size all new addresses are one; those that are in it keep their own count.</summary>
    [Fact]
    public void Many_addresses_do_not_fill_the_memory()
    {
        for (var i = 0; i < FailedTries.MostAddresses; i++) _tries.Count(new IPAddress(i)).ShouldBeNull();
        for (var i = 0; i < FailedTries.PerMinute; i++) _tries.Count(new IPAddress(FailedTries.MostAddresses + i)).ShouldBeNull();
        _tries.Count(new IPAddress(FailedTries.MostAddresses + 100)).ShouldNotBeNull();
        _tries.Count(new IPAddress(7)).ShouldBeNull();
    }

    private void Try(string address, int times)
    {
        for (var i = 0; i < times; i++) _tries.Count(IPAddress.Parse(address));
    }
}
