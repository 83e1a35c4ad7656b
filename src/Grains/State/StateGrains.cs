namespace IoTOrleans.Grains.State;

/// <summary>What grains that keep state have in common.</summary>
public static class StateGrains
{
    /// <summary>
    /// Memory never runs ahead of storage: after a write that failed nobody knows what is stored. This activation ends, and the next one
    /// reads it.
    /// </summary>
    public static async Task StoreOrEnd(this IGrainBase grain, Func<Task> store)
    {
        var stored = false;
        try
        {
            await store();
            stored = true;
        }
        finally
        {
            if (!stored) grain.DeactivateOnIdle();
        }
    }
}
