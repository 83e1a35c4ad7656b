using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Console;

namespace IoTOrleans.Notifications.Tests.Console;

public sealed class ConsoleDestinationTests
{
    [Fact]
    public async Task A_notification_is_one_block_that_is_plain_to_read()
    {
        await using var output = new StringWriter();
        var notification = Sample.Recovered with { ShortReturns = 0 };

        var answer = await new ConsoleDestination(output).Send(Sample.Japanese.Render(notification), TestContext.Current.CancellationToken);

        answer.Outcome.ShouldBe(DeliveryOutcome.Accepted);
        output.ToString().ShouldBe("""

            【復帰】greenhouse-3 47分ぶりに接続（02:14〜03:01）
              greenhouse-3 は 2026年11月23日(月) 03:01:22 (JST) に再接続し、1分間つながっています。切断時間は47分でした。対応は不要です。
              02:19 にお知らせした件です。
              属性: site=家
              状況: https://watch.example.net/?thing=greenhouse-3
              障害ID 7f3a91Xk2mQpR8sTvWyZ01 / ポリシー greenhouse-*（猶予5分）/ home/ap-northeast-1


            """);
    }
}
