using YamlDotNet.RepresentationModel;

namespace IoTOrleans.Deploy.Tests.Templates;

/// <summary>YAML as JSON, with all values as strings. CloudFormation's short tags are written out, as JSON needs them.</summary>
internal static class Yaml
{
    public static JsonObject Parse(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return Convert(yaml.Documents[0].RootNode).AsObject();
    }

    private static JsonNode Convert(YamlNode node)
    {
        JsonNode value = node switch
        {
            YamlMappingNode mapping => new JsonObject(mapping.Children.Select(
                pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, (JsonNode?)Convert(pair.Value)))),
            YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
            YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
            _ => throw new NotSupportedException($"{node.GetType().Name} at {node.Start}."),
        };
        if (node.Tag.IsEmpty || !node.Tag.Value.StartsWith('!') || node.Tag.Value.Length == 1) return value;

        return node.Tag.Value[1..] switch
        {
            "GetAtt" => new JsonObject { ["Fn::GetAtt"] = Split((string)value!) },
            "Ref" or "Condition" => new JsonObject { [node.Tag.Value[1..]] = value },
            var function => new JsonObject { [$"Fn::{function}"] = value },
        };
    }

    private static JsonArray Split(string attribute) => [.. attribute.Split('.', 2).Select(part => JsonValue.Create(part))];
}
