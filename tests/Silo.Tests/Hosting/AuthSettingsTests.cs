using System.Net;
using IoTOrleans.Settings;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Hosting.Lan;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

public sealed class AuthSettingsTests
{
    private const string Key = "0123456789abcdef";

    [Theory]
    [InlineData("Auth:ApiKey", "x", "Auth:ApiKey: key 1 of 1 has 1 characters, and needs 16 at least")]
    [InlineData("Auth:ApiKey", "0123456789abcdef,fifteen-letters", "Auth:ApiKey: key 2 of 2 has 15 characters, and needs 16 at least")]
    [InlineData("Auth:ReadOnlyKey", "s3cret", "Auth:ReadOnlyKey: key 1 of 1 has 6 characters, and needs 16 at least")]
    [InlineData("Auth:ApiKey", ",", "Auth:ApiKey has no key")]
    [InlineData("Auth:ApiKey", "iotorleans_0000000000", "Auth:ApiKey: key 1 of 1 is not as it was printed")]
    [InlineData("Auth:ApiKeyFile", "/nowhere/keys", "Auth:ApiKeyFile=/nowhere/keys cannot be read (")]
    [InlineData("Auth:ApiKeyFile", "~nobody/keys", "Auth:ApiKeyFile=~nobody/keys: only a shell expands ~nobody; say the whole path.")]
    [InlineData("Auth:ApiKeyFile", "ke\0ys", "Auth:ApiKeyFile=ke\0ys cannot be read (")]
    [InlineData("Auth:ReadOnlyKeyFile", "/", "Auth:ReadOnlyKeyFile=/ cannot be read (")]
    [InlineData("Auth:ApiKeyFile", "/dev/null", "Auth:ApiKeyFile=/dev/null has no key")]
    [InlineData("Auth:ProxyUserHeader", "X-User",
        "Auth:ProxyUserHeader is set without Auth:TrustedProxies: anybody could send this header")]
    [InlineData("Auth:TrustedProxies", "10.0.0.7", "Auth:TrustedProxies is set without Auth:ProxyUserHeader")]
    public void What_would_leave_a_door_open_is_one_line_that_shows_no_key(string setting, string value, string line)
    {
        var message = Should.Throw<StartupException>(() => Configured.ReadAll((setting, value))).Message;
        message.Split(Environment.NewLine).ShouldHaveSingleItem().ShouldStartWith(line);
        foreach (var key in (string[])["fifteen-letters", "s3cret", "iotorleans_0"]) message.ShouldNotContain(key);
    }

    [Theory]
    [InlineData("Auth:ApiKey", Key, "Auth:ReadOnlyKey", Key, "Auth:ReadOnlyKey has a key that Auth:ApiKey has too")]
    [InlineData("Auth:ApiKey", Key, "Auth:ApiKeyFile", "/nowhere", "Auth:ApiKey and Auth:ApiKeyFile are both set: keep one of them.")]
    [InlineData("Auth:ProxyUserHeader", "X-User", "Auth:TrustedProxies", "0.0.0.0/0", "Auth:TrustedProxies=0.0.0.0/0 is everybody")]
    [InlineData("Auth:ProxyUserHeader", "X-User", "Auth:TrustedProxies", "10.0.0.0/33",
        "Auth:TrustedProxies=10.0.0.0/33: say an address like 10.0.0.7, or a network like 10.0.0.0/24.")]
    [InlineData("Auth:ProxyUserHeader", "X-User", "Auth:TrustedProxies", "::ffff:0:0/96", "Auth:TrustedProxies=::ffff:0:0/96 is everybody")]
    [InlineData("Auth:ApiKey", Key, "Auth:ApiKey:0", "the key of the list", "Auth:ApiKey is set as one text and as a list")]
    [InlineData("Auth:ApiKey:0", "", "Auth:AllowAnonymous", "true", "Auth:ApiKey has no key")]
    [InlineData("Auth:ProxyUserHeader", "X User:", "Auth:TrustedProxies", "10.0.0.0/8",
        "Auth:ProxyUserHeader=X User:: say the name of a header")]
    public void What_does_not_go_together_is_named(string setting, string value, string second, string also, string line) =>
        Should.Throw<StartupException>(() => Configured.ReadAll((setting, value), (second, also))).Message
            .Split(Environment.NewLine).ShouldContain(each => each.StartsWith(line, StringComparison.Ordinal));

    /// <summary>Both forms count in every provider of settings, so no key is overlooked.</summary>
    [Theory]
    [InlineData("Auth:ApiKey")]
    [InlineData("Auth:ReadOnlyKey")]
    public void Keys_may_be_a_list(string setting)
    {
        var auth = Configured.ReadAll(($"{setting}:0", Key), ($"{setting}:1", "the second of the keys")).Auth;
        auth.AsksWho.ShouldBeTrue();
        KeySet.Read(auth).Value!.Count.ShouldBe(2);
        LocalNetwork.LackingSecrets(Configuration((setting, Key))).Contains("Auth:ApiKey")
            .ShouldBe(LocalNetwork.LackingSecrets(Configuration(($"{setting}:0", Key))).Contains("Auth:ApiKey"));
    }

    /// <summary>What is ignored elsewhere could leave the door open here.</summary>
    [Theory]
    [InlineData("Auth:ApiKeys", "Unknown setting Auth:ApiKeys")]
    [InlineData("Auth:ApiKey:0:Value", "Unknown setting Auth:ApiKey:0:Value")]
    [InlineData("Auth:ApiKeyFile:0", "Unknown setting Auth:ApiKeyFile:0")]
    [InlineData("ForwardedHeaders_Enabled", "ForwardedHeaders_Enabled=true")]
    public void A_setting_that_would_not_do_what_it_seems_to_do_stops_the_start(string setting, string line) =>
        Should.Throw<StartupException>(() => Configured.ReadAll((setting, "true"))).Message
            .Split(Environment.NewLine).ShouldContain(each => each.StartsWith(line, StringComparison.Ordinal));

    [Theory]
    [InlineData("10.0.0.7", true)]
    [InlineData("::ffff:10.0.0.7", true)]
    [InlineData("10.0.1.7", false)]
    [InlineData("2001:db8::9", true)]
    [InlineData("2001:db9::9", false)]
    [InlineData("127.0.0.1", false)]
    public void Proxies_are_addresses_and_networks(string peer, bool trusted) => Configured
        .ReadAll(("Auth:ProxyUserHeader", "X-User"), ("Auth:TrustedProxies", "10.0.0.0/24,2001:db8::/32"))
        .Auth.IsProxy(IPAddress.Parse(peer)).ShouldBe(trusted);

    [Fact]
    public void A_network_may_be_written_as_the_system_shows_ipv4_on_ipv6() => Configured
        .ReadAll(("Auth:ProxyUserHeader", "X-User"), ("Auth:TrustedProxies", "::ffff:10.0.0.0/104"))
        .Auth.IsProxy(IPAddress.Parse("10.1.2.3")).ShouldBeTrue();

    [Fact]
    public void A_printed_key_is_taken() => Configured.ReadAll(("Auth:ApiKey", NewKey.Make())).Auth.AsksWho.ShouldBeTrue();

    [Fact]
    public void Settings_that_are_written_out_show_no_key() =>
        Configured.ReadAll(("Auth:ApiKey", Key)).ToString().ShouldNotContain(Key);

    private static IConfiguration Configuration(params (string Setting, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(pair => pair.Setting, pair => (string?)pair.Value)).Build();
}
