using IoTOrleans.Silo.Api.Access;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Access;

/// <summary>What browsers say of a request, and what may pass.</summary>
public sealed class ForeignPageTests
{
    [Theory]
    [InlineData("GET", "/dashboard/GrainState", "cross-site", "no-cors", "image")]
    [InlineData("GET", "/dashboard/SiloProperties/x", "cross-site", "no-cors", "image")]
    [InlineData("GET", "/dashboard/", "cross-site", "no-cors", "image")]
    [InlineData("GET", "/devices/rpi-1", "same-site", "no-cors", "script")]
    [InlineData("GET", "/devices/rpi-1", "cross-site", "cors", "empty")]
    [InlineData("GET", "/devices/rpi-1", "cross-site", "navigate", "iframe")]
    [InlineData("GET", "/devices", "cross-site", "navigate", "document")]
    [InlineData("GET", "/fleet/advice", "cross-site", "navigate", "document")]
    [InlineData("GET", "/dashboard/GrainState", "cross-site", "navigate", "document")]
    [InlineData("POST", "/devices/rpi-1", "cross-site", "navigate", "document")]
    [InlineData("DELETE", "/devices/rpi-1", "same-site", "cors", "empty")]
    [InlineData("HEAD", "/", "cross-site", "navigate", "document")]
    [InlineData("OPTIONS", "/events", "cross-site", "cors", "empty")]
    [InlineData("GET", "/", "same-origin, cross-site", "navigate", "iframe")]
    public void Foreign(string method, string path, string site, string mode, string destination) =>
        Sent(method, path, site, mode, destination).ShouldBeTrue();

    [Theory]
    [InlineData("GET", "/", "cross-site", "navigate", "document")]
    [InlineData("GET", "/dashboard", "same-site", "navigate", "document")]
    [InlineData("GET", "/dashboard/", "cross-site", "navigate", "document")]
    [InlineData("GET", "/devices/rpi-1", "cross-site", "navigate", "document")]
    [InlineData("GET", "/devices/rpi-1/why", "cross-site", "navigate", "document")]
    [InlineData("GET", "/dashboard/GrainState", "same-origin", "cors", "empty")]
    [InlineData("GET", "/dashboard/GrainState", "none", "navigate", "document")]
    [InlineData("DELETE", "/devices/rpi-1", "same-origin", "cors", "empty")]
    [InlineData("DELETE", "/devices/rpi-1", null, null, null)]
    public void Not_foreign(string method, string path, string? site, string? mode, string? destination) =>
        Sent(method, path, site, mode, destination).ShouldBeFalse();

    [Theory]
    [InlineData("GET", "https://evil.example", true)]
    [InlineData("GET", "null", true)]
    [InlineData("GET", "http://127.0.0.1:8081", true)]
    [InlineData("POST", "http://127.0.0.1:8081", true)]
    [InlineData("GET", "http://127.0.0.1:8080", false)]
    [InlineData("POST", "http://127.0.0.1:8080", false)]
    public void The_origin_counts_for_every_method(string method, string origin, bool foreign) =>
        Sent(method, "/", null, null, null, origin).ShouldBe(foreign);

    private static bool Sent(string method, string path, string? site, string? mode, string? destination, string? origin = null)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path, request.Host) = (method, path, new("127.0.0.1", 8080));
        if (site is not null) request.Headers["Sec-Fetch-Site"] = site;
        if (mode is not null) request.Headers["Sec-Fetch-Mode"] = mode;
        if (destination is not null) request.Headers["Sec-Fetch-Dest"] = destination;
        if (origin is not null) request.Headers.Origin = origin;
        return ForeignPage.Sent(request);
    }
}
