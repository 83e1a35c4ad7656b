namespace IoTOrleans.Grains.State;

public static class StateGrains
{
    /// <summary>After a failed write it is not known what is stored: this activation ends, and the next one reads it.</summary>
    public static async Task StoreOrEnd(this IGrainBase grain, Func<Task> store)
    {
        try
        {
            await store();
        }
        catch
        {
            grain.DeactivateOnIdle();
            throw;
        }
    }
}
