using IoTOrleans.Silo.Hosting.Tls;
using IoTOrleans.Testing;
using IoTOrleans.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Tls;

public sealed class CertificateWatchTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly FakeTimeProvider _time = new(Now);
    private readonly RecordingLogger<CertificateWatch> _log = new();
    private readonly TestCa _ca = new();
    private readonly TlsFiles _files;
    private readonly SiloCertificates _certificates;
    private readonly CertificateWatch _watch;

    public CertificateWatchTests()
    {
        _files = new(_ca, _ca.Issue("first", until: Now.AddDays(30)));
        _certificates = SiloCertificates.Open(_files.Paths, _time);
        _watch = new(_certificates, _time, _log);
    }

    private string InUse => _certificates.Current.Own.TargetCertificate.Subject;

    public void Dispose()
    {
        _watch.Dispose();
        _files.Dispose();
        _ca.Dispose();
    }

    [Fact]
    public void Files_that_stay_as_they_are_say_nothing()
    {
        _watch.Look();
        File.SetLastWriteTimeUtc(_files.Paths.CertificateFile, Now.UtcDateTime.AddDays(1));
        _watch.Look();
        InUse.ShouldBe("CN=first");
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void New_files_are_used_and_one_line_says_so()
    {
        _files.Write(_ca.Issue("second"));
        _watch.Look();
        _watch.Look();
        InUse.ShouldBe("CN=second");
        _log.Lines.ShouldHaveSingleItem().ShouldStartWith("Information: New connections between silos use the new certificate.");
    }

    [Fact]
    public void Files_that_cannot_be_used_leave_the_old_in_use_and_one_line()
    {
        File.WriteAllText(_files.Paths.KeyFile, _ca.Issue("another").Key);
        _watch.Look();
        _watch.Look();
        InUse.ShouldBe("CN=first");
        _log.Lines.ShouldHaveSingleItem().ShouldStartWith("Warning: The new certificate for connections between silos cannot be used.");
    }

    [Fact]
    public void Files_that_stay_bad_are_named_each_day_and_make_health_degraded()
    {
        var good = File.ReadAllText(_files.Paths.KeyFile);
        File.WriteAllText(_files.Paths.KeyFile, _ca.Issue("another").Key);
        for (var hours = 0; hours < 49; hours++)
        {
            _watch.Look();
            _certificates.BadFiles.ShouldNotBeNull();
            _time.Advance(TimeSpan.FromHours(1));
        }

        _log.Lines.Count.ShouldBe(3);
        File.WriteAllText(_files.Paths.KeyFile, good);
        _watch.Look();
        _certificates.BadFiles.ShouldBeNull();
    }

    [Fact]
    public void A_file_that_goes_and_comes_back_is_one_line()
    {
        var away = _files.Paths.KeyFile + ".away";
        File.Move(_files.Paths.KeyFile, away);
        _watch.Look();
        _watch.Look();
        File.Move(away, _files.Paths.KeyFile);
        _watch.Look();
        InUse.ShouldBe("CN=first");
        _log.Lines.Count(line => line.StartsWith("Warning", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void A_new_certificate_of_another_CA_is_not_used()
    {
        using var another = new TestCa();
        _files.Write(another.Issue("second"));
        _watch.Look();
        InUse.ShouldBe("CN=first");
    }

    [Fact]
    public void The_last_14_days_are_a_warning_each_day()
    {
        for (var day = 0; day < 30; day++)
        {
            _watch.Look();
            _time.Advance(TimeSpan.FromHours(12));
            _watch.Look();
            _time.Advance(TimeSpan.FromHours(12));
        }

        _log.Lines.Count.ShouldBe(14);
        _log.Lines.ShouldEachBe(
            line => line.StartsWith("Warning: The certificate for connections between silos expires at ", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_has_expired_is_an_error_until_a_new_one_is_there()
    {
        _time.Advance(TimeSpan.FromDays(31));
        _watch.Look();
        _log.Lines.ShouldHaveSingleItem().ShouldStartWith("Error: The certificate for connections between silos expired at ");
        _files.Write(_ca.Issue("second"));
        _watch.Look();
        InUse.ShouldBe("CN=second");
    }

    [Fact]
    public void A_key_that_others_can_read_is_a_warning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        _files.Write(_ca.Issue("second"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_files.Paths.KeyFile, (UnixFileMode)0b110_100_000);
        _watch.Look();
        _log.Lines.Count.ShouldBe(2);
        _log.Lines[1].ShouldStartWith($"Warning: {_files.Paths.KeyFile} holds a secret, and other users have rights on it (mode 640)");
    }

    [Fact]
    public async Task It_looks_every_10_seconds()
    {
        await _watch.StartAsync(TestContext.Current.CancellationToken);
        _files.Write(_ca.Issue("second"));

        // The service starts on a thread of its own.
        for (var ticks = 0; InUse != "CN=second"; ticks++)
        {
            ticks.ShouldBeLessThan(10_000);
            _time.Advance(CertificateWatch.Every);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await _watch.StopAsync(TestContext.Current.CancellationToken);
    }
}
