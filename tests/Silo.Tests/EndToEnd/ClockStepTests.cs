using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>The program on a clock that somebody sets; libfaketime stands between it and the machine's.</summary>
public sealed class ClockStepTests
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clock_that_is_set_back_by_a_quarter_of_an_hour_ends_it_with_one_line_and_the_next_start_tells_what_was_due()
    {
        Assert.SkipUnless(File.Exists(Library), "Needs libfaketime: apt-get install libfaketime (CONTRIBUTING.md).");
        var clock = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(clock, "+0s", Cancel);
            await using var silo = await SiloProcess.Start(
                ("LD_PRELOAD", Library), ("FAKETIME_TIMESTAMP_FILE", clock), ("FAKETIME_NO_CACHE", "1"),
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
                ("Presence:Grace", "20s"), ("Presence:SettleTime", "1s"), ("Events:Mqtt:Listen:Port", "0"));
            await silo.PostUntilTaken(new[] { new { thingName = "rpi-1", connected = true } });
            await silo.PostUntilTaken(new[] { new { thingName = "rpi-1", connected = false } });

            await File.WriteAllTextAsync(clock, "-900s", Cancel);
            (await silo.Exit()).ShouldNotBe(0, silo.AllOutput);
            silo.Output.Count(line => line.Contains("The clock was set back by", StringComparison.Ordinal)).ShouldBe(1, silo.AllOutput);

            // Nobody asks for the thing: that would wake it. Its reminder alone is a quarter of an hour away.
            await silo.Run();
            await silo.Until(() => silo.Printed("[OFFLINE] rpi-1") == 1, "the notification", TimeSpan.FromMinutes(3));
            silo.Output.Count(line => line.Contains("behind the last time that was stored", StringComparison.Ordinal))
                .ShouldBe(1, silo.AllOutput);
        }
        finally
        {
            File.Delete(clock);
        }
    }
}
