using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using IoTOrleans.Grains.Devices;
using Orleans.Concurrency;

namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>Grain references: a call goes to the activation that this silo believes in, and its answer comes back, or does not.</summary>
internal sealed class SiloGrains(SimulatedSilo silo) : IGrainFactory
{
    public TGrainInterface GetGrain<TGrainInterface>(
        string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey
    {
        var proxy = DispatchProxy.Create<TGrainInterface, Reference>();
        var reference = (Reference)(object)proxy;
        (reference.Silo, reference.ThingName) = (silo, primaryKey);
        return proxy;
    }

    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "DispatchProxy derives from it.")]
    internal class Reference : DispatchProxy
    {
        private static readonly ConcurrentDictionary<Type, Func<Reference, MethodInfo, object?[], object>> Callers = new();

        public SimulatedSilo Silo { get; set; } = null!;

        public string ThingName { get; set; } = "";

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var result = targetMethod!.ReturnType is { IsGenericType: true } typed ? typed.GetGenericArguments()[0] : typeof(bool);
            var caller = Callers.GetOrAdd(
                result, type => typeof(Reference).GetMethod(nameof(Call), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(type).CreateDelegate<Func<Reference, MethodInfo, object?[], object>>());
            return caller(this, targetMethod, args ?? []);
        }

        private static Task<T> Call<T>(Reference to, MethodInfo method, object?[] args)
        {
            var answer = new TaskCompletionSource<T>();
            var result = default(T);
            to.Silo.Cluster.Call(to.Silo, to.ThingName, Turn, failure =>
            {
                if (failure is null) answer.TrySetResult(result!);
                else answer.TrySetException(failure);
            }, interleave: method.IsDefined(typeof(AlwaysInterleaveAttribute)));
            return answer.Task;

            async Task Turn(DeviceGrain grain)
            {
                var task = (Task)method.Invoke(grain, BindingFlags.DoNotWrapExceptions, null, args, null)!;
                await task;
                if (task is Task<T> typed) result = typed.Result;
            }
        }
    }

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix) => throw NotAThing();

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix) => throw NotAThing();

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix) =>
        throw NotAThing();

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix) =>
        throw NotAThing();

    TGrainObserverInterface IGrainFactory.CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) => throw NotAThing();

    void IGrainFactory.DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) => throw NotAThing();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw NotAThing();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw NotAThing();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw NotAThing();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw NotAThing();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw NotAThing();

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(GrainId grainId) => throw NotAThing();

    IAddressable IGrainFactory.GetGrain(GrainId grainId) => throw NotAThing();

    IAddressable IGrainFactory.GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw NotAThing();

    IAddressable IGrainFactory.GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw NotAThing();

    IAddressable IGrainFactory.GetGrain(Type interfaceType, IdSpan grainKey) => throw NotAThing();

    private static NotSupportedException NotAThing() => new("Simulated silos know things only, by their name.");
}
