namespace IoTOrleans.Deploy.Tests.Templates;

/// <summary>A CloudFormation template of <c>deploy</c>.</summary>
public sealed class Template
{
    private readonly JsonObject _root;

    private Template(string text)
    {
        _root = Yaml.Parse(text);
        Text = text;
    }

    public static Template Ingest { get; } = Read("ingest.yaml");

    public static Template Service { get; } = Read("service.yaml");

    public string Text { get; }

    public IEnumerable<(string Name, JsonObject Resource)> AllResources => Section("Resources");

    public IEnumerable<(string Name, JsonObject Parameter)> AllParameters => Section("Parameters");

    public IEnumerable<(string Name, JsonObject Resource)> Resources(string type) =>
        AllResources.Where(one => (string?)one.Resource["Type"] == type);

    public JsonObject Properties(string resource) =>
        AllResources.Single(one => one.Name == resource).Resource["Properties"]!.AsObject();

    /// <summary>The resources that the stack has with these parameters; the others have their defaults.</summary>
    public IEnumerable<(string Name, JsonObject Resource)> ResourcesWith(params (string Parameter, string Value)[] parameters) =>
        from one in AllResources
        where one.Resource["Condition"] is not { } condition || Holds(_root["Conditions"]![(string)condition!]!, parameters)
        select one;

    private bool Holds(JsonNode condition, (string Parameter, string Value)[] parameters)
    {
        if (condition["Fn::Not"] is { } not) return !Holds(not[0]!, parameters);
        var equals = condition["Fn::Equals"] ?? throw new NotSupportedException(condition.ToJsonString());
        var name = (string)equals[0]!["Ref"]!;
        var value = parameters.Where(pair => pair.Parameter == name).Select(pair => pair.Value).FirstOrDefault()
            ?? (string)AllParameters.Single(one => one.Name == name).Parameter["Default"]!;
        return value == (string)equals[1]!;
    }

    private IEnumerable<(string, JsonObject)> Section(string name) =>
        _root[name]!.AsObject().Select(pair => (pair.Key, pair.Value!.AsObject()));

    private static Template Read(string file) => new(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "deploy", file)));
}
