using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api.Mutes;

internal static class MutesDescription
{
    private const string Id = "north-works";

    private static readonly PathParameter IdInPath = new(
        "id", "1 to 64 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit.", Id);

    private static readonly Mute Sample = new()
    {
        Id = Id,
        Attribute = new("site", "north"),
        From = Samples.Dropped,
        Until = Samples.Dropped.AddHours(10),
        Comment = "power works",
        By = "alice",
    };

    public static Operation List { get; } = new("listMutes", Topic.Mutes, "List the mutes that have not ended")
    {
        Answers = [Answer.Of(200, "In the order of their ids.", new MutesApi.MuteItems([Sample]))],
    };

    public static Operation Get { get; } = new("getMute", Topic.Mutes, "Get a mute")
    {
        Path = IdInPath,
        Answers = [Answer.Of(200, "The mute.", Sample), NoSuch],
    };

    public static Operation Put { get; } = new("setMute", Topic.Mutes, "Set a mute")
    {
        Description = "The things are watched, shown and counted, but nobody is notified of them. The same request again changes nothing, "
            + "except that `from` becomes now if it is left out.",
        Path = IdInPath,
        Body = new(
            ["application/json"],
            "Exactly one of `thing`, `glob` and `attribute`, and exactly one of `until` and `untilRecovered`. Times carry their offset; no "
                + "mute lasts longer than 366 days. At most 16 KiB.",
            [typeof(MuteRequest)],
            [
                ("untilRecovered", """{"glob":"door-*","untilRecovered":true}"""),
                ("until", """
                    {"attribute":{"name":"site","value":"north"},"from":"2026-11-23T20:00:00+09:00","until":"2026-11-24T06:00:00+09:00",
                     "comment":"power works"}
                    """),
            ]),
        Answers =
        [
            Answer.Of(200, "It replaced the mute with this id.", Sample),
            Answer.Of(201, "It is created.", Sample) with { Headers = [("Location", "Where it is.")] },
            Answer.Problem(
                MutesApi.Refusal([new("until", "Say exactly one of `until` (a time) and `untilRecovered` (true).")]),
                "`errors` names each bad `field`. Or no mute can have this id, or the query has mistakes."),
            Answer.Problem(MutesApi.Full(), "There are 1,000 mutes, or 256 KiB of them."),
            Answer.Problem(Problems.TooLarge(), "The body has more than 16 KiB."),
            Answer.Problem(Problems.JsonOnly("the mute"), "The body is not sent as `application/json`."),
        ],
    };

    public static Operation Delete { get; } = new("endMute", Topic.Mutes, "End a mute")
    {
        Path = IdInPath,
        Answers = [new(204, "It has ended. What is due goes out within about a minute."), NoSuch],
    };

    private static Answer NoSuch => Answer.Problem(MutesApi.NoSuch(Id), "There is no such mute, or it has ended.");

    /// <summary>What <see cref="MuteBody"/> reads.</summary>
    internal sealed record MuteRequest(
        string? Thing, string? Glob, AttributeMatch? Attribute, DateTimeOffset? From, DateTimeOffset? Until, bool? UntilRecovered,
        string? Comment);
}
