namespace IoTOrleans.Notifications.Settings;

/// <param name="Name">Policies name it, and what it is owed is stored under it.</param>
/// <param name="AddTo">Adds it to the services, once all settings are known to be right.</param>
/// <param name="RateLimit">It may change while the service runs; null: none.</param>
public sealed record DestinationSettings(string Name, Action<IServiceCollection> AddTo, RateLimit? RateLimit);

/// <summary>How much each destination takes, as the settings say now.</summary>
public sealed class DestinationRates
{
    public IReadOnlyDictionary<string, RateLimit?> ByName { get; set; } = new Dictionary<string, RateLimit?>();
}

/// <summary><c>Notifications:Destinations:&lt;name&gt;:…</c>, and the two short forms.</summary>
public static partial class ReadDestinations
{
    private const string Named = "Notifications:Destinations";

    public static IReadOnlyList<DestinationSettings> From(SettingsReader reader)
    {
        // Known settings also where no destination reads them.
        _ = reader.Flag("Notifications:AsciiSubject");
        _ = TimeOfDay.Read(reader, TimeOfDay.DailySummary, "09:00");
        var destinations = new List<DestinationSettings>();
        if (reader.Text("Notifications:Sns:TopicArn") is not null)
            destinations.Add(Read(reader, "Notifications:Sns", "sns", "sns"));
        if (reader.Text("Notifications:Webhook:Url") is not null)
            destinations.Add(Read(reader, "Notifications:Webhook", "webhook", "webhook"));
        else if (reader.Text("Notifications:Webhook:Secret") is not null)
            reader.Mistake("Notifications:Webhook:Secret is set, but Notifications:Webhook:Url is not: set both or none.");

        foreach (var names in reader.SpelledDifferently(Named))
        {
            reader.Mistake($"{string.Join(" and ", names.Select(name => $"{Named}:{name}"))} differ only in case, "
                + "and settings are read without regard to it: choose another name for one, or spell all of them alike.");
        }

        foreach (var name in reader.Items(Named))
        {
            var section = $"{Named}:{name}";
            var type = reader.Text($"{section}:Type");
            if (WhyNot(section, name, type, destinations) is not { } wrong)
            {
                destinations.Add(Read(reader, section, name, type!));
                continue;
            }

            // Its settings were not read, and must not be reported as unknown.
            reader.Mistake(wrong);
            reader.Skip(section);
        }

        // Without any other destination, notifications go to this terminal.
        return destinations.Count > 0 ? destinations : [Read(reader, $"{Named}:console", "console", "console")];
    }

    private static string? WhyNot(string section, string name, string? type, IEnumerable<DestinationSettings> others)
    {
        if (!Name().IsMatch(name))
        {
            return $"{section}: a destination's name is 1 to 32 of a-z, A-Z, 0-9, '-', '_' and '.', and "
                + "begins with a letter or digit; choose another.";
        }

        if (others.Any(other => string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase)))
            return $"{section}: the short form Notifications:{name} is set, too, and is called the same; choose another name.";
        var known = string.Join(", ", DestinationKinds.All.Keys);
        if (type is null) return $"{section}:Type is missing: say one of {known}.";
        return DestinationKinds.All.ContainsKey(type) ? null : $"{section}:Type={type}: say one of {known}.";
    }

    private static DestinationSettings Read(SettingsReader reader, string section, string name, string type)
    {
        var read = new DestinationSection(reader, section, name);
        return new(name, DestinationKinds.All[type](read), read.RateLimit);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,31}\z")]
    private static partial Regex Name();
}
