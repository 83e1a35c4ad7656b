using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Silo.Hosting;

/// <summary>What the program itself says, as safe as its log: settings, receivers and other services put their words into it.</summary>
internal static class Terminal
{
    public static void Say(string text) => Console.WriteLine(Characters.Visible(text));

    public static void Complain(string text) => Console.Error.WriteLine(Characters.Visible(text));
}
