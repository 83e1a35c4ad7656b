using IoTOrleans.Contracts;

namespace IoTOrleans.Notifications.Text;

/// <summary>What is said of one thing, and of the service itself.</summary>
/// <param name="source">Who speaks: cluster and region.</param>
internal sealed partial class Japanese(LocalClock clock, string source) : Wording
{
    private const string Day = "M'月'd'日'";

    private const string Weekdays = "日月火水木金土";

    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["AUTH_ERROR"] = "認証エラー（証明書または認証情報をご確認ください）",
        ["CLIENT_INITIATED_DISCONNECT"] = "デバイス自身による切断（電源オフ、再起動、スリープなど）",
        ["CLIENT_ERROR"] = "デバイスのMQTT通信エラー（ファームウェアやクライアントライブラリをご確認ください）",
        ["CONNECTION_LOST"] = "接続の喪失（デバイスからの切断通知なし。まず電源と回線をご確認ください）",
        ["DUPLICATE_CLIENTID"] = "同じクライアントIDの別の接続に置き換わりました（2台が同じIDを使っていないかご確認ください）",
        ["FORBIDDEN_ACCESS"] = "ポリシーで許可されていない操作（デバイスのポリシーをご確認ください）",
        ["MQTT_KEEP_ALIVE_TIMEOUT"] = "キープアライブのタイムアウト（デバイスからの切断通知なし。まず電源と回線をご確認ください）",
        ["SERVER_ERROR"] = "ブローカー側のエラー",
        ["SERVER_INITIATED_DISCONNECT"] = "ブローカー側からの切断",
        ["API_INITIATED_DISCONNECT"] = "API操作による切断",
        ["THROTTLED"] = "ブローカーの制限超過による切断",
        ["WEBSOCKET_TTL_EXPIRATION"] = "WebSocket接続の最長時間に到達",
        ["CUSTOMAUTH_TTL_EXPIRATION"] = "カスタムオーソライザーが許可した接続時間の終了",
    };

    public override string Subject(Notification n, string name) => (n.IsTest ? "【テスト】" : "") + n.Event switch
    {
        _ when n.Event.IsOfWatcher() => WatcherSubject(n, name),
        _ when IsOfFlapping(n) => FlappingSubject(n, name),
        NotificationEvent.DeviceRecovered => $"【復帰】{name} {Words(n.Duration)}ぶりに接続（{FromTo(n)}）",
        NotificationEvent.DeviceRemoved => $"【監視解除】{name}（{Minute(n.Since, EndOf(n))}から{Words(n.Duration)}後）",
        NotificationEvent.DeviceStillOffline => $"【オフライン継続】{name} {Minute(n.Since, EndOf(n))}から（{Words(n.Duration)}経過）",
        _ when n.RecoveredAt is not null => $"【オフライン】{name} {FromTo(n)}（復帰済み）",
        _ => $"【オフライン】{name} {Minute(n.Since, EndOf(n))}から",
    };

    public override IEnumerable<string> Lines(Notification n, string? url)
    {
        if (n.IsTest) yield return "これはテスト送信です。実際の障害ではありません。";
        var story = n.Event.IsOfWatcher() ? WatcherLines(n) : IsOfFlapping(n) ? FlappingLines(n) : OutageLines(n);
        foreach (var line in story) yield return line;
        if (AttributesOf(n) is { } attributes) yield return $"属性: {attributes}";
        if (url is not null) yield return $"状況: {url}";
        yield return n.Event.IsOfWatcher()
            ? $"監視不能ID {n.OutageId} / {Words(n.Grace)}で通知 / {source}"
            : $"{(IsOfFlapping(n) ? "断続" : "障害")}ID {n.OutageId} / {RuleOf(n)}（猶予{Words(n.Grace)}）/ {source}";
    }

    private IEnumerable<string> OutageLines(Notification n)
    {
        yield return WhatHappened(n);
        if (n.Event is NotificationEvent.DeviceRecovered or NotificationEvent.DeviceRemoved)
        {
            if (Before(n) is { } before) yield return before;
            yield break;
        }

        if (ReasonOf(n, Reasons) is { } reason) yield return $"理由: {reason}";
        if (Checked(n.Verification) is { } check) yield return $"確認: {check}";
        if (Usual.Of(n.Durations) is { } usual) yield return $"ふだん: {InWords(usual)}";
    }

    private string WhatHappened(Notification n)
    {
        var name = Characters.Printable(n.ThingName);
        return n.Event switch
        {
            NotificationEvent.DeviceRecovered =>
                $"{name} は {Long(EndOf(n))} に再接続し{Held(n.RecoveryHold)}。切断時間は{Words(n.Duration)}でした。対応は不要です。",
            NotificationEvent.DeviceRemoved =>
                $"{name} は {Long(n.Since)} の{Words(n.Duration)}後に監視対象から外されました。このアラートは終了です。復帰のお知らせはありません。対応は不要です。",
            NotificationEvent.DeviceStillOffline =>
                $"{name} は {Long(n.Since)} から接続が切れたままです（{Words(n.Duration)}経過、{n.Sequence}回目の再通知）。",
            _ when n.RecoveredAt is { } back =>
                $"{name} は {Long(n.Since)} に接続が切れ、{For(n.Duration)}オフラインでした。"
                + $"お知らせが遅れましたが、{Long(back)} に再接続しています。",
            _ when n.FoundAtStart =>
                $"{name} は監視の停止前は接続中でしたが、{Long(n.Since)} の監視再開から{Words(n.Duration)}たっても再接続していません。",
            _ => $"{name} は {Long(n.Since)} に接続が切れ、{Words(n.Duration)}たっても再接続していません。",
        };
    }

    private string? Before(Notification n)
    {
        List<string> sentences = [];
        if (n.NotifiedAt is { } told) sentences.Add($"{Minute(told, EndOf(n))} にお知らせした件です。");
        if (n.ShortReturns > 0) sentences.Add($"途中の短い再接続{n.ShortReturns}回は同じ障害として数えています。");
        return sentences.Count == 0 ? null : string.Concat(sentences);
    }

    private static string? Checked(Verification verification) => verification switch
    {
        Verification.Confirmed => "猶予が過ぎた時点で照会し、切断されたままでした。",
        Verification.Unanswered => "猶予が過ぎた時点で照会しましたが、有効な応答がありませんでした。切断イベントのみに基づくお知らせです。",
        _ => null,
    };

    private static string InWords(Usual usual) => usual.Within == usual.Outages
        ? $"これまでの切断{usual.Outages}回はすべて{Words(usual.Bound)}以内に復帰"
        : $"これまでの切断{usual.Outages}回のうち{usual.Within}回は{Words(usual.Bound)}以内に復帰（最長でも{Words(usual.Longest)}以内）";

    private static string RuleOf(Notification n) => n.PolicyMatch is null ? "既定の設定" : $"設定 {Characters.Printable(n.PolicyMatch)}";

    private static string Held(TimeSpan hold) => hold > TimeSpan.Zero ? $"、{For(hold)}つながっています" : "ました";

    private string FromTo(Notification n) => FromTo(n.Since, EndOf(n));

    /// <summary>Both days where there are two, and both zones.</summary>
    private string FromTo(DateTimeOffset from, DateTimeOffset to) => $"{clock.Beside(to, from, Day)}〜{clock.Beside(from, to, Day)}";

    private string Minute(DateTimeOffset time, DateTimeOffset other) => clock.Beside(other, time, Day);

    private string Long(DateTimeOffset time) => $"{LongDay(time)} {clock.Second(time)} ({clock.ShortZone(time)})";

    private string LongDay(DateTimeOffset time) => $"{clock.Format(time, "yyyy'年'M'月'd'日'")}({Weekday(time)})";

    private char Weekday(DateTimeOffset time) => Weekdays[(int)clock.At(time).DayOfWeek];

    /// <summary>5分間, but 2時間.</summary>
    private static string For(TimeSpan duration) => Words(duration) is var words && words.EndsWith('間') ? words : words + "間";

    private static string Words(TimeSpan duration) => InWords(duration, "秒", "分", "時間", "日", "");

    private string FlappingSubject(Notification n, string name) => n switch
    {
        { Event: NotificationEvent.DeviceSteady } => $"【安定】{name} 接続が安定しました（{FromTo(n)}に短い切断{n.Drops}回）",
        { RecoveredAt: not null } => $"【断続】{name} {FromTo(n)}に切断{n.Drops}回（安定済み）",
        _ => $"【断続】{name} {Minute(n.Since, EndOf(n))}から切断{n.Drops}回",
    };

    private IEnumerable<string> FlappingLines(Notification n)
    {
        var name = Characters.Printable(n.ThingName);
        if (n.Event == NotificationEvent.DeviceSteady)
        {
            yield return $"{name} は {Long(EndOf(n))} から切断なくつながっています。それまでの{For(n.Duration)}に切断と再接続を{n.Drops}回繰り返していました。対応は不要です。";
            yield break;
        }

        var repeats = n.RecoveredAt is null ? "繰り返しています" : "繰り返していました";
        yield return $"{name} は {Long(n.Since)} から切断と再接続を{n.Drops}回{repeats}（いずれも猶予{Words(n.Grace)}以内に復帰）。";
        if (n.RecoveredAt is { } calm)
        {
            yield return $"お知らせが遅れましたが、{Long(calm)} から切断なくつながっています。";
            yield break;
        }

        yield return "電波や電源が弱くないか、2台が同じクライアントIDを使っていないかをご確認ください。";
        yield return "次の連絡: 1時間切断がなければ1通。猶予を超える切断はいつもどおりお知らせします。";
    }

    private string WatcherSubject(Notification n, string name) => n.Event == NotificationEvent.WatcherOk
        ? $"【監視再開】{name} {Words(n.Duration)}ぶりに把握（{FromTo(n)}）"
        : $"【監視不能】{name} {Minute(n.Since, EndOf(n))}から";

    private IEnumerable<string> WatcherLines(Notification n)
    {
        if (n.Event == NotificationEvent.WatcherOk)
        {
            yield return $"{Long(EndOf(n))} からデバイスの状態を再び把握できています。それまでの{For(n.Duration)}は把握できていませんでした。";
            yield return "対応は不要です。その間に通知すべきだったもののうち、今も続いているものはこれからお知らせします。";
            yield break;
        }

        yield return $"{Long(n.Since)} 以降のデバイスの状態を把握できていません。その間、オフラインのお知らせが遅れたり、古い情報に基づいたりすることがあります。";
        yield return "イベントのキュー（接続できるか、たまっていないか）、ストレージ、このサービスのログをご確認ください。";
        yield return "次の連絡: 再び把握できたときに1通。";
    }
}
