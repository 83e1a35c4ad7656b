using System.Text.Json;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Console;

namespace IoTOrleans.Notifications.Tests.Console;

public sealed class ConsoleDestinationTests
{
    [Fact]
    public async Task A_notification_is_one_line() => (await Written(Sample.Recovered with { ShortReturns = 0 }, json: false)).ShouldBe(
        "【復帰】greenhouse-3 47分ぶりに接続（02:14〜03:01） https://watch.example.net/?thing=greenhouse-3 (7f3a91Xk2mQpR8sTvWyZ01)\n");

    [Fact]
    public async Task What_a_name_holds_makes_no_second_line_and_moves_no_cursor()
    {
        var line = await Written(Sample.Recovered with { ThingName = "a\nb\u001b]0;x\u0007" }, json: false);
        line.Count('\n').ShouldBe(1);
        line.TrimEnd('\n').ShouldEachBe(letter => !char.IsControl(letter));
    }

    [Fact]
    public async Task As_json_it_is_one_object_with_the_body_that_machines_get()
    {
        var line = await Written(Sample.Recovered with { ThingName = "a\nb\u001b]0;x\u0007" }, json: true);
        line.Count('\n').ShouldBe(1);
        var notification = JsonDocument.Parse(line).RootElement.GetProperty("Notification");
        notification.GetProperty("event").GetString().ShouldBe("device.recovered");
        notification.GetProperty("outageId").GetString().ShouldBe(Sample.Recovered.OutageId);
    }

    private static async Task<string> Written(Notification notification, bool json)
    {
        await using var output = new StringWriter();
        var destination = new ConsoleDestination(output, json, TimeProvider.System);
        var answer = await destination.Send(Sample.Japanese.Render(notification), TestContext.Current.CancellationToken);
        answer.Outcome.ShouldBe(DeliveryOutcome.Accepted);
        return output.ToString();
    }
}
