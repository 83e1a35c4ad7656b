using IoTOrleans.Deploy.Tests.Templates;

namespace IoTOrleans.Deploy.Tests.Container;

/// <summary>docker-compose.yml gives the silos no more rights than they need, and has no key that everybody knows.</summary>
public sealed class ComposeTests
{
    private static readonly JsonObject File =
        Yaml.Parse(System.IO.File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docker-compose.yml")));

    public static TheoryData<string> Services => [.. File["services"]!.AsObject().Select(service => service.Key)];

    public static TheoryData<string> Silos =>
        [.. Services.Select(row => row.Data).Where(name => name.StartsWith("silo", StringComparison.Ordinal))];

    [Fact]
    public void There_are_two_silos() => Silos.Count.ShouldBe(2);

    [Theory]
    [MemberData(nameof(Silos))]
    public void A_silo_cannot_change_its_root_file_system(string name)
    {
        ((string?)Service(name)["read_only"]).ShouldBe("true");
        List(name, "tmpfs").ShouldBe(["/tmp"]);
    }

    [Theory]
    [MemberData(nameof(Silos))]
    public void A_silo_has_no_capability(string name)
    {
        List(name, "cap_drop").ShouldBe(["ALL"]);
        Service(name).ContainsKey("cap_add").ShouldBeFalse();
        Service(name).ContainsKey("privileged").ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Nothing_gains_privileges(string name) => List(name, "security_opt").ShouldBe(["no-new-privileges:true"]);

    [Theory]
    [MemberData(nameof(Services))]
    public void What_is_reachable_is_so_from_this_machine_alone(string name) =>
        List(name, "ports").Where(port => !port.StartsWith("127.0.0.1:", StringComparison.Ordinal)).ShouldBeEmpty();

    /// <summary>Without API_KEY compose refuses to start, and says how to make one.</summary>
    [Theory]
    [MemberData(nameof(Silos))]
    public void The_key_has_no_default(string name)
    {
        var key = (string)Service(name)["environment"]!["Auth__ApiKey"]!;
        key.ShouldStartWith("${API_KEY:?");
        key.ShouldContain("dotnet run --project src/Silo -- key");
        System.IO.File.ReadAllLines(Path.Combine(RepositoryRoot.Path, ".env.example")).ShouldContain("API_KEY=");
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void An_image_is_named_by_a_full_version(string name)
    {
        if (Service(name).ContainsKey("build")) return;
        ((string)Service(name)["image"]!).ShouldMatch(@":\d+\.\d+\.\d+$");
    }

    private static string[] List(string service, string key) =>
        [.. Service(service)[key]?.AsArray().Select(item => (string)item!) ?? []];

    /// <summary>With what it takes over from an anchor.</summary>
    private static JsonObject Service(string name)
    {
        var own = File["services"]![name]!.AsObject();
        if (own["<<"] is not { } taken) return own;
        var whole = taken.DeepClone().AsObject();
        foreach (var (key, value) in own.Where(pair => pair.Key != "<<")) whole[key] = value!.DeepClone();
        return whole;
    }
}
