using IoTOrleans.Deploy.Tests.Templates;

namespace IoTOrleans.Deploy.Tests.Permissions;

/// <summary>The silo may do exactly what its code calls.</summary>
public sealed class PermissionTests
{
    /// <summary>Only called with Storage:DynamoDB:CreateTables. The service stack makes the tables and leaves that setting off.</summary>
    private const string OnlyToCreateTables = "dynamodb:CreateTable";

    private static readonly IReadOnlySet<string> Operations = CalledOperations.Find();

    [Fact]
    public void The_silo_policy_grants_what_the_code_calls_beside_its_tables() =>
        Differences(Template.Ingest.GrantedTo("SiloPolicy"), Needed.Where(action => !OnTables(action))).ShouldBeEmpty();

    [Fact]
    public void The_task_role_grants_what_the_code_calls_on_its_tables() =>
        Differences(Template.Service.GrantedTo("TaskRole"), Needed.Where(action => OnTables(action) && action != OnlyToCreateTables))
            .ShouldBeEmpty();

    [Fact]
    public void The_task_role_has_the_silo_policy_and_no_other() =>
        Template.Service.Properties("TaskRole")["ManagedPolicyArns"]!.ToJsonString().ShouldBe(
            """[{"Fn::ImportValue":{"Fn::Sub":"${IngestStack}-SiloPolicyArn"}}]""");

    [Fact]
    public void Tables_are_created_by_the_stack_only()
    {
        Needed.ShouldContain(OnlyToCreateTables, "The exception is stale.");
        Template.Service.Text.ShouldNotContain("CreateTables");
    }

    [Fact]
    public void No_action_has_a_wildcard() => Grants.SelectMany(grant => Actions.Each(grant.Statement["Action"]!))
        .ShouldEachBe(action => !action.Contains('*') && action.Contains(':'));

    /// <summary>The service authorization reference lists no resource type for <c>ecr:GetAuthorizationToken</c>.</summary>
    [Fact]
    public void Only_an_action_without_resources_is_granted_on_all() => Grants
        .Where(grant => Actions.Each(grant.Statement["Resource"]!).Contains("*"))
        .SelectMany(grant => Actions.Each(grant.Statement["Action"]!)).ShouldBe(["ecr:GetAuthorizationToken"]);

    [Fact]
    public void The_execution_role_reads_nothing_of_S3_but_the_settings() => Template.Service.Grants()
        .Where(grant => grant.Resource == "ExecutionRole")
        .SelectMany(grant => Actions.Each(grant.Statement["Action"]!), (grant, action) => (action, resource: grant.Statement["Resource"]!))
        .Where(grant => grant.action.StartsWith("s3:", StringComparison.Ordinal))
        .Select(grant => $"{grant.action} {grant.resource.ToJsonString()}").ShouldBe([
            """s3:GetObject {"Ref":"SettingsFileArn"}""",
            """s3:GetBucketLocation {"Fn::Select":["0",{"Fn::Split":["/",{"Ref":"SettingsFileArn"}]}]}""",
        ]);

    /// <summary>A request that the thin client itself makes would be sent unseen.</summary>
    [Fact]
    public void The_scan_finds_who_makes_each_request_of_a_thin_client() =>
        CalledOperations.ThinRequests.Select(CalledOperations.ThinOperation).ShouldEachBe(operation => Operations.Contains(operation));

    /// <summary>Each kind of call: by a client of the SDK, by a thin client, and as a part of a transaction.</summary>
    [Theory]
    [InlineData("sqs:ReceiveMessage")]
    [InlineData("sns:Publish")]
    [InlineData("iot:GetThingShadow")]
    [InlineData("dynamodb:Query")]
    [InlineData("dynamodb:TransactWriteItem.Put")]
    public void The_scan_finds(string operation) => Operations.ShouldContain(operation);

    private static IEnumerable<string> Differences(IEnumerable<string> granted, IEnumerable<string> needed) =>
        needed.Except(granted).Select(action => $"{action} is missing: the code calls it.")
            .Concat(granted.Except(needed).Select(action => $"{action} is spare: no code calls it."));

    private static IEnumerable<string> Needed => Operations.SelectMany(Actions.NeededBy).Distinct();

    private static IEnumerable<(string Resource, JsonNode Statement)> Grants => Template.Ingest.Grants().Concat(Template.Service.Grants());

    private static bool OnTables(string action) => action.StartsWith("dynamodb:", StringComparison.Ordinal);
}
