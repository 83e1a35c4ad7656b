namespace IoTOrleans.Notifications.Settings;

/// <param name="Name">What policies call it, and under which name it is remembered what it is owed.</param>
/// <param name="AddTo">Adds it to the services, once all settings are known to be right.</param>
public sealed record DestinationSettings(string Name, Action<IServiceCollection> AddTo);
