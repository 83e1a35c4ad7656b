using Orleans.Core;
using Orleans.Timers;

namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>What the base class of grains asks of Orleans.</summary>
internal sealed class SiloRuntime(IServiceProvider services, IGrainFactory grains, ITimerRegistry timers, TimeProvider time) : IGrainRuntime
{
    public string SiloIdentity => "simulated";

    public SiloAddress SiloAddress => SiloAddress.Zero;

    public IGrainFactory GrainFactory => grains;

    public ITimerRegistry TimerRegistry => timers;

    public IServiceProvider ServiceProvider => services;

    public TimeProvider TimeProvider => time;

    public void DeactivateOnIdle(IGrainContext grainContext) =>
        grainContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "asked for"), default);

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan) => ((Activation)grainContext).Delay(timeSpan);

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext) => throw new NotSupportedException();
}
