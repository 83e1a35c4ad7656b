using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>The real process with little memory: it may be slow, and must neither die nor lose anything.</summary>
public sealed class SmallContainerTests
{
    private const int Things = 16_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Each of them used to take 7 KB beside the 60 MB of the process itself: 170 MB.</summary>
    [Fact]
    public async Task Sixteen_thousand_things_connect_drop_and_are_told_on_a_heap_of_160_MB()
    {
        await using var silo = await SiloProcess.Start(
            ("DOTNET_GCHeapHardLimit", "0xA000000"), ("Presence:Grace", "10s"), ("Presence:SettleTime", "1s"),
            ("Presence:RecoveryHold", "0s"));
        await Report(silo, connected: true);
        await Report(silo, connected: false);

        // To count them all is to ask each of them: not before it is the last one's turn.
        await silo.Until(
            async () => (await silo.Device($"sensor-{Things - 1}")).GetProperty("notifiedAt").ValueKind == JsonValueKind.String,
            "the last is told", Patience);
        await silo.Until(async () => await CountTold(silo) == Things, "all are told", Patience);
        silo.HasNoLineWith("OutOfMemory");
    }

    private static async Task Report(SiloProcess silo, bool connected)
    {
        foreach (var some in Enumerable.Range(0, Things).Select(i => string.Create(CultureInfo.InvariantCulture, $"sensor-{i:00000}"))
            .Chunk(1000))
            await silo.PostUntilTaken(some.Select(thing => new { thingName = thing, connected }));
    }

    private static async Task<int> CountTold(SiloProcess silo)
    {
        var (told, cursor) = (0, "");
        do
        {
            using var response = await silo.Http.GetAsync($"/devices?status=offline&limit=1000{cursor}");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            var page = await response.Content.ReadFromJsonAsync<JsonElement>();
            told += page.GetProperty("items").EnumerateArray()
                .Count(thing => thing.GetProperty("notifiedAt").ValueKind == JsonValueKind.String);
            cursor = page.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={Uri.EscapeDataString(next)}" : "";
        }
        while (cursor.Length > 0);
        return told;
    }
}
