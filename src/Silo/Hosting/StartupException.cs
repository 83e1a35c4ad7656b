namespace IoTOrleans.Silo.Hosting;

/// <summary>
/// The service cannot start, and a person can mend it. The message is all they will see: one line that names the setting and
/// the remedy.
/// </summary>
internal sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
