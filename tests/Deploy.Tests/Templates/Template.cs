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

    private IEnumerable<(string, JsonObject)> Section(string name) =>
        _root[name]!.AsObject().Select(pair => (pair.Key, pair.Value!.AsObject()));

    private static Template Read(string file) => new(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "deploy", file)));
}
