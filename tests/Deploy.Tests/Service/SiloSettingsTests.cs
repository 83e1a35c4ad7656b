using System.Globalization;
using System.Text.RegularExpressions;
using IoTOrleans.Deploy.Tests.Templates;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Silo.Hosting.Settings;
using Microsoft.Extensions.Configuration;

namespace IoTOrleans.Deploy.Tests.Service;

/// <summary>The silo starts with the environment that the task definition gives it.</summary>
public sealed partial class SiloSettingsTests
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["AWS::StackName"] = "iot-orleans",
        ["AWS::Region"] = "eu-west-1",
        ["LoadBalancerHostName"] = "things.example.com",
        ["ApiKey"] = "a key of the HTTP API",
        ["EventQueueUrl"] = "https://sqs.eu-west-1.amazonaws.com/123456789012/events",
        ["ErrorQueueUrl"] = "https://sqs.eu-west-1.amazonaws.com/123456789012/errors",
        ["TopicArn"] = "arn:aws:sns:eu-west-1:123456789012:offline",
    };

    [Fact]
    public void The_silo_knows_and_accepts_every_setting()
    {
        var settings = Read();

        settings.Unknown.ShouldBeEmpty();
        settings.Storage.ShouldBe(StorageProvider.DynamoDB);
        settings.DynamoDB.TablePrefix.ShouldBe("iot-orleans-");
        settings.DynamoDB.CreateTables.ShouldBeFalse();
        settings.QueueUrl.ShouldBe(Values["EventQueueUrl"]);
        settings.Auth.ApiKey.Text.ShouldBe(Values["ApiKey"]);
        settings.ExternalUrl.ShouldBe(new Uri("https://things.example.com"));
        (settings.Orleans.ClusterId, settings.Orleans.ServiceId, settings.Orleans.SiloPort).ShouldBe(("iot-orleans", "iot-orleans", 11111));
        settings.Destinations.Select(destination => destination.Name).ShouldBe(["sns"]);
    }

    [Fact]
    public void The_silo_ends_before_ECS_kills_it() =>
        int.Parse((string)Container["StopTimeout"]!, CultureInfo.InvariantCulture).ShouldBeGreaterThan((int)StopLimit.Limit.TotalSeconds);

    /// <summary>A misspelt export would be found when the stack is made, by whoever makes it.</summary>
    [Fact]
    public void The_ingest_stack_exports_what_the_service_stack_imports() =>
        Import().Matches(Template.Service.Text).Select(match => match.Groups["output"].Value).Distinct()
            .ShouldEachBe(output => Template.Ingest.Text.Contains($"Export: {{ Name: !Sub '${{AWS::StackName}}-{output}' }}"));

    [Fact]
    public void Every_parameter_says_what_it_is() => Template.Ingest.AllParameters.Concat(Template.Service.AllParameters)
        .ShouldEachBe(parameter => ((string)parameter.Parameter["Description"]!).EndsWith('.'));

    private static JsonNode Container => Template.Service.Properties("TaskDefinition")["ContainerDefinitions"]![0]!;

    private static SiloSettings Read()
    {
        var environment = Container["Environment"]!.AsArray().Select(entry => entry!["Fn::If"] is { } choice ? choice[1]! : entry)
            .ToDictionary(entry => (string)entry["Name"]!, entry => Resolve(entry["Value"]!));
        foreach (var secret in Container["Secrets"]!.AsArray()) environment[(string)secret!["Name"]!] = Values["ApiKey"];

        // As the provider of environment variables does.
        var configuration = environment.ToDictionary(entry => entry.Key.Replace("__", ":"), entry => (string?)entry.Value);
        return ReadSettings.From(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build());
    }

    private static string Resolve(JsonNode value) => value switch
    {
        JsonValue text => (string)text!,
        _ when value["Ref"] is { } name => Values.GetValueOrDefault((string)name!) ?? DefaultOf((string)name!),
        _ when value["Fn::Sub"] is { } text => Placeholder().Replace((string)text!, match => Values[match.Groups["name"].Value]),
        _ when value["Fn::ImportValue"]?["Fn::Sub"] is { } export => Values[((string)export!).Split('-')[^1]],
        _ => throw new NotSupportedException(value.ToJsonString()),
    };

    private static string DefaultOf(string parameter) =>
        (string)Template.Service.AllParameters.Single(candidate => candidate.Name == parameter).Parameter["Default"]!;

    [GeneratedRegex(@"\$\{(?<name>[^}]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"ImportValue'?: !Sub '?\$\{IngestStack\}-(?<output>\w+)")]
    private static partial Regex Import();
}
