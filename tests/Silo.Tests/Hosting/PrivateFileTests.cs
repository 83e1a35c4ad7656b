using System.Diagnostics;
using IoTOrleans.Settings;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

public sealed class PrivateFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("iot-orleans-private-");

    private string At => Path.Combine(_folder.FullName, "secret");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("600", false)]
    [InlineData("400", false)]
    [InlineData("440", true)]
    [InlineData("640", true)]
    [InlineData("604", true)]
    [InlineData("620", true)]
    [InlineData("644", true)]
    public void A_secret_that_others_may_read_is_a_line_also_behind_a_link(string mode, bool isOpen)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        File.WriteAllText(At, "secret");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(At, (UnixFileMode)Convert.ToInt32(mode, 8));
        var link = At + "-link";
        File.CreateSymbolicLink(link, At);
        foreach (var path in (string[])[At, link])
        {
            if (isOpen) PrivateFile.OpenToOthers(path)!.ShouldContain($"(mode {mode}): chmod 600 {path}");
            else PrivateFile.OpenToOthers(path).ShouldBeNull();
        }
    }

    [Fact]
    public void One_that_is_not_there_is_no_line() => PrivateFile.OpenToOthers(At).ShouldBeNull();

    [Fact]
    public void What_could_not_be_written_leaves_the_old_one_and_no_draft()
    {
        File.WriteAllText(At, "old");
        Should.Throw<IOException>(() => PrivateFile.Write(At, _ => throw new IOException("The disk is full."), overwrite: true));
        File.ReadAllText(At).ShouldBe("old");
        Directory.GetFileSystemEntries(_folder.FullName).ShouldBe([At]);
    }

    /// <summary>Else the service, which is not root, could not read what root has written for it.</summary>
    [Theory]
    [InlineData(true, "1234:2345")]
    [InlineData(false, "3456:4567")]
    public async Task What_root_writes_belongs_to_whom_the_old_one_or_the_folder_belongs(bool isThere, string owner)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root gives files away.");
        await Run("chown", "3456:4567", _folder.FullName);
        if (isThere)
        {
            await File.WriteAllTextAsync(At, "old", TestContext.Current.CancellationToken);
            await Run("chown", "1234:2345", At);
        }

        PrivateFile.Write(At, stream => stream.Write("new"u8), overwrite: true);
        (await Run("stat", "-c", "%u:%g %a", At)).ShouldBe($"{owner} 600");
        (await File.ReadAllTextAsync(At, TestContext.Current.CancellationToken)).ShouldBe("new");
    }

    private static async Task<string> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0);
        return output.Trim();
    }
}
