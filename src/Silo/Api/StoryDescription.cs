using IoTOrleans.Grains.Devices;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api;

internal static class StoryDescription
{
    public static Operation History { get; } = new("getHistory", Topic.Devices, "Get the latest events of a thing")
    {
        Description = "At most 8 entries, as they became known, newest first. A late event may be older than the entry after it.",
        Path = PathParameter.ThingName,
        Answers =
        [
            Answer.Of(200, "What happened, and what was notified.", new DeviceHistory("door-3",
            [
                new(Samples.Dropped.AddMinutes(5), "told", "told-confirmed", "device.offline", ["sns"], null),
                new(Samples.Dropped, "disconnected", "grace-started", null, [], null),
                new(Samples.Dropped.AddMinutes(-20), "policy", "policy-set", null, [], "alice"),
            ])),
            DevicesDescription.BadName, DevicesDescription.NeverHeardOf,
        ],
    };

    public static Operation Why { get; } = new("getWhy", Topic.Devices, "Get the reasons for the status of a thing")
    {
        Description = "What led to the present status, what the thing waits for, and which notifications are still owed.",
        Path = PathParameter.ThingName,
        Answers =
        [
            Answer.Of(200, "The reasons, newest first.", new DeviceWhy
            {
                ThingName = "door-3",
                Status = PresenceStatus.Grace,
                Since = Samples.Dropped,
                OutageId = Samples.OutageId,
                WaitingFor =
                [
                    new("grace", Samples.Dropped.AddMinutes(5),
                        "If it is not back by then, a verifier is asked, if there is one, and people are told."),
                ],
                Owed = [new("sns", "device.recovered", "Vn0pQyXkT2y7u9aFh3LcRg", "failed", 2, Samples.Dropped.AddMinutes(3))],
                Refused = new(3, "AUTHORIZATION_FAILED", Samples.Dropped.AddMinutes(1), DeviceStories.RefusedSentence),
                MutedBy = [],
                PolicySource = "door-*",
                Items = [new(Samples.Dropped, "grace-started", "It disconnected, and its grace began.", null, [], null)],
            }),
            DevicesDescription.BadName, DevicesDescription.NeverHeardOf,
        ],
    };
}
