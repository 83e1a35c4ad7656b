using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Events.Sqs.Horizons;

/// <summary>How far all silos together have read the queue: as far as the one that is furthest behind.</summary>
/// <param name="hiddenFor">For so long a silo that fell silent counts with its last word: what it had in hand is hidden until then.</param>
/// <param name="began">What silos held that have died before then, nobody can say any more.</param>
internal sealed class ClusterHorizon(TimeSpan hiddenFor, DateTimeOffset began)
{
    private readonly Dictionary<string, (Horizon Horizon, DateTimeOffset At)> reports = [];

    public void Report(string silo, Horizon own, DateTimeOffset now) => reports[silo] = (own, now);

    public Horizon At(DateTimeOffset now)
    {
        foreach (var (silo, report) in reports)
        {
            if (now - report.At > hiddenFor) reports.Remove(silo);
        }

        var horizons = reports.Values.Select(report => report.Horizon).Append(new Horizon(null, began, began + hiddenFor)).ToList();
        var hidden = horizons.Where(horizon => horizon.HiddenUntil > now).ToList();

        // One that knows nothing has had nothing in hand.
        return new Horizon(
            horizons.Min(horizon => horizon.SeenUntil), hidden.Max(horizon => horizon.HiddenBefore), hidden.Max(horizon => horizon.HiddenUntil));
    }
}
