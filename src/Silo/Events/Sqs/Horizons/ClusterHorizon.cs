using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Events.Sqs.Horizons;

/// <summary>How far all silos together have read the queue: as far as the one that is furthest behind.</summary>
internal sealed class ClusterHorizon
{
    /// <summary>Stands for all silos that nobody has a word of.</summary>
    private const string nobody = "";

    private readonly TimeSpan hiddenFor;
    private readonly DateTimeOffset began;
    private readonly Dictionary<string, HorizonWord> words = [];

    /// <param name="hiddenFor">For so long a silo that fell silent counts with its last word: what it had in hand is hidden until then.</param>
    /// <param name="began">What silos held that have died before then, nobody can say any more, unless somebody hands over what they said.</param>
    public ClusterHorizon(TimeSpan hiddenFor, DateTimeOffset began)
    {
        (this.hiddenFor, this.began) = (hiddenFor, began);
        words[nobody] = new HorizonWord(nobody, new Horizon(null, began, began + hiddenFor), began);
    }

    public void Report(string silo, Horizon own, DateTimeOffset now)
    {
        if (own.Words is { } handed) TakeOver(handed, now);
        words[silo] = new HorizonWord(silo, own with { Words = null }, now);
    }

    public Horizon At(DateTimeOffset now)
    {
        foreach (var word in words.Values.Where(word => word.Silo != nobody && now - word.At > hiddenFor).ToList()) words.Remove(word.Silo);

        var horizons = words.Values.Select(word => word.Own).ToList();
        var hidden = horizons.Where(horizon => horizon.HiddenUntil > now).ToList();

        // One that knows nothing has had nothing in hand.
        return new Horizon(
            horizons.Min(horizon => horizon.SeenUntil), hidden.Max(horizon => horizon.HiddenBefore), hidden.Max(horizon => horizon.HiddenUntil),
            [.. words.Values]);
    }

    /// <summary>
    /// The silo that kept this before is gone. Each reporter has its last answer, a second old: with that it goes on from where it was. What was said
    /// to it after that came from silos that live, and say it again, or is older here than it could be, which only makes us more careful.
    /// </summary>
    private void TakeOver(IReadOnlyList<HorizonWord> handed, DateTimeOffset now)
    {
        if (handed.Max(word => (DateTimeOffset?)word.At) is not { } said || began - said > hiddenFor) return;
        foreach (var word in handed)
        {
            // Two clocks: whatever was said before is older than what has been said here.
            var earlier = word.At < began ? word : word with { At = began };
            var known = words.GetValueOrDefault(word.Silo);
            if (word.Silo == nobody ? earlier.At < known!.At : now - earlier.At <= hiddenFor && !(known?.At >= earlier.At)) words[word.Silo] = earlier;
        }
    }
}
