namespace IoTOrleans.Notifications;

/// <summary>How the destination on the console writes.</summary>
/// <param name="AsJson">As the log there is JSON, too.</param>
public sealed record ConsoleNotifications(bool AsJson);
