using System.Collections.Concurrent;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Importing;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace IoTOrleans.Grains.Tests.Policies;

/// <summary>The settings change while the service runs.</summary>
public sealed class ChangedPoliciesTests
{
    private readonly ChangingOptions<PresenceOptions> _options = new(With("door-*", new() { Grace = Minutes(1) }));

    [Fact]
    public void Each_thing_has_the_policy_of_now()
    {
        var policies = new PresencePolicies(_options, [], []);
        var edition = policies.Edition;
        policies.For("door-1").Policy.Grace.ShouldBe(Minutes(1));
        policies.Edition.ShouldBeSameAs(edition);

        _options.Change(With("gate-*", new() { Grace = Minutes(2) }));
        policies.For("door-1").Policy.Grace.ShouldBe(Minutes(5));
        policies.For("gate-1").Policy.Grace.ShouldBe(Minutes(2));
        policies.Edition.ShouldNotBeSameAs(edition);
    }

    [Fact]
    public async Task A_thing_that_a_new_policy_names_is_expected_from_then_on()
    {
        var expected = new ConcurrentQueue<string>();
        var grains = Substitute.For<IGrainFactory>();
        foreach (var name in new[] { "door-1", "door-2" })
        {
            var thing = Substitute.For<IDeviceAnswers>();
            thing.Imported(null!).ReturnsForAnyArgs(_ =>
            {
                expected.Enqueue(name);
                return PresenceStatus.Unknown;
            });
            grains.GetGrain<IDeviceAnswers>(name).Returns(thing);
        }

        var policies = new PresencePolicies(_options, [], []);
        using var service = new ExpectedThings(
            grains, _options, policies, new ThingFilter([], []), new WatchedTime(), NullLogger<ExpectedThings>.Instance);
        await service.StartAsync(TestContext.Current.CancellationToken);
        await VirtualCluster.Until(() => _options.Listeners == 2);
        var changed = With("door-1", new() { ExpectWithin = Minutes(10) });
        _options.Change(changed);
        await VirtualCluster.Until(() => expected.Count == 1);

        changed.Policies.Add(new() { Match = "door-2", Policy = new() { ExpectWithin = Minutes(10) } });
        _options.Change(changed);
        await VirtualCluster.Until(() => expected.Count == 2);
        expected.ShouldBe(["door-1", "door-2"]);
        await service.StopAsync(TestContext.Current.CancellationToken);
    }

    private static PresenceOptions With(string match, PolicySettings policy) =>
        new() { Policies = { new PolicyOptions { Match = match, Policy = policy } } };
}
