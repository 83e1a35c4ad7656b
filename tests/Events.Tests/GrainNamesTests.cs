using IoTOrleans.Events.Mqtt;
using IoTOrleans.Events.Watermarks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Metadata;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests;

/// <summary>By these names grains are stored, and silos of two versions call each other; the names of classes may change.</summary>
public sealed class GrainNamesTests
{
    [Fact]
    public void Grains_keep_the_names_by_which_they_are_stored_and_called()
    {
        using var host = new HostBuilder().UseOrleans(silo => silo.UseLocalhostClustering()).Build();
        var types = host.Services.GetRequiredService<GrainTypeResolver>();
        var interfaces = host.Services.GetRequiredService<GrainInterfaceTypeResolver>();

        types.GetGrainType(typeof(BrokerGrain)).ToString().ShouldBe("broker");
        types.GetGrainType(typeof(WatermarkGrain)).ToString().ShouldBe("horizon");
        interfaces.GetGrainInterfaceType(typeof(IBrokerGrain)).ToString().ShouldBe("IoTOrleans.IBrokerGrain");
        interfaces.GetGrainInterfaceType(typeof(IWatermarkGrain)).ToString().ShouldBe("IoTOrleans.IHorizonGrain");
    }
}
