using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api;

public sealed class UnencodedNameTests
{
    [Theory]
    [InlineData("site/1", "/devices/site%2F1")]
    [InlineData("site/1/", "/devices/site%2F1")]
    [InlineData("a/b/c", "/devices/a%2Fb%2Fc")]
    [InlineData("site/1/history", "/devices/site%2F1/history")]
    [InlineData("site/1/policy", "/devices/site%2F1/policy")]
    [InlineData("site/history/why", "/devices/site%2Fhistory/why")]
    [InlineData("a%20b/%E5%90%8D", "/devices/a%20b%2F%E5%90%8D")]
    [InlineData("site", null)]
    [InlineData("site/", null)]
    [InlineData("site/history", null)]
    [InlineData("", null)]
    public void A_path_with_a_slash_in_the_name_is_written_as_it_should_be(string rest, string? path) =>
        UnencodedName.Encoded(rest).ShouldBe(path);

    [Fact]
    public void What_is_below_a_thing_is_what_has_a_route() =>
        ProgramRoutes.All.Select(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').Split('/'))
            .Where(parts => parts is ["devices", "{thingName}", _]).Select(parts => parts[2]).Distinct()
            .ShouldBe(ThingRoutes.Below, ignoreOrder: true);
}
