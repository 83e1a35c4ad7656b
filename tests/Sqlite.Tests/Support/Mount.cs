using System.Diagnostics;

namespace IoTOrleans.Sqlite.Tests.Support;

/// <summary>A small disk in memory, to be full or read-only as real disks are. Without root on Linux the test is skipped.</summary>
internal sealed class Mount(string folder) : IDisposable
{
    public static Mount OrSkip(string folder, string options)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small disk needs root on Linux.");
        Directory.CreateDirectory(folder);
        var exitCode = Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder);
        Assert.SkipUnless(exitCode == 0, "This machine does not let us mount (a container without CAP_SYS_ADMIN?).");
        return new Mount(folder);
    }

    public void Dispose() => Run("umount", folder);

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
