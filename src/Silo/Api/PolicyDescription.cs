using IoTOrleans.Events;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api;

internal static class PolicyDescription
{
    public static Operation Get { get; } = new("getPolicy", Topic.Policies, "Get the policy in effect for a thing")
    {
        Path = PathParameter.ThingName,
        Answers = [InEffect, DevicesDescription.BadName, DevicesDescription.NeverHeardOf],
    };

    public static Operation Put { get; } = new("setPolicy", Topic.Policies, "Set a policy for one thing")
    {
        Description = "It replaces what was set before, overrides all settings, survives restarts, and takes effect at once, also for a "
            + "running outage. The thing need not have connected yet.",
        Path = PathParameter.ThingName,
        Body = new(
            ["application/json"], "Any of the fields. One that is missing or null keeps the value of the settings. At most 16 KiB.",
            [typeof(PolicySettings)],
            [
                ("grace", """{"grace":"30m"}"""),
                ("all", """
                    {"grace":"30m","settleTime":"5s","recoveryHold":"2m","recheckEvery":"10m","repeatInterval":"1d","expectWithin":"0s",
                     "notifyRecovery":true,"notifyFlapping":false,"muted":false,"notify":["console"]}
                    """),
            ]),
        Answers =
        [
            InEffect,
            Answer.Problem(
                PolicyApi.Refusal([("grace", "must be 1s to 365d."), ("graze", "is not known. There are: grace, settleTime, muted.")]),
                "`errors` names each bad `field`. Or no thing can have this name, or the query has mistakes."),
            Answer.Problem(Problems.TooLarge(), "The body has more than 16 KiB."),
            Answer.Problem(Problems.JsonOnly("the policy"), "The body is not sent as `application/json`."),
            TooManyThings,
        ],
    };

    public static Operation Delete { get; } = new("deletePolicy", Topic.Policies, "Take back the policy of one thing")
    {
        Path = PathParameter.ThingName,
        Answers = [new(204, "The settings apply again."), DevicesDescription.BadName],
    };

    public static Answer TooManyThings => Answer.Problem(
        Problems.TooManyThings(ThingLimit.WhyOf(1_000_000)),
        "The thing would be one more than `Things:Most`. Or too many wrong keys came from this address.") with
    {
        Headers = [CommonAnswers.RetryAfter],
    };

    private static Answer InEffect => Answer.Of(200, "The policy in effect.", Samples.Policy);
}
