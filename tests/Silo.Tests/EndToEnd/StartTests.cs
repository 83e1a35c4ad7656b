using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>A wrong start is one line that names the cause and the remedy, and a status that is not 0.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("Presence:Grace", "300", "Presence:Grace=300: say 300s or 5m.")]
    [InlineData("Presence:Grace", "24:00:00", "Presence:Grace=24:00:00: is no duration: say 30s, 5m, 1h30m, 1d or [d.]hh:mm:ss with hours up to 23.")]
    [InlineData("Presence:Grace", "500d", "Presence:Grace must be 1s to 365d.")]
    [InlineData("Presence:SweepEvery", "5m", "Presence:SweepEvery must be 0 (off) or 1h to 30d.")]
    [InlineData("Verify:AuditEvery", "400d", "Verify:AuditEvery must be 0 (off) or 1h to 365d.")]
    [InlineData("Presence:Policies:0:Grace", "5m", "Presence:Policies:0:Match is missing: say which things it is for, like door-* (or * for all).")]
    [InlineData("Notifications:CollapseAbove", "1000", "Notifications:CollapseAbove must be 0 (nothing goes out singly) to 100; to have everything told singly set Collapse=false at the destination.")]
    [InlineData("Notifications:GroupWindow", "30", "Notifications:GroupWindow=30: say 30s or")]
    [InlineData("Notifications:GroupWindow", "1h", "Notifications:GroupWindow must be 1s to 10m.")]
    [InlineData("Storage:Provider", "Postgres", "Storage:Provider=Postgres: say one of Sqlite, DynamoDB, Memory.")]
    [InlineData("Culture", "fr", "Culture=fr: say en or ja.")]
    [InlineData("Events:Mqtt:Listen:Address", "0.0.0.0", "Events:Mqtt:Listen:Address=0.0.0.0 can be reached from other machines: set Events:Mqtt:Listen:Username and Events:Mqtt:Listen:Password too.")]
    [InlineData("ASPNETCORE_URLS", "http://0.0.0.0:8099", "http://0.0.0.0:8099 can be reached from other machines, and no key is set: set Auth:ApiKey (or Auth:AllowAnonymous=true if something else guards this service).")]
    [InlineData("Notifications:Sns:TopicArn", "my-topic", "Notifications:Sns:TopicArn")]
    [InlineData("Notifications:Webhook:Url", "example.net/hook", "Notifications:Webhook:Url is not an address")]
    [InlineData("Storage:Sqlite:Path", "/proc/nowhere/x.db", "/proc/nowhere")]
    public async Task A_wrong_setting_is_one_line_and_no_stack_trace(string setting, string value, string line)
    {
        var (exitCode, output) = await SiloProcess.Fail((setting, value));
        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldContain(line);
    }

    [Theory]
    [InlineData("Notifications:Sns:TopicArn", "arn:aws:sns:us-east-1:123456789012:t")]
    [InlineData("Events:Sqs:QueueUrl", "http://127.0.0.1:9/123456789012/q")]
    public async Task Without_aws_credentials_it_says_so_where_somebody_looks(string setting, string value)
    {
        var (exitCode, output) = await SiloProcess.Fail(
            (setting, value), ("AWS_REGION", "us-east-1"), ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere"), ("AWS_CONFIG_FILE", "/nowhere"));
        exitCode.ShouldBe(1, output);
        output.ShouldContain($"{setting}: no AWS credentials were found");
        output.Trim().Split('\n').Length.ShouldBe(1, output);
    }

    [Fact]
    public async Task All_mistakes_are_said_at_once()
    {
        var (_, output) = await SiloProcess.Fail(("Presence:Grace", "300"), ("Culture", "fr"), ("Presence:NotifyRecovery", "yes"));
        output.Trim().Split('\n').Length.ShouldBe(3, output);
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:{0}", "set ASPNETCORE_URLS or --urls")]
    [InlineData("Orleans:Endpoints:SiloPort", "{0}", "set Orleans:Endpoints:SiloPort")]
    [InlineData("Events:Mqtt:Listen:Port", "{0}", "Events:Mqtt:Listen:Port")]
    public async Task A_port_that_is_taken_is_one_line(string setting, string value, string line)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (exitCode, output) = await SiloProcess.Fail((setting, string.Format(System.Globalization.CultureInfo.InvariantCulture, value, ((IPEndPoint)taken.LocalEndpoint).Port)));
        exitCode.ShouldBe(1, output);
        output.ShouldContain(line);
        output.ShouldNotContain("   at ");
        output.ShouldNotContain(" fail: ");
        output.ShouldNotContain(" warn: ");
    }

    [Fact]
    public async Task A_second_silo_on_the_same_file_says_so()
    {
        await using var first = await SiloProcess.Start();
        var (exitCode, output) = await SiloProcess.Fail(("Storage:Sqlite:Path", Path.Combine(first.Folder, "data", "iot-orleans.db")));
        exitCode.ShouldBe(1);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldContain("iot-orleans.db");
    }

    [Fact]
    public async Task The_start_text_says_where_to_look_and_names_what_it_does_not_know()
    {
        await using var silo = await SiloProcess.Start(("Presence:Grcae", "1m"), ("Presence:Grace", "1h30m"), ("Storage:Provider", "Memory"));
        await silo.Until(() => silo.AllOutput.Contains("Unknown setting", StringComparison.Ordinal), "the end of the text");
        silo.AllOutput.ShouldContain($"http://127.0.0.1:{silo.HttpPort}/dashboard");
        silo.AllOutput.ShouldContain("memory only");
        silo.AllOutput.ShouldContain($"MQTT broker on 127.0.0.1:{silo.MqttPort}");
        silo.AllOutput.ShouldContain("broker connection");
        silo.AllOutput.ShouldContain("1 h 30 min");
        silo.AllOutput.ShouldContain("Unknown setting Presence:Grcae");
    }
}
