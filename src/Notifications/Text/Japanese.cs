using IoTOrleans.Contracts;

namespace IoTOrleans.Notifications.Text;

/// <param name="source">The sender: cluster and region.</param>
internal sealed class Japanese(LocalClock clock, string source)
    : Wording(new("属性", "状況", "理由", "最後の通信", "確認", "周囲", "ふだん"), Reasons, sentenceGap: "")
{
    private const string Day = "M'月'd'日'";

    private const string Weekdays = "日月火水木金土";

    private static readonly Dictionary<string, ReasonWords> Reasons = new()
    {
        ["AUTH_ERROR"] = new("認証エラー", "証明書または認証情報をご確認ください"),
        ["CLIENT_INITIATED_DISCONNECT"] = new("デバイス自身による切断", "電源オフ、再起動、またはスリープ"),
        ["CLIENT_ERROR"] = new("MQTTプロトコル違反", "ファームウェアまたはMQTTライブラリをご確認ください"),
        ["CONNECTION_LOST"] = new("接続が失われた", "切断通知なし。まず電源と回線を"),
        ["DUPLICATE_CLIENTID"] = new("クライアントIDの重複", "2台が同じIDを使っていませんか"),
        ["FORBIDDEN_ACCESS"] = new("ポリシーで許可されない操作", "ポリシーをご確認ください"),
        ["KEEP_ALIVE_TIMEOUT"] = new("キープアライブのタイムアウト", "切断通知なし。まず電源と回線を"),
        ["SERVER_ERROR"] = new("ブローカー側のエラー"),
        ["SERVER_INITIATED_DISCONNECT"] = new("ブローカー側からの切断"),
        ["API_INITIATED_DISCONNECT"] = new("運用者による切断", "API_INITIATED_DISCONNECT"),
        ["THROTTLED"] = new("ブローカーの制限超過", "送信量が多すぎませんか"),
        ["WEBSOCKET_TTL_EXPIRATION"] = new("WebSocketの最長時間に到達"),
        ["CUSTOMAUTH_TTL_EXPIRATION"] = new("カスタム認証の期限切れ"),

        // Of an incident: not a disconnect.
        ["NEVER_SEEN"] = new("一度も接続なし"),
    };

    public override string Subject(Notification n, string name) => (n.IsTest ? "【テスト】" : "") + n.Event switch
    {
        _ when n.Event.IsOfWatcher() => WatcherSubject(n, name),
        _ when IsOfFlapping(n) => FlappingSubject(n, name),
        NotificationEvent.DeviceNeverSeen => n.RecoveredAt is null
            ? $"【未接続】{name} 登録から{Words(n.Duration)}" : $"【未接続】{name} 登録から{Words(n.Grace)}（接続済み）",
        NotificationEvent.DeviceRecovered when n.NeverSeen => $"【初接続】{name} 登録から{Words(n.Duration)}",
        NotificationEvent.DeviceRecovered => $"【復帰】{name} {Words(n.Duration)}ぶりに接続（{FromTo(n)}）",
        NotificationEvent.DeviceRemoved => $"【監視解除】{name}（{Minute(n.Since, EndOf(n))}から{Words(n.Duration)}後）",
        NotificationEvent.DeviceStillOffline => $"【オフライン継続】{name} {Minute(n.Since, EndOf(n))}から（{Words(n.Duration)}経過{Of(n, "、")}）",
        _ when n.RecoveredAt is not null => $"【オフライン】{name} {FromTo(n)}（復帰済み）",
        _ => $"【オフライン】{name} {Minute(n.Since, EndOf(n))}から{Of(n, "（", "）")}",
    };

    protected override string TestLine => "これはテスト送信です。実際の障害ではありません。";

    protected override string LastLine(Notification n) => n.Event.IsOfWatcher()
        ? $"監視不能ID {n.OutageId} / {Words(n.Grace)}で通知 / {source}"
        : $"{(IsOfFlapping(n) ? "断続" : "障害")}ID {n.OutageId} / {PolicyOf(n)}（{(n.NeverSeen ? "期限" : "猶予")}{Words(n.Grace)}）/ {source}";

    protected override string WhatHappened(Notification n)
    {
        var name = LinkFree.Of(n.ThingName);
        return n.Event switch
        {
            NotificationEvent.DeviceNeverSeen =>
                $"{name} は {Long(n.Since)} に監視対象になりましたが、{Words(n.Grace)}以内に一度も確認できませんでした。"
                + (n.RecoveredAt is { } seen ? $"お知らせが遅れましたが、{Long(seen)} に初めて確認できました。"
                    : "電源が入っているか、名前が正しいかをご確認ください。"),
            NotificationEvent.DeviceRecovered when n.NeverSeen =>
                $"{name} を {Long(EndOf(n))} に初めて確認できました。監視対象になってから{Words(n.Duration)}でした。対応は不要です。",
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

    protected override IEnumerable<string> Before(Notification n)
    {
        if (n.NotifiedAt is { } told) yield return $"{Minute(told, EndOf(n))} にお知らせした件です。";
        if (n.ShortReturns > 0) yield return $"途中の短い再接続{n.ShortReturns}回は同じ障害として数えています。";
    }

    protected override string InWords(LastHeard heard, DateTimeOffset since) =>
        $"{Minute(heard.NotBefore, since)}から{Minute(heard.NotAfter, since)}の間";

    protected override string Refused(ConnectFailures refused, DateTimeOffset now, string? reason) =>
        $"電源は入っていて接続を試みていますが、{Minute(refused.Since, now)}から{N(refused.Count)}回拒否されています"
        + $"{(reason is null ? "" : $"（{reason}）")}。ポリシーまたは証明書をご確認ください。";

    protected override string? Checked(Verification verification) => verification switch
    {
        Verification.Confirmed => "猶予が過ぎた時点で照会し、切断されたままでした。",
        Verification.Unanswered => "猶予が過ぎた時点で照会しましたが、有効な応答がありませんでした。切断イベントのみに基づくお知らせです。",
        _ => null,
    };

    protected override string InWords(Usual usual) => usual.Within == usual.Outages
        ? $"これまでの切断{usual.Outages}回はすべて{Words(usual.Bound)}以内に復帰"
        : $"これまでの切断{usual.Outages}回のうち{usual.Within}回は{Words(usual.Bound)}以内に復帰（最長でも{Words(usual.Longest)}以内）";

    protected override string InWords(ReasonWords reason) => reason.Words + (reason.Hint is { } hint ? $"（{hint}）" : "");

    protected override string Share(int percent, string what) => $"{what} {percent}%";

    private static string Of(Notification n, string before, string after = "") =>
        NumbersOf(n) is { } numbers ? $"{before}{N(numbers.Total)}台中{N(numbers.Offline)}台{after}" : "";

    protected override string Others(int offline, int all) => offline == 0
        ? $"ほかの{N(all)}台はオフラインではありません。" : $"ほかの{N(all)}台のうち{N(offline)}台もオフラインです。";

    protected override string OfflineNow(FleetNumbers numbers) => $"現在オフライン: {N(numbers.Total)}台中{N(numbers.Offline)}台";

    private static string PolicyOf(Notification n) =>
        n.PolicyMatch is null ? "既定のポリシー" : $"ポリシー {LinkFree.Of(n.PolicyMatch)}";

    private static string Held(TimeSpan hold) => hold > TimeSpan.Zero ? $"、{For(hold)}つながっています" : "ました";

    private string FromTo(Notification n) => FromTo(n.Since, EndOf(n));

    private string FromTo(DateTimeOffset from, DateTimeOffset to) => $"{clock.Beside(to, from, Day)}〜{clock.Beside(from, to, Day)}";

    private string Minute(DateTimeOffset time, DateTimeOffset other) => clock.Beside(other, time, Day);

    private string Long(DateTimeOffset time) => $"{LongDay(time)} {clock.Format(time, "HH:mm:ss")} ({clock.ShortZone(time)})";

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

    protected override IEnumerable<string> FlappingLines(Notification n)
    {
        var name = LinkFree.Of(n.ThingName);
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

    protected override IEnumerable<string> WatcherLines(Notification n)
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
        if (Shares(n) is { Count: > 0 } shares) yield return $"共通点: {string.Join("、", shares)}";
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
        $"【日次】{N(s.Count)}台がオフライン（新規{N(s.New)}台） {clock.Format(s.ListedAt, Day)}({Weekday(s.ListedAt)}) "
        + clock.Format(s.ListedAt, "HH:mm");

    public override IEnumerable<string> Lines(FleetSummary s, string? url)
    {
        var muted = s.Muted > 0 ? $"ミュート中: {N(s.Muted)}台。" : "";
        yield return $"{LongDay(s.ListedAt)} {clock.Format(s.ListedAt, "HH:mm")} ({clock.ShortZone(s.ListedAt)}) 現在、"
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
        return $"・{LinkFree.Of(thing.ThingName)}: {Words(now - thing.Since)}（{Minute(thing.Since, now)}から、{told}"
            + (thing.IsNew ? "、新規）" : "）");
    }

    private static string InWords(FlakyThing thing)
    {
        var drops = $"{LinkFree.Of(thing.ThingName)}（{N(thing.Drops)}回以上";
        return Usual.Of(thing.Durations) is not { } usual ? $"{drops}）"
            : $"{drops}。これまでの{N(usual.Outages)}回のうち{N(usual.Within)}回は{Words(usual.Bound)}以内、最長でも{Words(usual.Longest)}以内に復帰）";
    }
}
