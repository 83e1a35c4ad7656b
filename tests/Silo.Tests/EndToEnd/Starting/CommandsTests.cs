using System.Diagnostics;
using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Starting;

/// <summary>Whatever is wrong with a command is named at once, in a line each, with a status that is not 0 and without a stack.</summary>
public sealed class CommandsTests : IDisposable
{
    private const string Broken = "Failed to load configuration from file '";

    private readonly string _folder = Directory.CreateTempSubdirectory("iot-orleans-commands-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("backup", "There is no name for the copy: write backup <file> [--database data/iot-orleans.db].")]
    [InlineData("backup copy --database=", "--database has no value: write backup <file>")]
    [InlineData("backup copy --database", "--database has no value: write backup <file>")]
    [InlineData("backup a b --all", "b: write backup <file>", "--all: write backup <file>")]
    [InlineData("backup --database= --all", "--all: write backup", "There is no name for the copy", "--database has no value")]
    [InlineData("backup copy", "There is no database ")]
    [InlineData("backup copy --database nothing", "There is no database ")]
    [InlineData("backup . --database appsettings.json", " is there already and was left as it is: choose another name.")]
    [InlineData("mqtt-user --file= --all", "--all: write mqtt-user", "There is no name: write mqtt-user", "--file has no value")]
    [InlineData("mqtt-user a --file .", ". cannot be written (")]
    [InlineData("import --url=localhost:8080 --all=1", "--all: import takes --url", "--url=localhost:8080: say the address of the service")]
    [InlineData("--health localhost:8080", "--health localhost:8080: say the address of the service, like http://127.0.0.1:8080.")]
    [InlineData("key --all", "key: write a setting as --Section:Name=value", "--all has no value: write --all=value.")]
    public Task Wrong_arguments(string arguments, params string[] lines) => ShouldFail("{}", "", arguments, lines);

    [Theory]
    [InlineData("backup --all", "--all: write backup", "There is no name for the copy", Broken)]
    [InlineData("mqtt-user #", "a name may not begin with #", Broken)]
    [InlineData("import", Broken)]
    [InlineData("--lan", Broken)]
    public Task A_broken_file_of_settings(string arguments, params string[] lines) => ShouldFail("{ \"Storage\": ", "", arguments, lines);

    [Theory]
    [InlineData("backup copy", "Storage:Sqlite:Path=~nobody/x.db: only a shell expands ~nobody", "Storage:Provider=Sqlight: say one of")]
    [InlineData("import", "Storage:Sqlite:Path=~nobody/x.db: only a shell expands ~nobody")]
    [InlineData("mqtt-user a", "Events:Mqtt:Listen:UsersFile=~nobody/users: only a shell expands ~nobody")]
    public Task Wrong_settings(string arguments, params string[] lines) => ShouldFail(
        """
        {
          "Storage": { "Provider": "Sqlight", "Sqlite": { "Path": "~nobody/x.db" } },
          "Events": { "Mqtt": { "Listen": { "UsersFile": "~nobody/users" } } }
        }
        """,
        "", arguments, lines);

    [Theory]
    [InlineData("backup copy", "Storage:Provider=DynamoDB, so there is no file to copy: DynamoDB has point-in-time recovery.")]
    public Task No_file_to_copy(string arguments, params string[] lines) =>
        ShouldFail("""{ "Storage": { "Provider": "DynamoDB" } }""", "", arguments, lines);

    [Theory]
    [InlineData("--health", "http://127.0.0.1:8o80 is not an address to listen on (8o80 is not a port: 1 to 65535)")]
    [InlineData("import", "http://127.0.0.1:8o80 is not an address to listen on (8o80 is not a port: 1 to 65535)")]
    public Task A_wrong_address_in_the_environment(string arguments, params string[] lines) =>
        ShouldFail("{}", "http://127.0.0.1:8o80", arguments, lines);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task ShouldFail(string settings, string urls, string arguments, string[] lines)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "appsettings.json"), settings, Cancel);
        var start = SiloProgram.In(_folder, new Dictionary<string, string> { ["ASPNETCORE_URLS"] = urls });
        foreach (var argument in arguments.Split(' ')) start.ArgumentList.Add(argument);
        start.RedirectStandardInput = true;
        using var command = Process.Start(start)!;
        command.StandardInput.Close();
        var (output, error) = (command.StandardOutput.ReadToEndAsync(Cancel), command.StandardError.ReadToEndAsync(Cancel));
        await command.WaitForExitAsync(Cancel).WaitAsync(SiloProcess.Patience, Cancel);

        (command.ExitCode, await output).ShouldBe((1, ""), await error);
        var said = (await error).Trim().Split('\n');
        said.Length.ShouldBe(lines.Length, await error);
        foreach (var (line, wanted) in said.Zip(lines)) line.ShouldContain(wanted);
    }
}
