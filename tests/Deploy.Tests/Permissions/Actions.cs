using IoTOrleans.Deploy.Tests.Templates;

namespace IoTOrleans.Deploy.Tests.Permissions;

/// <summary>IAM actions: what an operation needs, and what a template grants.</summary>
internal static class Actions
{
    /// <summary>Most operations need the action of their own name. The service authorization reference lists them.</summary>
    public static IEnumerable<string> NeededBy(string operation) => operation switch
    {
        "sqs:DeleteMessageBatch" => ["sqs:DeleteMessage"],
        "sqs:ChangeMessageVisibilityBatch" => ["sqs:ChangeMessageVisibility"],

        // DynamoDB asks for the action of each part of a transaction, and for none of the transaction's own.
        "dynamodb:TransactGetItems" or "dynamodb:TransactWriteItems" => [],
        "dynamodb:TransactGetItem.Get" => ["dynamodb:GetItem"],
        "dynamodb:TransactWriteItem.Put" => ["dynamodb:PutItem"],
        "dynamodb:TransactWriteItem.Update" => ["dynamodb:UpdateItem"],
        "dynamodb:TransactWriteItem.Delete" => ["dynamodb:DeleteItem"],
        "dynamodb:TransactWriteItem.ConditionCheck" => ["dynamodb:ConditionCheckItem"],
        _ => [operation],
    };

    /// <summary>The statements of all policies that grant something, with the resource that they stand in.</summary>
    public static IEnumerable<(string Resource, JsonNode Statement)> Grants(this Template template) =>
        from resource in template.AllResources
        let properties = resource.Resource["Properties"]!
        let documents = (string?)resource.Resource["Type"] switch
        {
            "AWS::IAM::Role" => (properties["Policies"]?.AsArray() ?? new JsonArray()).Select(policy => policy!["PolicyDocument"]!),
            "AWS::IAM::Policy" or "AWS::IAM::ManagedPolicy" => [properties["PolicyDocument"]!],
            _ => [],
        }
        from document in documents
        from entry in document["Statement"]!.AsArray()
        let statement = Granted(entry!)
        where (string?)statement["Effect"] == "Allow"
        select (resource.Name, statement);

    public static IEnumerable<string> GrantedTo(this Template template, string resource) => template.Grants()
        .Where(grant => grant.Resource == resource)
        .SelectMany(grant => Each(grant.Statement["Action"]!));

    /// <summary>One string, or a list of them.</summary>
    public static IEnumerable<string> Each(JsonNode node) => node is JsonArray list ? list.Select(Text) : [Text(node)];

    /// <summary>A statement that only some parameters add counts as well.</summary>
    private static JsonNode Granted(JsonNode statement) => statement["Fn::If"] is { } choice ? choice[1]! : statement;

    private static string Text(JsonNode? node) => node is JsonValue value ? (string)value! : node!.ToJsonString();
}
