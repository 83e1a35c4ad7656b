using System.Text;
using IoTOrleans.Events;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api.Fleet;

internal static class FleetDescription
{
    public static Operation Get { get; } = new("getFleet", Topic.Fleet, "Get counts of all things, and those that are not well")
    {
        Description = "The counts are maintained, so the cost does not grow with the fleet. Each list has at most 200 things. "
            + "`complete` is false while the things are being counted; the numbers are the last known ones then.",
        Answers = [Answer.Of(200, "The fleet now.", Sample)],
    };

    public static Operation Follow { get; } = new("followFleet", Topic.Fleet, "Follow the things that are not well")
    {
        Description = "Server-Sent Events, at most one frame a second; the last event of a frame has the cursor as its `id`. It begins "
            + "with `snapshot` events (`part`, `parts`, at most 100 `items`) and `synced`, or, with a cursor that is known, with "
            + "`synced`. Then: `set`: a thing that is not well or is watched, as in `GET /devices/{thingName}`. `gone`: a `thingName` that "
            + "is well again or forgotten, and not watched. `counts`, `today`, `incidents`: as in `GET /fleet`, when they have changed. "
            + "`tick`: every 15 s, as `GET /fleet` without lists of things, with `time`. Above 1,000 things that are not well "
            + "(`listed` is false) there are `set` and `gone` for watched things only. Who takes nothing for 30 s is dropped.",
        Query =
        [
            new("cursor", "Of `GET /fleet`, or the last `id`. The header `Last-Event-ID` goes before it. Unknown or too old: a snapshot."),
            new("watch", $"A thing that is followed also while it is well. Repeat it for up to {WatchedThings.Most}.")
            {
                Most = WatchedThings.Most,
                Example = "door-3",
                Check = name => ThingName.IsValid(name, out var why) ? null : $"watch: {why}",
            },
        ],
        Answers =
        [
            new(200, "It does not end by itself.") { ContentType = "text/event-stream", Type = typeof(string), Example = Stream() },
        ],
    };

    private static FleetCopy Copy => FleetCopy.Of(new FleetView
    {
        Cursor = "5f2c.1042",
        Counts = new() { AsOf = Samples.Dropped, Complete = true, Total = 101, Connected = 99, Grace = 1, Offline = 1 },
        Listed = true,
        Rows = [Samples.Device, Samples.Offline],
        Today = new()
        {
            BackItems =
            [
                new()
                {
                    ThingName = "boiler", Since = Samples.Dropped.AddHours(-1), BackAt = Samples.Dropped.AddMinutes(-38), Notified = true,
                },
            ],
            KeptQuiet = new()
            {
                Today = 14, Days = [new(new(2026, 11, 22), 9), new(new(2026, 11, 23), 14)], Things = [new("gate-cam-2", 12, 161)],
            },
            History = [new(Samples.Dropped.AddMinutes(-1), 2, 0), new(Samples.Dropped, 1, 1)],
        },
    });

    private static FleetNotification Incident => new()
    {
        Event = FleetEvent.FleetOutage,
        IncidentId = Samples.IncidentId,
        Number = 1,
        Count = 6,
        Back = 5,
        StartedAt = Samples.Dropped.AddMinutes(-10),
        LastAt = Samples.Dropped.AddMinutes(-9),
        Growing = false,
        Reasons = new Dictionary<string, int> { ["MQTT_KEEP_ALIVE_TIMEOUT"] = 6 },
        Attributes = new Dictionary<string, int> { ["carrier=acme"] = 6 },
        Things = [Samples.Offline.ThingName],
    };

    private static WatcherBody Watcher => new(
        Samples.Dropped, 0, null, 0, StorageState.Ok, [new("sns", Samples.Dropped.AddMinutes(-10), DestinationState.Ok)],
        new(Samples.Dropped.AddSeconds(-20), null));

    private static FleetBody Sample => new(Copy.With([new(Incident, ["sns"])]), Watcher);

    private static string Stream() => Encoding.UTF8.GetString(
    [
        .. EventText.Of("synced", Copy.Counts), .. EventText.End,
        .. EventText.Of("set", Samples.Device), .. EventText.Id(Copy.Cursor), .. EventText.End,
    ]);
}
