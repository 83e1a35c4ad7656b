using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api;

/// <summary><c>POST /notifications/test</c>: a marked sample through every destination.</summary>
internal static class NotificationsApi
{
    public static void MapNotifications(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/notifications/test", Test).As(NotificationsDescription.Test);

    private static async Task<IResult> Test(
        IEnumerable<INotificationDestination> destinations, IOptionsMonitor<PresenceOptions> presence, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var sample = Sample(
            presence.CurrentValue.DefaultPolicy.Grace, DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds()));
        var answers = await Task.WhenAll(destinations.Select(async destination =>
        {
            var answer = await Attempt.Send(token => destination.Send(sample, token), time, cancellationToken);
            return new DestinationAnswer(destination.Name, answer.Outcome, answer.Detail);
        }));
        var accepted = answers.All(answer => answer.Outcome == DeliveryOutcome.Accepted);
        return TypedResults.Json(new TestAnswer(answers), statusCode: accepted ? StatusCodes.Status200OK : StatusCodes.Status502BadGateway);
    }

    private static Notification Sample(TimeSpan grace, DateTimeOffset now) => new()
    {
        Event = NotificationEvent.DeviceOffline,
        ThingName = "test",
        OutageId = System.Buffers.Text.Base64Url.EncodeToString(Guid.NewGuid().ToByteArray()),
        Since = now - grace,
        DetectedAt = now,
        Duration = grace,
        Grace = grace,
        DisconnectReason = "CONNECTION_LOST",
        Verification = Verification.None,
        Attributes = new Dictionary<string, string>(),
        IsTest = true,
    };

    internal sealed record TestAnswer(IReadOnlyList<DestinationAnswer> Destinations);

    internal sealed record DestinationAnswer(string Destination, DeliveryOutcome Outcome, string? Detail);
}
