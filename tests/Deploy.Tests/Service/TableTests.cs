using IoTOrleans.Deploy.Tests.Templates;
using IoTOrleans.DynamoDB.Tables;

namespace IoTOrleans.Deploy.Tests.Service;

public sealed class TableTests
{
    /// <summary>The silo refuses a table with other keys.</summary>
    [Fact]
    public void The_stack_makes_the_tables_that_the_code_expects()
    {
        var tables = Template.Service.Resources("AWS::DynamoDB::Table").Select(table => Describe(table.Resource["Properties"]!));

        tables.ShouldBe(
            new[] { TableSchema.GrainState, TableSchema.Reminders, TableSchema.Membership }
                .Select(schema => $"{schema.NameWith("${AWS::StackName}-")}: {schema.Keys}"),
            ignoreOrder: true);
    }

    [Fact]
    public void Each_table_is_on_demand_backed_up_and_stays_when_the_stack_goes() => Template.Service.Resources("AWS::DynamoDB::Table")
        .Select(table => (
            (string?)table.Resource["Properties"]!["BillingMode"],
            (string?)table.Resource["Properties"]!["PointInTimeRecoverySpecification"]!["PointInTimeRecoveryEnabled"],
            (string?)table.Resource["Properties"]!["DeletionProtectionEnabled"],
            (string?)table.Resource["DeletionPolicy"],
            (string?)table.Resource["UpdateReplacePolicy"]))
        .Distinct().ShouldBe([("PAY_PER_REQUEST", "true", "true", "Retain", "Retain")]);

    /// <summary>In the form of <see cref="TableSchema.Keys"/>, without an index.</summary>
    private static string Describe(JsonNode table)
    {
        table["GlobalSecondaryIndexes"].ShouldBeNull();
        var types = table["AttributeDefinitions"]!.AsArray()
            .ToDictionary(attribute => (string)attribute!["AttributeName"]!, attribute => (string)attribute!["AttributeType"]!);
        var keys = table["KeySchema"]!.AsArray()
            .Select(key => $"{key!["AttributeName"]} ({key["KeyType"]}, {types[(string)key["AttributeName"]!]})");
        return $"{table["TableName"]!["Fn::Sub"]}: {string.Join(", ", keys)}";
    }
}
