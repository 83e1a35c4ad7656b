using IoTOrleans.Events.Mqtt;
using Orleans.TestingHost;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerGrainTests
{
    [Fact]
    public async Task Every_start_has_a_higher_number_also_when_the_grain_has_to_be_read_again()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.AddMemoryGrainStorageAsDefault());
        await using var cluster = builder.Build();
        await cluster.DeployAsync(TestContext.Current.CancellationToken);
        var counter = new GrainStartCounter(cluster.Client);

        (await counter.Next()).ShouldBe(1);
        (await counter.Next()).ShouldBe(2);
        await cluster.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, TestContext.Current.CancellationToken);
        (await counter.Next()).ShouldBe(3);
    }
}
