using System.Net;
using System.Threading.Channels;
using IoTOrleans.Events.Machine;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;
using Orleans;
using Orleans.Runtime;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Machine;

public sealed class ShedderTests
{
    private static readonly SiloAddress Here = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111), 1);

    [Fact]
    public async Task What_is_idle_leaves_memory_the_sooner_the_fuller_that_is_and_nobody_has_to_go_while_there_is_room()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var (memory, asked) = (new FakeMemory(), Channel.CreateUnbounded<TimeSpan>());
        var (grains, management, silo) = (
            Substitute.For<IGrainFactory>(), Substitute.For<IManagementGrain>(), Substitute.For<ILocalSiloDetails>());
        silo.SiloAddress.Returns(Here);
        grains.GetGrain<IManagementGrain>(0).Returns(management);
        management.ForceActivationCollection(Arg.Is<SiloAddress[]>(silos => silos.Single().Equals(Here)), Arg.Any<TimeSpan>())
            .Returns(call => asked.Writer.WriteAsync(call.Arg<TimeSpan>(), cancelled).AsTask());

        using var shedder = new Shedder(memory.Gauge, grains, silo, memory.Time, NullLogger<Shedder>.Instance);
        await shedder.StartAsync(cancelled);
        memory.Share = 0.4;
        memory.Time.Advance(TimeSpan.FromSeconds(10));
        asked.Reader.TryRead(out _).ShouldBeFalse();

        foreach (var (share, idle) in new[] { (0.55, 20), (0.65, 10), (0.75, 1), (0.9, 0) })
        {
            memory.Share = share;
            await Until(TimeSpan.FromSeconds(idle));
        }

        await shedder.StopAsync(cancelled);

        async Task Until(TimeSpan idle)
        {
            for (var i = 0; i < 1000; i++)
            {
                memory.Time.Advance(Shedder.LookEvery);
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancelled);
                if (asked.Reader.TryRead(out var found) && found == idle) return;
            }

            throw new TimeoutException($"Nobody who was idle for {idle} was asked to go.");
        }
    }
}
