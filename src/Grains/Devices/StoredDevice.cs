namespace IoTOrleans.Grains.Devices;

/// <summary>What is stored of a thing, and how sure this activation is of it.</summary>
internal sealed class StoredDevice(IPersistentState<DeviceState> storage, TimeProvider time)
{
    /// <summary>
    /// After this long without a read or write that succeeded, another activation may have taken over (this silo slept): the grain reads
    /// what is stored before it sends or undoes anything.
    /// </summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private bool _confirmed;

    /// <summary>When the last read or write began. At first before Orleans reads the state: this silo may sleep in between.</summary>
    public long AsOf { get; private set; } = time.GetTimestamp();

    public TimeSpan Age => time.GetElapsedTime(AsOf);

    public bool IsFresh => Age <= Fresh;

    /// <summary>A read or write has succeeded in this turn, and just now.</summary>
    public bool IsConfirmed => _confirmed && IsFresh;

    public void Doubt() => _confirmed = false;

    /// <summary>Memory never runs ahead of storage: the new state holds once it is written.</summary>
    public async Task Write(DeviceState next)
    {
        var (before, began) = (storage.State, time.GetTimestamp());
        storage.State = next;
        try
        {
            await storage.WriteStateAsync();
        }
        catch
        {
            storage.State = before;
            throw;
        }

        Confirm(began);
    }

    /// <returns>Whether somebody else has changed what is stored.</returns>
    public async Task<bool> Read()
    {
        var (known, began) = ((storage.Etag, storage.RecordExists), time.GetTimestamp());
        await storage.ReadStateAsync();
        Confirm(began);
        return known != (storage.Etag, storage.RecordExists);
    }

    /// <summary>As of its begin: this silo may have slept before it got the answer.</summary>
    private void Confirm(long began) => (AsOf, _confirmed) = (began, true);
}
