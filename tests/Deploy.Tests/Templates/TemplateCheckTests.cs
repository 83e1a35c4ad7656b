namespace IoTOrleans.Deploy.Tests.Templates;

/// <summary>There is no account to try the templates in. AWS's tools say what CloudFormation would refuse, and what is unsafe.</summary>
public sealed class TemplateCheckTests
{
    public static TheoryData<string> Templates => ["ingest", "service"];

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Nothing_is_found_in_a_template(string name) => (await TemplateCheck.Of(Named(name).Text)).Findings.ShouldBeEmpty();

    /// <summary>One that no longer suppresses anything would hide a later finding.</summary>
    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Every_suppression_has_a_reason_and_is_needed(string name)
    {
        var declared = from resource in Named(name).AllResources
            where resource.Resource["Metadata"]?["cdk_nag"] is not null
            from rule in resource.Resource["Metadata"]!["cdk_nag"]!["rules_to_suppress"]!.AsArray()
            from scope in rule!["applies_to"]?.AsArray().Select(part => $"[{part}] ") ?? [""]
            select $"{resource.Name}: {scope}{rule["reason"]}";

        var used = (await TemplateCheck.Of(Named(name).Text)).Suppressed;

        used.ShouldEachBe(suppression => suppression.Reason.Length > 30);
        used.Select(suppression => $"{suppression.Resource}: {suppression.Reason}").Distinct().ShouldBe(declared, ignoreOrder: true);
    }

    [Fact]
    public async Task A_property_that_does_not_exist_is_found() =>
        (await Mutant("      VisibilityTimeout: 30", "      VisibilityTimeOut: 30"))
            .ShouldBe([new("F3002", "EventQueue", "VisibilityTimeOut: Additional properties are not allowed "
                + "('VisibilityTimeOut' was unexpected. Did you mean 'VisibilityTimeout'?)")]);

    [Fact]
    public async Task A_reference_to_nothing_is_found() =>
        (await Mutant("Value: !Ref EventQueue\n", "Value: !Ref EventQueu\n"))
            .ShouldBe([new("CfnInclude", "", "Element used in Ref expression with logical ID: 'EventQueu' not found")]);

    [Theory]
    [InlineData("              - sqs:ReceiveMessage", "              - sqs:*", "Action::sqs:*")]
    [InlineData("            Resource: !Ref Topic\n    Metadata", "            Resource: '*'\n    Metadata", "Resource::*")]
    public async Task A_wildcard_in_a_permission_is_found(string text, string wildcard, string message) =>
        (await Mutant(text, wildcard)).ShouldBe([new("AwsSolutions-IAM5", "SiloPolicy", message)]);

    [Fact]
    public async Task A_value_out_of_range_is_found() =>
        (await Mutant("maxReceiveCount: 20", "maxReceiveCount: often")).ShouldEachBe(finding => finding.Resource == "EventQueue");

    private static async Task<IReadOnlyList<Finding>> Mutant(string text, string mutated)
    {
        var template = Template.Ingest.Text;
        var at = template.IndexOf(text, StringComparison.Ordinal);
        at.ShouldBeGreaterThan(0, $"The template no longer contains {text}");
        return (await TemplateCheck.Of(template[..at] + mutated + template[(at + text.Length)..])).Findings;
    }

    private static Template Named(string name) => name == "ingest" ? Template.Ingest : Template.Service;
}
