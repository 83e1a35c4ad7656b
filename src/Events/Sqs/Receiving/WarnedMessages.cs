namespace IoTOrleans.Events.Sqs;

/// <summary>Of which messages a warning has been said: one is enough, however often a message comes.</summary>
internal sealed class WarnedMessages
{
    /// <summary>Of messages that come again and again there are few; a flood of others must not fill memory.</summary>
    private const int Most = 10_000;

    private readonly Lock sync = new();
    private HashSet<string> newer = [];
    private HashSet<string> older = [];

    /// <returns>False where it has been said.</returns>
    public bool IsFirst(string messageId)
    {
        lock (sync)
        {
            if (older.Contains(messageId) || !newer.Add(messageId)) return false;
            if (newer.Count >= Most) (older, newer) = (newer, []);
            return true;
        }
    }
}
