using System.Globalization;
using System.Text.RegularExpressions;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

/// <summary>Who stops the service kills it if it takes too long. The service must have ended by itself before that.</summary>
public sealed class StopLimitTests
{
    private static readonly TimeSpan Longest = StopLimit.Limit + StopLimit.LastMoment;

    [Fact]
    public void A_stop_fits_into_what_ECS_grants_by_itself() => Longest.ShouldBeLessThan(TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData("docker-compose.yml", @"stop_grace_period: (\d+)s")]
    [InlineData("deploy/systemd/iot-orleans.service", @"(?m)^TimeoutStopSec=(\d+)$")]
    public void A_stop_fits_into_what_is_granted(string file, string pattern)
    {
        var granted = Regex.Match(File.ReadAllText(Path.Combine(RepositoryRoot.Path, file)), pattern);
        TimeSpan.FromSeconds(int.Parse(granted.Groups[1].Value, CultureInfo.InvariantCulture)).ShouldBeGreaterThan(Longest);
    }
}
