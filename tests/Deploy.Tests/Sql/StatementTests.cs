using System.Text.RegularExpressions;
using IoTOrleans.Deploy.Tests.Templates;
using IoTOrleans.Events.Tests.Parsing;

namespace IoTOrleans.Deploy.Tests.Sql;

/// <summary>From a message of AWS IoT to the event that the silo sees, through the IoT rules of the template.</summary>
public sealed class StatementTests
{
    private const string ToErrorQueue =
        """{"Sqs":{"QueueUrl":{"Ref":"ErrorQueue"},"RoleArn":{"Fn::GetAtt":["RuleRole","Arn"]},"UseBase64":"false"}}""";

    private static readonly IReadOnlyList<(string Name, JsonNode Payload)> Rules = [.. Template.Ingest.Resources("AWS::IoT::TopicRule")
        .Select(rule => (rule.Name, rule.Resource["Properties"]!["TopicRulePayload"]!))];

    public static TheoryData<string, int> Messages =>
        new(from statement in Statement.All from message in statement.Messages.Index() select (statement.File, message.Index));

    [Fact]
    public void Every_statement_of_the_template_has_its_messages() => Statement.All
        .Select(statement => $"{statement.Rule}: {statement.Sql}")
        .ShouldBe(Rules.SelectMany(rule => Statement.In(rule.Payload["Sql"]!).Select(sql => $"{rule.Name}: {sql}")), ignoreOrder: true);

    [Theory]
    [InlineData("lifecycle", new[] { "LifecycleRule" })]
    [InlineData("shadow", new[] { "ConnectedToShadowRule", "DisconnectedToShadowRule", "ShadowRule" })]
    [InlineData("both", new[] { "ConnectedToShadowRule", "DisconnectedToShadowRule", "LifecycleRule", "ShadowRule" })]
    public void The_source_decides_which_rules_there_are(string source, string[] rules) => Template.Ingest.ResourcesWith(("Source", source))
        .Where(one => (string?)one.Resource["Type"] == "AWS::IoT::TopicRule").Select(one => one.Name).ShouldBe(rules, ignoreOrder: true);

    [Fact]
    public void Every_statement_names_the_documentation() => Statement.All.ShouldEachBe(statement => statement.Documentation.Count > 0);

    /// <summary>Without a version, AWS takes that of 2015, which has neither isUndefined nor the republish of a nested object.</summary>
    [Fact]
    public void Every_rule_names_the_version_of_the_language() =>
        Rules.ShouldEachBe(rule => (string?)rule.Payload["AwsIotSqlVersion"]! == "2016-03-23");

    [Fact]
    public void Every_rule_sends_what_fails_to_the_error_queue() =>
        Rules.Select(rule => rule.Payload["ErrorAction"]!.ToJsonString()).Distinct().ShouldBe([ToErrorQueue]);

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_is_one_that_the_rule_gets(string file, int index)
    {
        var (statement, message) = Find(file, index);

        var filter = Regex.Escape(statement.TopicFilter).Replace(@"\+", "[^/]+", StringComparison.Ordinal);
        Regex.IsMatch(message.Topic, $"^{filter}$").ShouldBeTrue($"{message.Topic} does not match {statement.TopicFilter}.");
    }

    /// <summary>Whether a message passes the WHERE clause was derived by hand. What the SELECT clause makes of it is checked.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void A_body_is_what_the_statement_selects(string file, int index)
    {
        var (statement, message) = Find(file, index);
        if (message.Body is null) return;

        var selected = statement.Select(message);
        JsonNode.DeepEquals(selected, JsonNode.Parse(message.Body)).ShouldBeTrue($"{message.What}: the statement selects {selected}");
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_body_is_taken_for_what_it_is(string file, int index)
    {
        var (statement, message) = Find(file, index);
        var toSilo = Action(statement)["Sqs"] is not null;
        (message.Parsed is not null).ShouldBe(toSilo && message.Body is not null, "Say what the silo takes the body for.");

        if (message.Parsed is not null) ParserTest.Tell(ParserTest.FromQueue(message.Body!)).ShouldBe(message.Parsed, message.What);
    }

    /// <summary>The shadow that the rule writes is the one that the other rule reads, and the one that the verifier asks for.</summary>
    [Theory]
    [InlineData("ConnectedToShadowRule.yaml")]
    [InlineData("DisconnectedToShadowRule.yaml")]
    public void A_republished_message_updates_the_shadow_of_its_thing(string file)
    {
        var (statement, message) = Find(file, 0);

        var topic = ((string)Action(statement)["Republish"]!["Topic"]!).Replace("$$", "$", StringComparison.Ordinal)
            .Replace("${topic(5)}", message.Topic.Split('/')[4], StringComparison.Ordinal);

        topic.ShouldBe("$aws/things/rpi-1/shadow/update");
    }

    private static (Statement Statement, Message Message) Find(string file, int index)
    {
        var statement = Statement.All.Single(statement => statement.File == file);
        return (statement, statement.Messages[index]);
    }

    private static JsonNode Action(Statement statement) =>
        Rules.Single(rule => rule.Name == statement.Rule).Payload["Actions"]!.AsArray().Single()!;
}
