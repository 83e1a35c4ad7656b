using System.Text;
using IoTOrleans.Events;
using IoTOrleans.Events.Parsing;
using IoTOrleans.Grains.Policies;

namespace IoTOrleans.Silo.Api.Mutes;

/// <summary>The body of <c>PUT /mutes/{id}</c>. Each mistake names its field and the remedy.</summary>
internal sealed class MuteBody
{
    internal const int MostCommentCharacters = 256;

    private const int MostGlobCharacters = 256;

    /// <summary>Every event is compared with every glob, and nobody needs more.</summary>
    private const int MostStars = 8;

    /// <summary>As many as all attributes of a thing may have together.</summary>
    private const int MostAttributeBytes = 256;

    private static readonly string[] Targets = ["thing", "glob", "attribute"];

    /// <summary>The first and the last may stand there as they were read, and change nothing.</summary>
    private static readonly string[] Fields = ["id", "thing", "glob", "attribute", "from", "until", "untilRecovered", "comment", "by"];

    private readonly List<Error> _errors = [];

    public Mute? Mute { get; private init; }

    public IReadOnlyList<Error> Errors => _errors;

    public static async Task<MuteBody> Read(Stream body, string id, DateTimeOffset now, CancellationToken cancellationToken) =>
        JsonBody.Read(await JsonBody.Receive(body, cancellationToken), json => Read(json, id, ToMilliseconds(now)), Unreadable);

    private static MuteBody Unreadable(string why) => new() { _errors = { new Error("", why) } };

    private static MuteBody Read(JsonElement json, string id, DateTimeOffset now)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return Unreadable("""The body must be an object like {"thing":"rpi-1","until":"2026-11-23T16:00:00Z"}.""");
        var body = new MuteBody();
        foreach (var unknown in json.EnumerateObject().Where(property => !Fields.Contains(property.Name)))
            body.Refuse(unknown.Name, $"`{unknown.Name}` is no field of a mute. There are: {string.Join(", ", Fields[1..^1])}.");
        if (body.Text(json, "id") is { } other && other != id)
            body.Refuse("id", "`id` is not the one in the path: leave it out.");

        var (thing, glob, attribute) = (body.Thing(json), body.Glob(json), body.Attribute(json));
        if (Targets.Count(field => json.Has(field)) != 1)
        {
            body.Refuse(
                "thing", """Say exactly one of `thing` ("rpi-1"), `glob` ("door-*") and `attribute` ({"name":"site","value":"north"}).""");
        }

        var from = body.Time(json, "from") ?? now;
        var until = body.Time(json, "until");
        var untilRecovered = body.Flag(json, "untilRecovered");
        if (json.Has("until") == untilRecovered)
            body.Refuse("until", "Say exactly one of `until` (a time) and `untilRecovered` (true).");
        if (from > now + Contracts.Mute.Longest)
        {
            body.Refuse("from", "`from` is more than 366 days ahead.");
            from = now;
        }

        if (until <= now)
            body.Refuse("until", "`until` has passed: it would mute nothing. Say a time to come, or DELETE the mute to end it.");
        else if (until <= from) body.Refuse("until", "`until` is not after `from`.");
        if (until > from + Contracts.Mute.Longest)
            body.Refuse("until", "`until` is more than 366 days after `from`. For what is never told, set a policy with Muted.");
        if (untilRecovered && from + Contracts.Mute.Longest <= now)
            body.Refuse("from", "`from` is more than 366 days ago: leave it out, to begin now.");

        var comment = body.Text(json, "comment");
        if (comment?.Length > MostCommentCharacters) body.Refuse("comment", "`comment` is longer than 256 characters.");

        return body._errors.Count > 0 ? body : new MuteBody
        {
            Mute = new Mute
            {
                Id = id, Thing = thing, Glob = glob, Attribute = attribute, From = from, Until = until, UntilRecovered = untilRecovered,
                Comment = comment,
            },
        };
    }

    private string? Thing(JsonElement json)
    {
        if (Text(json, "thing") is not { } thing) return null;
        if (!ThingName.IsValid(thing, out var why)) Refuse("thing", $"`thing`: {why}");
        return thing;
    }

    private string? Glob(JsonElement json)
    {
        if (Text(json, "glob") is not { } glob) return null;
        if (glob.Count(c => c == '*') > MostStars)
            Refuse("glob", "`glob` has more than 8 *. Every event is compared with it; write a simpler one.");
        if (string.IsNullOrWhiteSpace(glob) || glob.Length > MostGlobCharacters)
            Refuse("glob", "`glob` must have 1 to 256 characters: say which things, like door-* (or * for all).");
        return glob;
    }

    private AttributeMatch? Attribute(JsonElement json)
    {
        if (json.Find("attribute") is not { } attribute) return null;
        if (attribute.ValueKind != JsonValueKind.Object || attribute.GetPropertyCount() != 2
            || attribute.Find("name") is not { ValueKind: JsonValueKind.String } nameText
                || attribute.Find("value") is not { ValueKind: JsonValueKind.String } valueText
            || nameText.TextOrNull() is not { } name || valueText.TextOrNull() is not { } value)
        {
            Refuse("attribute", """`attribute` must be an object like {"name":"site","value":"north"}.""");
            return null;
        }

        if (Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) > MostAttributeBytes)
            Refuse("attribute", "`attribute` has more than 256 bytes of name and value: no thing can have it.");
        return new AttributeMatch(name, value);
    }

    private DateTimeOffset? Time(JsonElement json, string field)
    {
        if (Text(json, field) is not { } text) return null;

        // A time without an offset would depend on the machine.
        var zoned = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        if (zoned && json.GetProperty(field).TryGetDateTimeOffset(out var time)) return ToMilliseconds(time);
        Refuse(field, $"`{field}` must be a time with its offset, like 2026-11-23T16:00:00Z or 2026-11-24T01:00:00+09:00.");
        return null;
    }

    /// <summary>As times are stored, so that this answer equals later ones.</summary>
    private static DateTimeOffset ToMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private bool Flag(JsonElement json, string field)
    {
        if (json.Find(field) is not { } value) return false;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Refuse(field, $"`{field}` must be true or false.");
        return false;
    }

    private string? Text(JsonElement json, string field)
    {
        if (json.Find(field) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String && value.TextOrNull() is { } text) return text;
        Refuse(field, $"`{field}` must be a text.");
        return null;
    }

    private void Refuse(string field, string detail) => _errors.Add(new Error(field, detail));

    internal sealed record Error(string Field, string Detail);
}
