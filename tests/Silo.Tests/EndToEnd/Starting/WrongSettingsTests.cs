using System.Net;
using System.Net.Sockets;
using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Starting;

/// <summary>A wrong setting is one line that names the cause and the remedy, and a status that is not 0.</summary>
public sealed class WrongSettingsTests
{
    [Theory]
    [InlineData("Presence:Grace", "300", "Presence:Grace=300: say 300s or 5m.")]
    [InlineData("Presence:Grace", "24:00:00",
        "Presence:Grace=24:00:00: is not a duration: say 30s, 5m, 1h30m, 1d or [d.]hh:mm:ss with hours up to 23.")]
    [InlineData("Presence:Grace", "１０s",
        "Presence:Grace=１０s: has digits other than 0 to 9: say 30s, 5m, 1h30m, 1d or [d.]hh:mm:ss with hours up to 23.")]
    [InlineData("Presence:Grace", "٣٠", "Presence:Grace=٣٠: has digits other than 0 to 9: say 30s")]
    [InlineData("Presence:Grace", "٠٠:٠٥:٠٠", "Presence:Grace=٠٠:٠٥:٠٠: has digits other than 0 to 9: say 30s")]
    [InlineData("Presence:Grace", "500d", "Presence:Grace must be 1s to 365d.")]
    [InlineData("Presence:SweepEvery", "5m", "Presence:SweepEvery must be 0 (off) or 1h to 30d.")]
    [InlineData("Verify:AuditEvery", "400d", "Verify:AuditEvery must be 0 (off) or 1h to 365d.")]
    [InlineData("Presence:Policies:0:Grace", "5m",
        "Presence:Policies:0:Match is missing: say which things it is for, like door-* (or * for all).")]
    [InlineData("Notifications:CollapseAbove", "1000",
        "Notifications:CollapseAbove=1000: say a whole number from 0 to 100; "
            + "to have everything told singly set Collapse=false at the destination.")]
    [InlineData("Notifications:GroupWindow", "30", "Notifications:GroupWindow=30: say 30s or")]
    [InlineData("Notifications:GroupWindow", "1h", "Notifications:GroupWindow must be 1s to 10m.")]
    [InlineData("Storage:Provider", "Postgres", "Storage:Provider=Postgres: say one of Sqlite, DynamoDB, Memory.")]
    [InlineData("Culture", "fr", "Culture=fr: say en or ja.")]
    [InlineData("Events:Mqtt:Listen:Address", "0.0.0.0",
        "Events:Mqtt:Listen:Address=0.0.0.0 can be reached from other machines: set Events:Mqtt:Listen:Username and "
            + "Events:Mqtt:Listen:Password too, or Events:Mqtt:Listen:UsersFile, or Events:Mqtt:Listen:ClientCaFile.")]
    [InlineData("Auth:ApiKey", "s", "Auth:ApiKey: key 1 of 1 has 1 characters, and needs 16 at least: the command key prints a new one")]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true", "ForwardedHeaders_Enabled=true would believe anybody's X-Forwarded-For")]
    [InlineData("Notifications:Sns:TopicArn", "my-topic", "Notifications:Sns:TopicArn")]
    [InlineData("Notifications:Webhook:Url", "example.net/hook", "Notifications:Webhook:Url is not an address")]
    [InlineData("Storage:Sqlite:Path", "/proc/nowhere/x.db", "/proc/nowhere")]
    [InlineData("Storage:Sqlite:Path", "~nobody/x.db",
        "Storage:Sqlite:Path=~nobody/x.db: only a shell expands ~nobody; say the whole path.")]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:99999",
        "http://127.0.0.1:99999 is not an address to listen on (99999 is not a port: 1 to 65535)")]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:8o80",
        "http://127.0.0.1:8o80 is not an address to listen on (8o80 is not a port: 1 to 65535)")]
    [InlineData("Kestrel:Endpoints:Web:Url", "http://127.0.0.1:-1", "http://127.0.0.1:-1 is not an address to listen on")]
    [InlineData("ASPNETCORE_URLS", "http://unix:/nowhere/x.sock", "the folder /nowhere is not there")]
    [InlineData("ASPNETCORE_URLS", "http://unix:~/x.sock",
        "http://unix:~/x.sock is not an address to listen on (the whole path of the socket is needed, from / on)")]
    [InlineData("Events:Mqtt:Listen:Username", "device",
        "Events:Mqtt:Listen:Username is set without Events:Mqtt:Listen:Password: set both, or neither.")]
    [InlineData("Events:Sqs:ErrorQueueUrl", "https://sqs.eu-west-1.amazonaws.com/123456789012/errors",
        "Events:Sqs:ErrorQueueUrl=https://sqs.eu-west-1.amazonaws.com/123456789012/errors: it is read beside Events:Sqs:QueueUrl, which is "
            + "not set; set that too, or leave this out.")]
    [InlineData("Orleans:Endpoints:GatewayPort", "30000",
        "Orleans:Endpoints:GatewayPort=30000: a silo that is alone does not use it; leave it out, or use Storage:Provider=DynamoDB.")]
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

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://192.0.2.1:8099", "Auth:AllowAnonymous", "true", "192.0.2.1 is not an address of this machine")]
    [InlineData("Storage:Provider", "DynamoDB", "Orleans:Endpoints:AdvertisedIPAddress", "192.0.2.1",
        "192.0.2.1 is not an address of this machine")]
    [InlineData("Presence:Policies:0:Match", "*", "Presence:Policies:0:Notify", ",",
        "Presence:Policies:0:Notify is empty: name somebody, leave it out for everybody, or set Muted=true for nobody.")]
    [InlineData("Presence:Policies:0:Match", "*", "Presence:Policies:0:Notify", " , ,", "Presence:Policies:0:Notify is empty")]
    [InlineData("Presence:Policies:0:Match", "*", "Presence:Policies:0:Notify:0", "", "Presence:Policies:0:Notify is empty")]
    [InlineData("Presence:Policies:0:Match", "*", "Presence:Policies:0:Notify:0", " ", "Presence:Policies:0:Notify is empty")]
    [InlineData("Events:Sqs:QueueUrl", "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "Events:Sqs:ErrorQueueUrl",
        "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "this is Events:Sqs:QueueUrl too; give the queue of the rules' error action")]
    [InlineData("Notifications:Destinations:ops:Type", "console", "Notifications:Destinations:OPS:Type", "console",
        "Notifications:Destinations:ops and Notifications:Destinations:OPS differ only in case")]
    [InlineData("Notifications:Destinations:ops:Type", "console", "Notifications:Destinations:OPS:RateLimit", "1/s",
        "Notifications:Destinations:OPS and Notifications:Destinations:ops differ only in case")]
    public async Task Two_settings_that_are_wrong_together_are_one_line(
        string setting, string value, string second, string also, string line)
    {
        var (exitCode, output) = await SiloProcess.Fail((setting, value), (second, also), ("Events:Mqtt:Listen:Port", "0"));
        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldContain(line);
    }

    [Fact]
    public async Task A_start_with_everything_wrong_names_each_in_a_line_of_its_own()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var (exitCode, output) = await SiloProcess.Fail(
            ("Presence:Grace", "300"), ("Presence:Grcae", "5m"), ("Presense:RecoveryHold", "5m"), ("Events:Mqtt:Listen:Port", port),
            ("Storage:Sqlite:Path", "/proc/nowhere/x.db"),
            ("ASPNETCORE_URLS", $"http://127.0.0.1:99999;http://127.0.0.1:{port};http://0.0.0.0:{FreePort.Next()}"));

        exitCode.ShouldBe(1, output);
        var lines = output.Trim().Split('\n').Select(line => line.Trim()).ToList();
        lines.Count.ShouldBe(9, output);
        lines.ShouldContain("Presence:Grace=300: say 300s or 5m.");
        lines.ShouldContain("Unknown setting Presence:Grcae is ignored: a typing error?");
        lines.ShouldContain("Unknown setting Presense:RecoveryHold is ignored: a typing error?");
        lines.ShouldContain(line => line.StartsWith("http://127.0.0.1:99999 is not an address", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith(
            $"http://127.0.0.1:{port}: the port is taken by the process {Environment.ProcessId} (", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("can be reached from other machines, and no key is set", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith("AllowedHosts is not set", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith(
            $"Events:Mqtt:Listen:Port={port}: the port is taken by the process {Environment.ProcessId} (", StringComparison.Ordinal));
        lines.ShouldContain(
            line => line.StartsWith("Storage:Sqlite:Path: The folder /proc/nowhere cannot be created", StringComparison.Ordinal));
    }

    /// <summary>A folder of that name, or a link to itself: the kind of "cannot be read" that also root meets.</summary>
    [Fact]
    public async Task A_settings_file_that_cannot_be_read_is_one_line()
    {
        var (exitCode, output) = await SiloProcess.FailIn(folder => Directory.CreateDirectory(Path.Combine(folder, "appsettings.json")));
        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldContain("appsettings.json cannot be read");
        (exitCode, output) = await SiloProcess.FailIn(
            folder => File.CreateSymbolicLink(Path.Combine(folder, "appsettings.json"), "appsettings.json"));
        exitCode.ShouldBe(1, output);
        output.ShouldContain("appsettings.json cannot be read");
    }

    [Theory]
    [InlineData("TZ", "IST-5:30",
        "TZ=IST-5:30 is not a time zone that .NET knows: say an IANA name like Asia/Kolkata there, or in Notifications:TimeZone.")]
    [InlineData("Storage:Sqlite:Path", ":memory:",
        "Storage:Sqlite:Path=:memory: would be a file of that name: set Storage:Provider=Memory to keep nothing.")]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:18999/foo",
        "http://127.0.0.1:18999/foo is not an address to listen on (the path /foo is not supported): "
            + "say something like http://127.0.0.1:8080 in ASPNETCORE_URLS or --urls.")]
    [InlineData("Notifications:CollapseAbove", "5,5",
        "Notifications:CollapseAbove=5,5: say a whole number from 0 to 100; "
            + "to have everything told singly set Collapse=false at the destination.")]
    public async Task What_would_mean_something_else_here_is_refused(string setting, string value, string line)
    {
        var (exitCode, output) = await SiloProcess.Fail((setting, value));
        exitCode.ShouldBe(1, output);
        output.Trim().ShouldBe(line);
    }

    [Fact]
    public async Task All_mistakes_are_said_at_once()
    {
        var (_, output) = await SiloProcess.Fail(("Presence:Grace", "300"), ("Culture", "fr"), ("Presence:NotifyRecovery", "yes"));
        output.Trim().Split('\n').Length.ShouldBe(3, output);
    }
}
