using System.Globalization;
using System.Text.RegularExpressions;
using IoTOrleans.Deploy.Tests.Templates;

namespace IoTOrleans.Deploy.Tests.Sql;

/// <summary>
/// An IoT SQL statement, and messages with the bodies that it makes of them. They were derived by hand: there is no account to try it.
/// </summary>
public sealed partial record Statement(
    string File, string Rule, string Sql, IReadOnlyList<string> Documentation, IReadOnlyList<Message> Messages)
{
    public static IReadOnlyList<Statement> All { get; } =
        [.. Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "tests", "Deploy.Tests", "Sql"), "*.yaml").Select(Read)];

    /// <summary>The statements of a rule in the template: one for each value of the parameters.</summary>
    public static IEnumerable<string> In(JsonNode sql) => sql switch
    {
        JsonValue text => [OneLine((string)text!)],
        _ when sql["Fn::Sub"] is { } text => [OneLine((string)text!)],
        _ when sql["Fn::If"] is { } choice => In(choice[1]!).Concat(In(choice[2]!)),
        _ => throw new NotSupportedException(sql.ToJsonString()),
    };

    public string TopicFilter => Parts().Match(Sql).Groups["from"].Value;

    /// <summary>What its SELECT clause makes of a message, if its WHERE clause lets it pass.</summary>
    public JsonObject Select(Message message)
    {
        var body = new JsonObject();
        foreach (var item in Items(Parts().Match(Sql).Groups["select"].Value))
        {
            var parts = item.Trim().Split(" AS ");
            if (parts is ["*"])
            {
                foreach (var (name, value) in message.Payload) body[name] = value?.DeepClone();
            }
            else if (Value(parts[0], message) is { } value)
            {
                Set(body, parts[1].Split('.'), value.DeepClone());
            }
        }

        return body;
    }

    private static JsonNode? Value(string expression, Message message)
    {
        if (expression is "true" or "false") return JsonValue.Create(expression == "true");
        if (Topic().Match(expression) is { Success: true } topic)
            return message.Topic.Split('/')[int.Parse(topic.Groups["number"].Value, CultureInfo.InvariantCulture) - 1];
        if (expression.StartsWith("get_registry_data(", StringComparison.Ordinal)) return message.Registry;
        return expression.Split('.').Aggregate((JsonNode?)message.Payload, (node, name) => node?[name]);
    }

    /// <summary>At the commas that do not stand in the arguments of a function.</summary>
    private static IEnumerable<string> Items(string select)
    {
        var (start, depth) = (0, 0);
        foreach (var (at, character) in select.Index())
        {
            depth += character switch { '(' => 1, ')' => -1, _ => 0 };
            if (character != ',' || depth > 0) continue;
            yield return select[start..at];
            start = at + 1;
        }

        yield return select[start..];
    }

    private static void Set(JsonObject body, string[] path, JsonNode value)
    {
        foreach (var name in path[..^1]) body = (body[name] ??= new JsonObject()).AsObject();
        body[path[^1]] = value;
    }

    private static Statement Read(string file)
    {
        var yaml = Yaml.Parse(System.IO.File.ReadAllText(file));
        return new(
            Path.GetFileName(file), (string)yaml["rule"]!, OneLine((string)yaml["sql"]!),
            [.. yaml["documentation"]!.AsArray().Select(page => (string)page!)],
            [.. yaml["messages"]!.AsArray().Select(message => Message.Read(message!))]);
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex("^SELECT (?<select>.+?) FROM '(?<from>[^']+)'( WHERE .+)?$")]
    private static partial Regex Parts();

    [GeneratedRegex(@"^topic\((?<number>\d)\)$")]
    private static partial Regex Topic();
}

/// <param name="Registry">The attributes of the thing in the registry.</param>
/// <param name="Body">What the rule's action sends, as it stands in the file; null: nothing.</param>
/// <param name="Parsed">What the silo takes the body for; null: it does not come to the silo.</param>
public sealed record Message(string What, string Topic, JsonObject Payload, JsonObject? Registry, string? Body, string? Parsed)
{
    public static Message Read(JsonNode yaml) => new(
        What: (string)yaml["what"]!,
        Topic: (string)yaml["topic"]!,
        Payload: Json((string)yaml["payload"]!),
        Registry: yaml["registry"] is { } registry ? Json((string)registry!) : null,
        Body: (string)yaml["body"]! is var body && body == "none" ? null : body,
        Parsed: (string?)yaml["parsed"]);

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
