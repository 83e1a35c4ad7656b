using IoTOrleans.Silo.Reminders;
using IoTOrleans.Events.Tests.Machine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using Orleans;
using Orleans.Runtime;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Reminders;

public sealed class ClockWatchTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private readonly IHostApplicationLifetime _lifetime = Substitute.For<IHostApplicationLifetime>();
    private readonly RecordingLogger<ClockWatch> _log = new();
    private readonly IGrainFactory _grains = Substitute.For<IGrainFactory>();
    private readonly SetClock _set;
    private readonly ReminderClock _reminders;

    public ClockWatchTests()
    {
        _set = new(_time);
        _reminders = new(_grains, new FakeMemory(_time).Gauge, _set, NullLogger<ReminderClock>.Instance);
    }

    public void Dispose() => _reminders.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(59)]
    public void A_clock_that_is_set_back_a_little_is_said_once_and_reminders_are_as_near_as_before(int seconds)
    {
        using var watch = new ClockWatch(_set, _lifetime, _log, _reminders);
        watch.Look();
        var now = _time.GetUtcNow().UtcDateTime;
        var thing = GrainId.Create("device", "rpi-1");
        _reminders.Start();
        _reminders.Set(thing, "presence", now + TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(1));

        _time.Advance(TimeSpan.FromSeconds(1));
        _set.Back += TimeSpan.FromSeconds(seconds);
        watch.Look();
        _time.Advance(TimeSpan.FromSeconds(88));
        _grains.DidNotReceive().GetGrain<IRemindable>(thing);
        _time.Advance(TimeSpan.FromSeconds(2));
        SpinWait.SpinUntil(() => _grains.ReceivedCalls().Any(), TimeSpan.FromSeconds(10)).ShouldBeTrue();
        _log.Lines.ShouldHaveSingleItem().ShouldContain($"set back by {seconds} s");
        _lifetime.DidNotReceive().StopApplication();
    }

    [Fact]
    public void A_clock_that_is_set_back_by_a_minute_or_more_ends_the_process()
    {
        var before = Environment.ExitCode;
        try
        {
            using var watch = new ClockWatch(_set, _lifetime, _log, _reminders);
            watch.Look();
            _time.Advance(TimeSpan.FromSeconds(1));
            _set.Back += TimeSpan.FromMinutes(15);
            watch.Look();
            _lifetime.Received(1).StopApplication();
            Environment.ExitCode.ShouldBe(1);
            _log.Lines.ShouldHaveSingleItem().ShouldContain("set back by 900 s");
        }
        finally
        {
            Environment.ExitCode = before;
        }
    }

    [Theory]
    [InlineData(0.0, 900.0)]
    [InlineData(30.0, 62.0)]
    public async Task The_next_start_knows_that_the_clock_was_set_back(double runs, double back)
    {
        var before = Environment.ExitCode;
        var file = Path.GetTempFileName();
        try
        {
            ClockMark Mark() => new(file, _set, NullLogger<ClockMark>.Instance);
            var first = Mark();
            first.SetBackBy.ShouldBeNull("there is none yet");
            using (var watch = new ClockWatch(_set, _lifetime, _log, _reminders, first))
            {
                watch.Look();
                for (var second = 0; second <= runs; second++)
                {
                    _time.Advance(TimeSpan.FromSeconds(1));
                    watch.Look();
                }

                _set.Back += TimeSpan.FromSeconds(back);
                watch.Look();
                _time.Advance(TimeSpan.FromSeconds(1));
                watch.Look();
                Mark().SetBackBy.ShouldNotBeNull("what it has noted stays, as long as it takes to stop");
            }

            var next = Mark();
            next.SetBackBy.ShouldNotBeNull().TotalSeconds.ShouldBe(back - 1);
            using (var watch = new ClockWatch(_set, _lifetime, _log, _reminders, next))
            {
                await watch.StartAsync(TestContext.Current.CancellationToken);
                SpinWait.SpinUntil(() => _log.Lines.Count > 1, TimeSpan.FromSeconds(10)).ShouldBeTrue();
                await watch.StopAsync(TestContext.Current.CancellationToken);
            }

            _log.Lines.Count(line => line.Contains("behind the last time that was stored", StringComparison.Ordinal)).ShouldBe(1);
        }
        finally
        {
            Environment.ExitCode = before;
            File.Delete(file);
        }
    }

    [Fact]
    public void A_process_that_was_killed_before_the_clock_was_set_back_knows_it_to_the_minute()
    {
        var file = Path.GetTempFileName();
        try
        {
            ClockMark Mark() => new(file, _set, NullLogger<ClockMark>.Instance);
            using var watch = new ClockWatch(_set, _lifetime, _log, _reminders, Mark());
            for (var second = 0; second < 200; second++)
            {
                watch.Look();
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            Mark().SetBackBy.ShouldBeNull();
            _set.Back += TimeSpan.FromMinutes(15);
            SpinWait.SpinUntil(() => Mark().SetBackBy > TimeSpan.FromMinutes(14) - TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10))
                .ShouldBeTrue();
            Mark().SetBackBy.ShouldNotBeNull().ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(15));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_file_that_is_no_time_or_is_not_there_says_nothing()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "half a ti");
            new ClockMark(file, _set, NullLogger<ClockMark>.Instance).SetBackBy.ShouldBeNull();
            File.Delete(file);
            new ClockMark(file, _set, NullLogger<ClockMark>.Instance).SetBackBy.ShouldBeNull();
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A machine whose clock somebody sets, while its time goes on.</summary>
    private sealed class SetClock(FakeTimeProvider time) : TimeProvider
    {
        public TimeSpan Back { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() - Back;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);
    }
}
