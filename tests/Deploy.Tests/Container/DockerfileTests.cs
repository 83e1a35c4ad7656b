using IoTOrleans.Deploy.Tests.Templates;

namespace IoTOrleans.Deploy.Tests.Container;

/// <summary>The image: named bases, a program that its user cannot change, and the same in the task definition.</summary>
public sealed class DockerfileTests
{
    private const string User = "1654";

    private static readonly string[] Lines =
        [.. File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "src", "Silo", "Dockerfile")).Where(line => !line.StartsWith('#'))];

    private static readonly string[] LastStage = [.. Lines.Skip(Array.FindLastIndex(Lines, line => Is(line, "FROM")))];

    private static JsonObject Container => Template.Service.Properties("TaskDefinition")["ContainerDefinitions"]![0]!.AsObject();

    [Fact]
    public void A_base_is_named_by_a_full_version() =>
        Lines.Where(line => Is(line, "FROM")).ShouldEachBe(line => Has(line, @":\d+\.\d+\.\d+-\S+( AS \w+)?$"));

    [Fact]
    public void Nothing_but_data_belongs_to_the_user_that_it_runs_as()
    {
        LastStage.Where(line => Is(line, "COPY"))
            .ShouldBe(["COPY --from=build /app .", $"COPY --from=build --chown={User}:{User} /state ."]);
        Lines.Where(line => line.Contains("/state", StringComparison.Ordinal))
            .ShouldContain(line => line.EndsWith("&& install -d -m 700 /state/data", StringComparison.Ordinal));
    }

    [Fact]
    public void It_runs_as_that_user_and_root_is_nowhere_again() =>
        LastStage.Where(line => Is(line, "USER")).ShouldBe([$"USER {User}"]);

    [Fact]
    public void The_task_runs_as_that_user_too() => ((string?)Container["User"]).ShouldBe(User);

    [Fact]
    public void The_task_cannot_change_its_root_file_system() => ((string?)Container["ReadonlyRootFilesystem"]).ShouldBe("true");

    [Fact]
    public void The_task_has_no_capability() =>
        Container["LinuxParameters"]!.ToJsonString().ShouldBe("""{"Capabilities":{"Drop":["ALL"]}}""");

    private static bool Is(string line, string instruction) => line.StartsWith(instruction + " ", StringComparison.Ordinal);

    private static bool Has(string line, string pattern) => System.Text.RegularExpressions.Regex.IsMatch(line, pattern);
}
