using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api;

internal static class NotificationsDescription
{
    public static Operation Test { get; } = new("testNotifications", Topic.Notifications, "Send a sample through every destination")
    {
        Description = "It is marked as a test. Each destination's answer is in the body.",
        Answers =
        [
            Answer.Of(200, "All accepted it.", new NotificationsApi.TestAnswer([new("console", DeliveryOutcome.Accepted, null)])),
            Answer.Of(
                502, "Not all accepted it.", new NotificationsApi.TestAnswer(
                [
                    new("console", DeliveryOutcome.Accepted, null),
                    new("webhook", DeliveryOutcome.Refused, "It answered 404: look at the URL."),
                ])),
        ],
    };
}
