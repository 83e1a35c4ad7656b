namespace IoTOrleans.Notifications.Text;

/// <summary>What is said of many things at once: incidents and the daily list.</summary>
internal sealed partial class Japanese
{
    private static readonly Dictionary<string, string> ShortReasons = new()
    {
        ["AUTH_ERROR"] = "認証エラー",
        ["CLIENT_INITIATED_DISCONNECT"] = "デバイス自身による切断",
        ["CLIENT_ERROR"] = "MQTT通信エラー",
        ["CONNECTION_LOST"] = "接続の喪失",
        ["DUPLICATE_CLIENTID"] = "クライアントIDの重複",
        ["FORBIDDEN_ACCESS"] = "ポリシー違反",
        ["MQTT_KEEP_ALIVE_TIMEOUT"] = "キープアライブのタイムアウト",
        ["SERVER_ERROR"] = "ブローカー側のエラー",
        ["SERVER_INITIATED_DISCONNECT"] = "ブローカー側からの切断",
        ["API_INITIATED_DISCONNECT"] = "API操作による切断",
        ["THROTTLED"] = "ブローカーの制限超過",
        ["WEBSOCKET_TTL_EXPIRATION"] = "WebSocketの最長時間",
        ["CUSTOMAUTH_TTL_EXPIRATION"] = "カスタム認証の期限",
    };

    public override string Subject(FleetNotification n)
    {
        if (n.Event == FleetEvent.FleetRecovered)
        {
            if (n.Back == 0) return $"【終了】障害中の{N(n.Count)}台は監視対象から外されました（{Minute(n.StartedAt, n.LastAt)}から）";
            var after = n.OnlyReturns ? "" : $"{Words(n.LastAt - n.StartedAt)}ぶりに";
            return $"【復帰】{N(n.Back)}台が{after}再接続（{FromTo(n.StartedAt, n.LastAt)}）";
        }

        var of = n.Total is { } total ? $"{N(total)}台中" : "";
        var back = n.Back == 0 ? "" : $"{N(n.Back)}台は復帰";
        return $"【広域障害】{of}{N(n.Count - n.Back)}台がオフライン（{Minute(n.StartedAt, n.LastAt)}から）{back}";
    }

    public override IEnumerable<string> Lines(FleetNotification n, string? url)
    {
        if (n.OnlyReturns)
        {
            yield return $"{Long(n.StartedAt)} から {LastBesideStart(n)} までに{N(n.Back)}台が再接続しました（個別にお知らせした分を除く）。対応は不要です。";
        }
        else if (n.Event == FleetEvent.FleetRecovered)
        {
            yield return n.Back == 0
                ? $"{Long(n.StartedAt)} から接続が切れていた{N(n.Count)}台は、復帰を待つものがなくなりました。対応は不要です。"
                : $"{Long(n.StartedAt)} から接続が切れていた{N(n.Back)}台は、{Long(n.LastAt)} までにすべて再接続しました。対応は不要です。";
        }
        else
        {
            yield return n.Number > 1 && n.Joined > 0
                ? $"前回の連絡のあと、さらに{N(n.Joined)}台の接続が切れました（合計{N(n.Count)}台）: {NewestOf(n, "、")}"
                : $"{N(n.Count)}台の接続が{(AllAtOnce(n) ? "ほぼ同時に" : "")}切れました（個別にお知らせした分を除く）。";
            yield return $"開始: {Long(n.StartedAt)}、最後の切断は {LastBesideStart(n)}";
            yield return n.Growing ? "拡大: 続いています" : "拡大: 止まっています";
            if (n.Back > 0) yield return $"復帰: {N(n.Count)}台中{N(n.Back)}台";
        }

        if (n.Removed > 0) yield return $"途中で監視対象から外れ、復帰を待たないもの: {N(n.Removed)}台";
        if (Shares(n, reason => ShortReasons.GetValueOrDefault(reason, reason)) is { Count: > 0 } shares)
            yield return $"共通点: {string.Join("、", shares)}";
        if (n is { Event: FleetEvent.FleetOutage, Total: { } total } && total > n.Count)
            yield return $"影響なし: 全{N(total)}台のうち{N(total - n.Count)}台は含まれていません";
        var more = n.Count - n.Things.Count;
        yield return $"対象: {NamesOf(n, "、")}{(more > 0 ? $" ほか{N(more)}台" : "")}";
        if (url is not null) yield return $"状況: {url}";
        if (n.Event == FleetEvent.FleetOutage)
            yield return "次の連絡: さらに切れたものがあればまもなく、復帰があれば続報（5分に1回まで）、すべて復帰したときに1通。";
        yield return $"インシデントID {n.IncidentId} / {source}";
    }

    private string LastBesideStart(FleetNotification n) => clock.Beside(n.StartedAt, n.LastAt, Day, "HH:mm:ss");

    public override string Subject(FleetSummary s) =>
        $"【日次】{N(s.Count)}台がオフライン（新規{N(s.New)}台） {clock.Format(s.ListedAt, Day)}({Weekday(s.ListedAt)}) {clock.Minute(s.ListedAt)}";

    public override IEnumerable<string> Lines(FleetSummary s, string? url)
    {
        var muted = s.Muted > 0 ? $"ミュート中: {N(s.Muted)}台。" : "";
        yield return $"{LongDay(s.ListedAt)} {clock.Minute(s.ListedAt)} ({clock.ShortZone(s.ListedAt)}) 現在、"
            + $"{N(s.Count)}台がオフラインです。{Minute(s.NewSince, s.ListedAt)} 以降の新規: {N(s.New)}台。{muted}";

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
            (true, { } at) => $"{Minute(at, now)} に通知済み・ミュート中",
            (false, { } at) => $"{Minute(at, now)} に通知済み",
            _ => "未通知",
        };
        return $"・{Characters.Printable(thing.ThingName)}: {Words(now - thing.Since)}（{Minute(thing.Since, now)}から、{told}"
            + (thing.IsNew ? "、新規）" : "）");
    }

    private static string InWords(FlakyThing thing)
    {
        var drops = $"{Characters.Printable(thing.ThingName)}（{N(thing.Drops)}回以上";
        return Usual.Of(thing.Durations) is not { } usual ? $"{drops}）"
            : $"{drops}。これまでの{N(usual.Outages)}回のうち{N(usual.Within)}回は{Words(usual.Bound)}以内、最長でも{Words(usual.Longest)}以内に復帰）";
    }
}
