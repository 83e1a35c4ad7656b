using System.Text.Json;
using IoTOrleans.Contracts;
using IoTOrleans.Settings;

namespace IoTOrleans.Silo.Api;

/// <summary>The body of <c>PUT /devices/{thingName}/policy</c>, read field by field, so that each mistake is named.</summary>
internal sealed record PolicyBody(PolicyOverride Policy, IReadOnlyList<(string Field, string Mistake)> Mistakes)
{
    private static readonly string[] fields =
        ["grace", "settleTime", "recoveryHold", "recheckEvery", "repeatInterval", "notifyRecovery", "notifyFlapping", "muted", "notify"];

    /// <summary>What it looks like, for the API's description.</summary>
    internal sealed record Form(
        string? Grace, string? SettleTime, string? RecoveryHold, string? RecheckEvery, string? RepeatInterval,
        bool? NotifyRecovery, bool? NotifyFlapping, bool? Muted, string[]? Notify);

    public static PolicyBody Unreadable(string why) => new(new(), [("", why)]);

    public static PolicyBody Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) return new(new(), [("", "Send an object like {\"grace\":\"30m\"}.")]);
        var mistakes = new List<(string, string)>();
        var given = body.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null).ToDictionary(p => p.Name, p => p.Value);
        foreach (var name in body.EnumerateObject().Select(property => property.Name).Except(fields))
            mistakes.Add((name, $"is not known. There are: {string.Join(", ", fields)}."));
        if (given.Count == 0) mistakes.Add(("", "Nothing is set: DELETE takes back what was."));

        var policy = new PolicyOverride
        {
            Grace = ReadDuration("grace"),
            SettleTime = ReadDuration("settleTime"),
            RecoveryHold = ReadDuration("recoveryHold"),
            RecheckEvery = ReadDuration("recheckEvery"),
            RepeatInterval = ReadDuration("repeatInterval"),
            NotifyRecovery = ReadFlag("notifyRecovery"),
            NotifyFlapping = ReadFlag("notifyFlapping"),
            Muted = ReadFlag("muted"),
            Notify = ReadNames("notify"),
        };
        return new(policy, mistakes);

        TimeSpan? ReadDuration(string name)
        {
            if (!given.TryGetValue(name, out var value)) return null;
            if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)) return Wrong<TimeSpan>(name, "must be a text like \"30s\" or \"5m\".");
            return Duration.TryParse(value.ToString(), out var duration) is not { } wrong ? duration : Wrong<TimeSpan>(name, $"{value}: {wrong}.");
        }

        bool? ReadFlag(string name)
        {
            if (!given.TryGetValue(name, out var value)) return null;
            return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : Wrong<bool>(name, "must be true or false.");
        }

        IReadOnlyList<string>? ReadNames(string name)
        {
            if (!given.TryGetValue(name, out var value)) return null;
            if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
                return [.. value.EnumerateArray().Select(item => item.GetString()!)];
            Wrong<bool>(name, "must be a list of names of destinations.");
            return null;
        }

        T? Wrong<T>(string name, string mistake)
            where T : struct
        {
            mistakes.Add((name, mistake));
            return null;
        }
    }
}
