using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace IoTOrleans.Events.Tests.Parsing;

/// <summary>Bodies that nobody should send, from noise to what is almost an event.</summary>
internal static class HostileBodies
{
    /// <summary>Where a large body has its bulk.</summary>
    internal const int Places = 6;

    internal static readonly string[] Fillings = ["[", "{\"a\":", "x", "1", "0,", "\\ud800", "{},", "\"a\":1,", " ", "日"];

    private const int OneMiB = 1024 * 1024;

    private const string Name = "\"rpi-1\"";

    /// <summary>JSON text for the place of any value: none of them is what was expected there, or only just.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "false", "\"true\"", "0", "1", "-1", "-0", "1.5", "12.000", "1.2E1", "1e400", "-1e400", "1e-400", "NaN", "Infinity",
        "\"NaN\"", "0x10", "01",
        "9223372036854775807", "9223372036854775808", "18446744073709551616", "99999999999999999999",
        "99999999999999999999999999999999999999999999", "0.1e1000000000",
        "1763884800", "1763884800123", "1262303999", "1262304000", "1763885759", "1763886961", "253402300800", "\"1763884800\"",
        "\"2025-11-23T08:00:00Z\"",
        "{}", "[]", "[[]]", "{\"a\":{}}", "{\"a\":1}", "{\"a\":\"b\"}", "{\"connected\":true}", "[true]",
        "{\"state\":{\"reported\":{\"connected\":false}}}",
        "\"\"", "\" \"", "\"a\"", "\"日本語\"", "\"🚪\"", "\"\\ud83d\\udeaa\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"a\\nb\"",
        "\"\\u202e\"", "\"\\uFFFF\"",
        "\"../..\"", "\"%2F\"", "\"connected\"", "\"disconnected\"", "\"connect_failed\"",
        "\"deleted\"", "\"$aws/things/rpi-2/shadow/update/documents\"", "\"$aws/things//shadow/name/a/b/update/documents\"", "\"e30=\"",
        "\"Notification\"", "\"{}\"", "\"[\"", "\u0001",
        "\"\t\"", "", "{", "]", "\"", "\"\\x\"",
    ];

    private static readonly string[] Keys =
    [
        "thingName", "clientId", "connected", "eventType", "timestamp", "version", "versionNumber", "sessionIdentifier", "disconnectReason",
        "attributes", "shadowName",
        "connectFailureReason", "base64OriginalPayload", "topic", "failures", "ruleName",
        "current", "previous", "Type", "Message", "Connected", "thing\\u004eame", "\\ud800", "", "connected\\u0000", "$", "__proto__",
    ];

    /// <summary>One valid body of each shape, as its fields.</summary>
    private static readonly (string Key, string Value)[][] Shapes =
    [
        [
            ("clientId", Name), ("eventType", "\"disconnected\""), ("timestamp", "1763884800123"), ("versionNumber", "3"),
            ("sessionIdentifier", "\"a466\""),
            ("disconnectReason", "\"CONNECTION_LOST\""), ("attributes", "{\"site\":\"roof\"}"),
        ],
        [
            ("thingName", Name), ("previous", "{\"state\":{\"reported\":{\"connected\":true}},\"version\":41}"),
            ("timestamp", "1763884801"), ("shadowName", "\"presence\""),
            ("current", "{\"state\":{\"reported\":{\"connected\":false}},\"metadata\":{\"reported\":{\"connected\":{\"timestamp\":1763884800}}},\"version\":42}"),
        ],
        [("thingName", Name), ("connected", "false"), ("timestamp", "1763884800"), ("version", "12"), ("attributes", "{}")],
        [
            ("clientId", Name), ("eventType", "\"connect_failed\""), ("timestamp", "1763884800123"),
            ("connectFailureReason", "\"AUTHORIZATION_FAILED\""),
        ],
        [
            ("ruleName", "\"rule\""), ("topic", "\"$aws/things/rpi-1/shadow/update/documents\""),
            ("base64OriginalPayload", "\"eyJjb25uZWN0ZWQiOmZhbHNlLCJ0aW1lc3RhbXAiOjE3NjM4ODQ4MDB9\""),
            ("failures", "[{\"failedAction\":\"SqsAction\",\"errorMessage\":\"denied\"}]"),
        ],
    ];

    private static readonly string[] Recorded =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Parsing", "Payloads"), "*.json", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(File.ReadAllText),
    ];

    private static readonly Gen<string> value = Gen.Frequency(
        (20, Gen.OneOf(Values)),
        (1, Gen.Int[0, 300].Select(length => Quoted(new string('x', length)))),
        (1, Gen.Int[0, 150].Select(count => Quoted(string.Concat(Enumerable.Repeat("🚪", count))))),
        (1, Gen.Select(Gen.Int[1, 150], Gen.OneOf("[", "{\"a\":"), Nested)),
        (1, Gen.Int[0, 12].Select(pairs => "{" + string.Join(',', Enumerable.Range(0, pairs).Select(i => $"\"{i}\":\"v\"")) + "}")),
        (1, Gen.Double.Select(number => number.ToString("R", CultureInfo.InvariantCulture))));

    /// <summary>A valid body of which up to three fields are left out, doubled, renamed, or given another value.</summary>
    private static readonly Gen<string> Almost = Gen.Select(
        Gen.OneOf(Shapes), Gen.Select(Gen.Int[0, 4], Gen.Int[0, 6], Gen.OneOf(Keys), value).Array[0, 3],
        (shape, edits) => Object(edits.Aggregate(shape.ToList(), Edit)));

    private static readonly Gen<string> Text = Gen.Frequency(
        (5, Almost),
        (1, Gen.OneOf(Recorded)),
        (1, Gen.Select(Gen.OneOf(Recorded), Gen.Select(Gen.Double.Unit, Gen.Int[0, 12], Gen.OneOf(Values)).Array[1, 4],
            (body, edits) => edits.Aggregate(body, Overwrite))),
        (1, Gen.OneOf<string>([.. Values, .. Keys]).Array[0, 12].Select(parts => "{" + string.Concat(parts) + "}")));

    /// <summary>SNS envelopes and error messages of IoT rules around any of those, also around each other.</summary>
    private static readonly Gen<string> Wrapped = Gen.Select(
        Text, Gen.Frequency((5, Gen.Const(Array.Empty<int>())), (3, Gen.Int[0, 2].Array[1]), (1, Gen.Int[0, 2].Array[2, 4])),
        (body, wrappers) => wrappers.Aggregate(body, Wrap));

    private static readonly Gen<byte[]> Small = Gen.Frequency(
        (12, Wrapped.Select(Encoding.UTF8.GetBytes)),
        (2, Gen.Select(Wrapped, Gen.Select(Gen.Double.Unit, Gen.Byte).Array[1, 8], Flip)),
        (1, Gen.Select(Wrapped, Gen.Double.Unit, (body, at) => Encoding.UTF8.GetBytes(body)[..(int)(at * body.Length)])),
        (1, Gen.Select(Wrapped, Gen.Int[0, 7], Encoded)),
        (1, Gen.Byte.Array[0, 200]));

    private static readonly Gen<byte[]> large = Gen.Select(Gen.OneOf(Fillings), Gen.Int[0, Places - 1], Large);

    /// <summary>One in five thousand is of 1 MiB.</summary>
    internal static Gen<byte[]> Any { get; } = Gen.Frequency((4999, Small), (1, large));

    internal static byte[] Large(string filling, int place)
    {
        var filler = string.Concat(Enumerable.Repeat(filling, (OneMiB - 100) / Encoding.UTF8.GetByteCount(filling)));
        return Encoding.UTF8.GetBytes(place switch
        {
            0 => filler,
            1 => $$"""{"thingName":"{{filler}}","connected":true}""",
            2 => $$"""{"thingName":"a","connected":true,"timestamp":{{filler}}}""",
            3 => $$"""{"thingName":"a","connected":true,"timestamp":1763884800,{{filler.TrimEnd(',')}}}""",
            4 => $$"""{"Type":"Notification","Message":{{Quoted(filler)}}}""",
            _ => $$"""{"base64OriginalPayload":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(filler[..(filler.Length * 3 / 4)]))}}"}""",
        });
    }

    private static List<(string Key, string Value)> Edit(List<(string Key, string Value)> fields,
        (int What, int At, string Key, string Value) edit)
    {
        if (fields.Count == 0) return fields;
        var at = edit.At % fields.Count;
        switch (edit.What)
        {
            case 0:
                fields.RemoveAt(at);
                break;
            case 1:
                fields.Add(fields[at]);
                break;
            case 2:
                fields[at] = (edit.Key, fields[at].Value);
                break;
            case 3:
                fields.Add((edit.Key, edit.Value));
                break;
            default:
                fields[at] = (fields[at].Key, edit.Value);
                break;
        }

        return fields;
    }

    private static string Object(IEnumerable<(string Key, string Value)> fields) =>
        "{" + string.Join(',', fields.Select(field => $"\"{field.Key}\":{field.Value}")) + "}";

    private static string Quoted(string Text) => JsonSerializer.Serialize(Text);

    private static string Nested(int depth, string opening) =>
        opening == "["
            ? new string('[', depth) + new string(']', depth)
            : string.Concat(Enumerable.Repeat(opening, depth)) + "1" + new string('}', depth);

    private static string Wrap(string body, int wrapper) => wrapper switch
    {
        0 => $$"""{"Type":"Notification","TopicArn":"arn:aws:sns:us-east-1:123456789012:presence","Message":{{Quoted(body)}}}""",
        1 => ErrorMessage(body, "$aws/things/rpi-3/shadow/name/presence/update/documents"),
        _ => ErrorMessage(body, "$aws/events/presence/disconnected/rpi-1"),
    };

    private static string ErrorMessage(string body, string topic) =>
        $$"""{"ruleName":"rule","topic":"{{topic}}","base64OriginalPayload":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(body))}}"}""";

    private static string Overwrite(string body, (double At, int Length, string Piece) edit)
    {
        var at = (int)(edit.At * body.Length);
        return body.Remove(at, Math.Min(edit.Length, body.Length - at)).Insert(at, edit.Piece);
    }

    private static byte[] Flip(string body, (double At, byte Value)[] flips)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        foreach (var (at, flipped) in flips) bytes[(int)(at * (bytes.Length - 1))] = flipped;
        return bytes;
    }

    private static byte[] Encoded(string body, int how) => how switch
    {
        0 => [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(body)],
        1 => Encoding.Unicode.GetBytes(body),
        2 => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(body)],
        3 => [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(body)],
        4 => Encoding.UTF32.GetBytes(body),
        5 => Encoding.Latin1.GetBytes(body.Replace("rpi-1", "Tür", StringComparison.Ordinal)),
        6 => Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(body))),

        // Half a surrogate pair as it would be in CESU-8.
        _ => [.. Encoding.UTF8.GetBytes(body)[..(body.Length / 2)], 0xED, 0xA0, 0x80, .. Encoding.UTF8.GetBytes(body)[(body.Length / 2)..]],
    };
}
