using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <param name="source">Who speaks: cluster and region.</param>
internal sealed class FleetJapanese(LocalClock clock, string source) : FleetWording
{
    private static readonly Dictionary<string, string> Reasons = new()
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
            if (n.Back == 0) return $"【終了】障害中の{N(n.Count)}台は監視対象から外されました（{clock.Beside(n.LastAt, n.StartedAt, Japanese.Day)}から）";
            var after = n.OnlyReturns ? "" : $"{Japanese.Words(n.LastAt - n.StartedAt)}ぶりに";
            return $"【復帰】{N(n.Back)}台が{after}再接続（{Japanese.FromTo(clock, n.StartedAt, n.LastAt)}）";
        }

        var of = n.Total is { } total ? $"{N(total)}台中" : "";
        var since = $"（{clock.Beside(n.LastAt, n.StartedAt, Japanese.Day)}から）";
        return n.Back == 0 ? $"【広域障害】{of}{N(n.Count)}台がオフライン{since}" : $"【広域障害】{of}{N(n.Count - n.Back)}台がオフライン{since}{N(n.Back)}台は復帰";
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
            if (n.Number > 1 && n.Joined > 0) yield return $"前回の連絡のあと、さらに{N(n.Joined)}台の接続が切れました（合計{N(n.Count)}台）: {NewestOf(n, "、")}";
            else yield return $"{N(n.Count)}台の接続が{(AllAtOnce(n) ? "ほぼ同時に" : "")}切れました（個別にお知らせした分を除く）。";
            yield return $"開始: {Long(n.StartedAt)}、最後の切断は {LastBesideStart(n)}";
            yield return n.Growing ? "拡大: 続いています" : "拡大: 止まっています";
            if (n.Back > 0) yield return $"復帰: {N(n.Count)}台中{N(n.Back)}台";
        }

        if (n.Removed > 0) yield return $"途中で監視対象から外れ、復帰を待たないもの: {N(n.Removed)}台";
        if (Shares(n, reason => Reasons.GetValueOrDefault(reason, reason)).ToList() is { Count: > 0 } shares) yield return $"共通点: {string.Join("、", shares)}";
        if (n is { Event: FleetEvent.FleetOutage, Total: { } total } && total > n.Count) yield return $"影響なし: 全{N(total)}台のうち{N(total - n.Count)}台は含まれていません";
        var more = n.Count - n.Things.Count;
        yield return $"対象: {NamesOf(n, "、")}{(more > 0 ? $" ほか{N(more)}台" : "")}";
        if (url is not null) yield return $"状況: {url}";
        if (n.Event == FleetEvent.FleetOutage) yield return "次の連絡: さらに切れたものがあればまもなく、復帰があれば続報（5分に1回まで）、すべて復帰したときに1通。";
        yield return $"インシデントID {n.IncidentId} / {source}";
    }

    private string LastBesideStart(FleetNotification n) => clock.Beside(n.StartedAt, n.LastAt, Japanese.Day, "HH:mm:ss");

    private string Long(DateTimeOffset time) =>
        $"{clock.Format(time, "yyyy'年'M'月'd'日'")}({Japanese.WeekdayOf(clock.At(time))}) {clock.Second(time)} ({clock.ShortZone(time)})";
}
