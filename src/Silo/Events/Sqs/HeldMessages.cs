using System.Collections.Concurrent;

namespace IoTOrleans.Silo.Events.Sqs;

/// <summary>
/// Every message in hand: received, and neither deleted nor given back. What is in here is kept hidden, and at a stop given back.
/// </summary>
internal sealed class HeldMessages
{
    private readonly ConcurrentDictionary<HeldMessage, bool> messages = new();

    public int Count => messages.Count;

    public IEnumerable<HeldMessage> All => messages.Keys;

    public void Add(HeldMessage message) => messages[message] = true;

    public bool Contains(HeldMessage message) => messages.ContainsKey(message);

    /// <returns>False where somebody else has settled it already.</returns>
    public bool Remove(HeldMessage message) => messages.TryRemove(message, out _);
}
