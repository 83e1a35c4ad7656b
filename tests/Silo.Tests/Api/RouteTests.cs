using IoTOrleans.Events;
using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Catalogue;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api;

public sealed class RouteTests
{
    /// <summary>They are values of the tag <c>http.route</c>, on which dashboards rely.</summary>
    [Fact]
    public async Task The_routes_of_a_thing_are_as_documented()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(Substitute.For<IGrainFactory>());
        builder.Services.AddSingleton<ThingList>();
        builder.Services.AddSingleton<Acts>();
        builder.Services.AddSingleton(new ThingLimit(0, Substitute.For<IKnownThings>(), NullLogger<ThingLimit>.Instance));
        await using var app = builder.Build();
        app.MapDevices();
        app.MapPolicies();

        ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(["/devices", "/devices/{thingName}", "/devices/{thingName}/policy"]);
    }
}
