using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <param name="source">Who speaks: cluster and region.</param>
internal sealed class SummaryJapanese(LocalClock clock, string source) : SummaryWording
{
    public override string Subject(FleetSummary s) =>
        $"【日次】{N(s.Count)}台がオフライン（新規{N(s.New)}台） {clock.Format(s.ListedAt, "M'月'd'日'")}({Weekday(s)}) {clock.Minute(s.ListedAt)}";

    public override IEnumerable<string> Lines(FleetSummary s, string? url)
    {
        var muted = s.Muted > 0 ? $"ミュート中: {N(s.Muted)}台。" : "";
        yield return $"{clock.Format(s.ListedAt, "yyyy'年'M'月'd'日'")}({Weekday(s)}) {clock.Minute(s.ListedAt)} ({clock.ShortZone(s.ListedAt)}) 現在、"
            + $"{N(s.Count)}台がオフラインです。{Moment(s.NewSince, s.ListedAt)} 以降の新規: {N(s.New)}台。{muted}";

        var things = ThingLines(s, thing => Line(thing, s.ListedAt));
        foreach (var thing in things) yield return thing;
        if (s.Count > things.Count) yield return $"ほか{N(s.Count - things.Count)}台";

        if (s.KeptQuiet > 0) yield return $"この間に通知しなかった短い切断: {N(s.KeptQuiet)}回以上（いま正常でないものの履歴による）";
        if (s.Flakiest.Count > 0) yield return $"そのうち切断の多いもの: {string.Join("、", s.Flakiest.Select(InWords))}";
        if (url is not null) yield return $"状況: {url}";
        yield return $"一覧ID {s.Id} / {source}";
    }

    private string Line(SummaryThing thing, DateTimeOffset now)
    {
        var told = (thing.Muted, thing.NotifiedAt) switch
        {
            (true, null) => "ミュート中",
            (true, { } at) => $"{Moment(at, now)} に通知済み・ミュート中",
            (false, { } at) => $"{Moment(at, now)} に通知済み",
            _ => "未通知",
        };
        return $"・{Characters.Printable(thing.ThingName)}: {Japanese.Words(now - thing.Since)}（{Moment(thing.Since, now)}から、{told}{(thing.IsNew ? "、新規" : "")}）";
    }

    private static string InWords(FlakyThing thing)
    {
        var drops = $"{Characters.Printable(thing.ThingName)}（{N(thing.Drops)}回以上";
        return Usual.Of(thing.Durations) is not { } usual ? $"{drops}）"
            : $"{drops}。これまでの{N(usual.Outages)}回のうち{N(usual.Within)}回は{Japanese.Words(usual.Bound)}以内、最長でも{Japanese.Words(usual.Longest)}以内に復帰）";
    }

    private string Moment(DateTimeOffset time, DateTimeOffset other) => clock.Beside(other, time, Japanese.Day);

    private char Weekday(FleetSummary s) => Japanese.WeekdayOf(clock.At(s.ListedAt));
}
