namespace IoTOrleans.Grains.Logging;

public static class Faults
{
    /// <summary>For one line of the log. Orleans puts the stack of another silo behind the first line of a message.</summary>
    public static string FirstLine(this Exception exception) => exception.Message.Split('\n', 2)[0].TrimEnd();
}
