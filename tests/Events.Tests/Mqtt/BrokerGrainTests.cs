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
        var broker = cluster.Client.GetGrain<IBrokerGrain>(IBrokerGrain.Key);

        (await broker.Started()).ShouldBe(1);
        (await broker.Started()).ShouldBe(2);
        await cluster.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, TestContext.Current.CancellationToken);
        (await broker.Started()).ShouldBe(3);
    }
}
