using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>猶予内の切断と再接続を繰り返すもの。</summary>
internal sealed partial class Japanese
{
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
}
