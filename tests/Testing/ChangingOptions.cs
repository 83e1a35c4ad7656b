using Microsoft.Extensions.Options;

namespace IoTOrleans.Testing;

/// <summary>Options that a test changes.</summary>
public sealed class ChangingOptions<T>(T value) : IOptionsMonitor<T>
{
    private event Action<T, string?>? Changed;

    public T CurrentValue { get; private set; } = value;

    public int Listeners => Changed?.GetInvocationList().Length ?? 0;

    public T Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<T, string?> listener)
    {
        Changed += listener;
        return null;
    }

    public void Change(T value)
    {
        CurrentValue = value;
        Changed?.Invoke(value, Options.DefaultName);
    }
}
