using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>監視そのものについて。</summary>
internal sealed partial class Japanese
{
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
