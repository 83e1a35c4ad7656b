using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Deployment;

/// <summary>What lies in the folder of the data, and who may read it.</summary>
public sealed class FilesTests
{
    [Fact]
    public async Task All_files_are_for_their_owner_alone_and_a_folder_for_everybody_is_a_warning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        await using var silo = SiloProcess.Begin(("Storage:Sqlite:Path", "shared/things.db"));
        await silo.Until(() => silo.Output.Any(line => line.Contains("is watching", StringComparison.Ordinal)), "the start-up text");
        (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
        silo.HasNoLineWith(" warn: ");
        var folder = Path.Combine(silo.Folder, "shared");
        await Command.Run(silo.Folder, TimeSpan.FromSeconds(10), "chmod", "755", folder);

        await silo.Run();

        await silo.Says($"Others may look into the folder {folder} (mode 755): give it mode 700");
        var files = Directory.GetFiles(folder);
        files.Length.ShouldBeGreaterThan(3);
        foreach (var file in files) ModeOf(file).ShouldBe("600", file);
    }

    [Theory]
    [InlineData("iot-orleans.db")]
    [InlineData("iot-orleans.db.lock")]
    public async Task A_link_that_somebody_has_put_there_is_not_followed(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        var target = "";
        var (exitCode, output) = await SiloProcess.FailIn(folder =>
        {
            target = Path.Combine(folder, "theirs");
            File.WriteAllText(target, "");
            Directory.CreateDirectory(Path.Combine(folder, "data"));
            File.CreateSymbolicLink(Path.Combine(folder, "data", name), target);
        });

        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldStartWith("Storage:Sqlite:Path: ");
        output.ShouldContain($"{name} is a symbolic link to {target}. It is not followed");
    }

    private static string ModeOf(string file) =>
        OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(file), 8);
}
