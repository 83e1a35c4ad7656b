using CsCheck;
using IoTOrleans.Silo.Hosting.Composition;
using IoTOrleans.Silo.Hosting.Lan;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting.Lan;

/// <summary><c>--lan</c> fills in what is missing, and changes nothing that the user has set.</summary>
public sealed class LocalNetworkTests
{
    private const string Address = "Events:Mqtt:Listen:Address";
    private const string Hosts = "AllowedHosts";

    /// <summary>A blank is no value.</summary>
    private static readonly string[] Values = ["mine", " ", ""];

    private static readonly string[] All = [.. LanCredentials.Names, Address, Hosts];

    [Fact]
    public void Whatever_the_user_has_set_stays_and_the_rest_is_filled_in() =>
        Gen.Int[0, 2].Array[All.Length].Sample(chosen =>
        {
            var set = All.Zip(chosen.Select(n => Values[n])).ToList();
            Filled([.. set]).ShouldBe(set.Where(pair => pair.Second != "mine").Select(pair => pair.First), ignoreOrder: true);
        });

    [Fact]
    public void Without_a_broker_it_needs_no_password() => Filled(("Events:Mqtt:Listen:Port", "0"))
        .ShouldBe([LanCredentials.ApiKey, Hosts], ignoreOrder: true);

    [Fact]
    public void Where_something_else_guards_it_there_is_no_key() => Filled(("Auth:AllowAnonymous", "True"))
        .ShouldNotContain(LanCredentials.ApiKey);

    [Theory]
    [InlineData("Auth:ApiKeyFile", "/run/secrets/key", LanCredentials.ApiKey)]
    [InlineData("Auth:ApiKey:0", "0123456789abcdef", LanCredentials.ApiKey)]
    [InlineData("Events:Mqtt:Listen:UsersFile", "data/mqtt-users", LanCredentials.Username)]
    [InlineData("Events:Mqtt:Listen:UsersFile", "data/mqtt-users", LanCredentials.Password)]
    public void Set_in_another_way_is_set(string setting, string value, string filled) =>
        Filled((setting, value)).ShouldNotContain(filled);

    [Theory]
    [InlineData(true, "http://*:8080")]
    [InlineData(false, "http://127.0.0.1:8080")]
    public void Http_listens_where_it_should_unless_that_is_set(bool lan, string url)
    {
        SiloApplication.CreateBuilder([], lan).Configuration["urls"].ShouldBe(url);
        SiloApplication.CreateBuilder(["--urls=http://127.0.0.1:1"], lan).Configuration["urls"].ShouldBe("http://127.0.0.1:1");
        SiloApplication.CreateBuilder(["--http_ports=1"], lan).Configuration["urls"].ShouldBeNull();
    }

    [Theory]
    [InlineData("pi", null, "pi", "pi.local")]
    [InlineData("Pi", "pi.example.com", "pi", "pi.local", "pi.example.com")]
    [InlineData("pi.example.com", "pi.example.com", "pi.example.com", "pi", "pi.local")]
    [InlineData("pi", "pie.example.com", "pi", "pi.local")]
    [InlineData("pi", "evil.example.com", "pi", "pi.local")]
    [InlineData("pi", "pi.*", "pi", "pi.local")]
    [InlineData("localhost", "localhost.localdomain")]
    [InlineData("", null)]
    public void The_names_of_this_machine(string host, string? canonical, params string[] names) =>
        OwnNames.From(host, canonical).ShouldBe(names);

    private static List<string> Filled(params (string Setting, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Setting, (string?)pair.Value))).Build();
        return
        [
            .. LocalNetwork.LackingSecrets(configuration),
            .. LocalNetwork.LackingAddresses(configuration, ["pi", "pi.local"]).Select(pair => pair.Key),
        ];
    }
}
