using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using Microsoft.Extensions.DependencyInjection;
using System.Runtime.CompilerServices;

namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>
/// What Orleans is to a grain: one turn at a time, timers between the turns, collection when idle, an end after a failure. The
/// grain in it is the product's own.
/// </summary>
internal sealed class Activation : IGrainContext
{
    private readonly SimulatedSilo _silo;
    private readonly Queue<Turn> _waiting = new();
    private readonly TaskCompletionSource _ended = new();
    private DeviceGrain? _grain;
    private DeactivationReason? _ending;
    private DateTimeOffset _lastTurn;
    private DateTimeOffset _staysUntil;
    private bool _busy;
    private bool _closed;

    public Activation(SimulatedSilo silo, string thingName)
    {
        (_silo, ThingName, GrainId) = (silo, thingName, GrainId.Create("device", thingName));
        _busy = true;
        silo.Stage.Do(() => _ = Activate());
    }

    public string ThingName { get; }

    public GrainId GrainId { get; }

    public ActivationId ActivationId { get; } = ActivationId.NewId();

    public IAddressable GrainInstance => _grain!;

    object IGrainContext.GrainInstance => _grain!;

    public IServiceProvider ActivationServices => _silo.Services;

    public Task Deactivated => _ended.Task;

    /// <summary>The grain itself, for calls that do not wait for their turn.</summary>
    public DeviceGrain? Grain => _closed ? null : _grain;

    public bool AtRest => !_busy && _waiting.Count == 0;

    /// <summary>The message is taken; the answer comes back as the result of the task.</summary>
    public void Call(Func<DeviceGrain, Task> call, Action<Exception?> done)
    {
        _waiting.Enqueue(new(call, done));
        Next();
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default) =>
        _ending ??= deactivationReason;

    public void Delay(TimeSpan timeSpan) => _staysUntil = timeSpan > TimeSpan.Zero ? _silo.World.Time.GetUtcNow() + timeSpan : default;

    public IGrainTimer StartTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new TurnTimer();
        _silo.World.Time.After(options.DueTime, () => _silo.Stage.Do(() =>
        {
            if (timer.Disposed || _closed) return;
            _waiting.Enqueue(new(_ => timer.Disposed ? Task.CompletedTask : callback(CancellationToken.None), _ => { }));
            Next();
        }));
        return timer;
    }

    private async Task Activate()
    {
        var storage = new ActivationState(_silo, GrainId);
        try
        {
            // As Orleans does it: the grain is there before its state.
            var grain = ActivatorUtilities.CreateInstance<DeviceGrain>(_silo.Services, storage);
            await storage.ReadStateAsync();
            _grain = grain;
            ContextOf(_grain) = this;
            RuntimeOf(_grain) = _silo.Runtime;
            await _grain.OnActivateAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            Close();
            foreach (var turn in _waiting) turn.Done(exception);
            return;
        }

        _busy = false;
        Next();
        CollectWhenIdle();
    }

    private void Next()
    {
        if (_busy || _closed) return;
        if (_ending is not null)
        {
            _busy = true;
            _ = End(_ending.Value);
        }
        else if (_waiting.TryDequeue(out var turn))
        {
            _busy = true;
            _silo.Stage.Do(() => _ = Take(turn));
        }
    }

    private async Task Take(Turn turn)
    {
        _lastTurn = _silo.World.Time.GetUtcNow();
        Exception? failure = null;
        try
        {
            await turn.Call(_grain!);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        turn.Done(failure);
        _busy = false;
        Next();
    }

    private async Task End(DeactivationReason reason)
    {
        try
        {
            await _grain!.OnDeactivateAsync(reason, CancellationToken.None);
        }
        catch (Exception)
        {
            // Orleans logs it; the activation is gone either way.
        }

        Close();
        foreach (var turn in _waiting) _silo.Cluster.Forward(_silo, ThingName, turn.Call, turn.Done);
    }

    private void Close()
    {
        _closed = true;
        SimulatedCluster.Ended(this, _silo);
        _ended.TrySetResult();
    }

    private void CollectWhenIdle()
    {
        _lastTurn = _silo.World.Time.GetUtcNow();
        var collectionAge = _silo.World.CollectionAge;
        void Look() => _silo.Stage.Do(() =>
        {
            if (_closed) return;
            var idle = _silo.World.Time.GetUtcNow() - _lastTurn;
            if (idle >= collectionAge && AtRest && _silo.World.Time.GetUtcNow() >= _staysUntil)
            {
                Deactivate(new(DeactivationReasonCode.ActivationIdle, "idle"));
                Next();
                return;
            }

            _silo.World.Time.After(idle < collectionAge ? collectionAge - idle : collectionAge, Look);
        });
        _silo.World.Time.After(collectionAge, Look);
    }

    private sealed record Turn(Func<DeviceGrain, Task> Call, Action<Exception?> Done);

    private sealed class TurnTimer : IGrainTimer
    {
        public bool Disposed { get; private set; }

        public void Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => Disposed = true;
    }

    /// <summary>A grain takes its context from Orleans' thread; here it is given one.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<GrainContext>k__BackingField")]
    private static extern ref IGrainContext ContextOf(Grain grain);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Runtime>k__BackingField")]
    private static extern ref IGrainRuntime RuntimeOf(Grain grain);

    GrainReference IGrainContext.GrainReference => throw new NotSupportedException();

    GrainAddress IGrainContext.Address => throw new NotSupportedException();

    IGrainLifecycle IGrainContext.ObservableLifecycle => throw new NotSupportedException();

    IWorkItemScheduler IGrainContext.Scheduler => throw new NotSupportedException();

    void IGrainContext.SetComponent<TComponent>(TComponent? value) where TComponent : class => throw new NotSupportedException();

    void IGrainContext.ReceiveMessage(object message) => throw new NotSupportedException();

    void IGrainContext.Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    void IGrainContext.Rehydrate(IRehydrationContext context) => throw new NotSupportedException();

    void IGrainContext.Migrate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    object? Orleans.Serialization.Invocation.ITargetHolder.GetTarget() => _grain;

    object? Orleans.Serialization.Invocation.ITargetHolder.GetComponent(Type componentType) => null;

    bool IEquatable<IGrainContext>.Equals(IGrainContext? other) => ReferenceEquals(this, other);
}
