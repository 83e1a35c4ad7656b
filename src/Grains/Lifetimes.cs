namespace IoTOrleans.Grains;

internal static class Lifetimes
{
    /// <summary>Waits until the host has started: a start that fails is already taking down what a call to a grain would need.</summary>
    public static async Task Started(this IHostApplicationLifetime? lifetime, CancellationToken cancellationToken)
    {
        if (lifetime is null) return;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
