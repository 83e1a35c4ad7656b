using IoTOrleans.Silo.Reminders;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Reminders;

/// <summary>The file of <see cref="ClockMark"/> is for its owner alone, and no link leads it elsewhere.</summary>
public sealed class ClockMarkFileTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Now);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("iot-orleans-clock-");

    private string At => Path.Combine(_folder.FullName, "iot-orleans.db-clock");

    private string Elsewhere => Path.Combine(_folder.FullName, "elsewhere");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void It_is_for_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        File.WriteAllText(At, "of an older version");
        Mark().Write(Now);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(At).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_link_is_not_written_through()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        File.WriteAllText(Elsewhere, "theirs");
        File.CreateSymbolicLink(At, Elsewhere);

        Mark().Write(Now);

        File.ReadAllText(Elsewhere).ShouldBe("theirs");
        new FileInfo(At).LinkTarget.ShouldBeNull();
        File.ReadAllText(At).ShouldStartWith("2026-11-30T12:00:00");
    }

    /// <summary>It may lead to something that has no end.</summary>
    [Fact]
    public void A_link_is_not_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        File.WriteAllText(Elsewhere, Now.AddDays(1).ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        File.CreateSymbolicLink(At, Elsewhere);
        Mark().SetBackBy.ShouldBeNull();
    }

    private ClockMark Mark() => new(At, _time, NullLogger<ClockMark>.Instance);
}
