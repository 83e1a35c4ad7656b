using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>Carries out what a decision asks for. Nothing here waits for a verifier or a destination.</summary>
internal sealed partial class DeviceEffects(
    VerificationQueue verifications, ThingNotifications notifications, ILogger<DeviceGrain> logger)
{
    /// <param name="storedAsOf">When the decision was stored, or the state that it is based on was read.</param>
    public void CarryOut(string thingName, PresenceEffect effect, long storedAsOf)
    {
        switch (effect)
        {
            case PresenceEffect.AskVerifier ask:
                verifications.Ask(thingName, ask.OutageId, ask.Source, ask.Clients);
                break;
            case PresenceEffect.Send send:
                notifications.Send(send, markedAt: storedAsOf);
                break;
            case PresenceEffect.WarnVerifierStale:
                LogVerifierStale(thingName);
                break;
            case PresenceEffect.WarnClientForgotten forgotten:
                LogClientForgotten(thingName, DeviceState.MostClients, forgotten.Client is "" ? thingName : forgotten.Client);
                break;
            case PresenceEffect.WarnGivenUp givenUp:
                LogGivenUp(givenUp.Destination, thingName, givenUp.OutageId, givenUp.Why);
                break;
            case PresenceEffect.Drop drop:
                notifications.Dropped(drop.Destination);
                break;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{ThingName}: the verifier has said 'connected' three times in a row with a time stamp older than "
        + "the disconnect. Nobody seems to maintain reported.connected of the shadow, or the disconnect did not come from AWS IoT; see "
        + "docs/verification.md.")]
    private partial void LogVerifierStale(string thingName);

    [LoggerMessage(LogLevel.Error, "Destination {Destination} has refused to hear of {ThingName} (outage {OutageId}) "
        + "for a day and will not be asked again: {Why}")]
    private partial void LogGivenUp(string destination, string thingName, string outageId, string why);

    [LoggerMessage(LogLevel.Warning, "{ThingName}: more than {Most} MQTT clients seem to be connected at once. Client {Client} was "
        + "heard least recently and is not watched any more; the ends of some sessions may have been lost. See docs/rules.md, Order.")]
    private partial void LogClientForgotten(string thingName, int most, string client);
}
