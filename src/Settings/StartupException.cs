namespace IoTOrleans.Settings;

/// <summary>The service cannot start. The message tells the person who started it the cause and the remedy.</summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
