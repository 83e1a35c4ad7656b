using IoTOrleans.Events.Mqtt;
using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using MQTTnet.Formatter;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerUsersTests : IDisposable
{
    private const MqttClientConnectResultCode Granted = MqttClientConnectResultCode.Success;
    private const MqttClientConnectResultCode Wrong = MqttClientConnectResultCode.BadUserNameOrPassword;
    private const MqttClientConnectResultCode NotAuthorized = MqttClientConnectResultCode.NotAuthorized;

    private static readonly string Chosen = Line("chosen", SecretHash.OfChosen("correct horse"));

    private readonly string _file = Path.GetTempFileName();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("door-1", "one", "door-1", Granted)]
    [InlineData("door-1", "two", "door-1", Wrong)]
    [InlineData("door-1", "", "door-1", Wrong)]
    [InlineData("door-1", "one", "door-2", NotAuthorized)]
    [InlineData("door-1", "one", "door-10", NotAuthorized)]
    [InlineData("door-1", "one", "DOOR-1", NotAuthorized)]
    [InlineData("door-1", "one", "", Granted)]
    [InlineData("door-1", "two", "", Wrong)]
    [InlineData("door-2", "one", "door-2", Wrong)]
    [InlineData("site-7-*", "seven", "site-7-lamp", Granted)]
    [InlineData("site-7-*", "seven", "site-7-", Granted)]
    [InlineData("site-7-*", "seven", "site-70", NotAuthorized)]
    [InlineData("site-7-lamp", "seven", "site-7-lamp", Wrong)]
    [InlineData("aa:bb:cc", "mac", "aa:bb:cc", Granted)]
    [InlineData("chosen", "correct horse", "chosen", Granted)]
    [InlineData("chosen", "battery staple", "chosen", Wrong)]
    [InlineData("chosen", "correct horse", "door-1", NotAuthorized)]
    [InlineData("device", "shared", "whatever", Granted)]
    [InlineData("device", "one", "door-1", Wrong)]
    [InlineData(null, null, "door-1", Wrong)]
    public async Task A_thing_connects_with_its_own_secret_under_its_own_name(
        string? username, string? password, string clientId, MqttClientConnectResultCode expected)
    {
        Write(Generated("door-1", "one"), "# a comment", "", Generated("site-7-*", "seven"), Generated("aa:bb:cc", "mac"), Chosen);
        await using var broker = await TestBroker.Start(options =>
            (options.UsersFile, options.Username, options.Password) = (_file, "device", "shared"));

        var result = await broker.Client().ConnectAsync(
            broker.Options(clientId, options =>
            {
                options.WithProtocolVersion(MqttProtocolVersion.V500);
                if (username is not null) options.WithCredentials(username, password);
            }),
            Cancelled);

        result.ResultCode.ShouldBe(expected, result.ReasonString);
        await broker.Stop();
        broker.Sink.Taken.Count.ShouldBe(expected == Granted && clientId.Length > 0 ? 1 : 0);
    }

    [Fact]
    public async Task A_user_that_is_removed_is_disconnected_and_a_new_one_is_let_in()
    {
        var time = new WatchedTime();
        Write(Generated("door-1", "one"), Generated("door-2", "two"), Generated("door-3", "three"), Chosen);
        await using var broker = await TestBroker.Start(options => options.UsersFile = _file, time);
        await Connect(broker, "door-1", "one");
        var stays = await Connect(broker, "door-2", "two");
        await Connect(broker, "door-3", "three");
        await Connect(broker, "chosen", "correct horse");
        foreach (var _ in Enumerable.Range(0, 4)) await broker.Sink.Next();

        Write(Generated("door-2", "two"), Generated("door-3", "three and more"), Generated("door-4", "four"), Chosen);
        time.Advance(BrokerCredentials.LookEvery);

        var ends = new[] { await broker.Sink.Next(), await broker.Sink.Next() };
        ends.Select(end => end.ThingName).Order().ShouldBe(["door-1", "door-3"]);
        ends.ShouldEachBe(end => !end.Change.Connected && end.Change.DisconnectReason == "AUTH_ERROR");
        await stays.PingAsync(Cancelled);
        await Connect(broker, "door-4", "four");
        (await Attempt(broker, "door-1", "one")).ShouldBe(Wrong);
        (await Attempt(broker, "door-3", "three")).ShouldBe(Wrong);
    }

    [Fact]
    public async Task A_file_that_becomes_wrong_changes_nothing_and_is_named_once()
    {
        var time = new WatchedTime();
        Write(Generated("door-1", "one"));
        await using var broker = await TestBroker.Start(options => options.UsersFile = _file, time);
        var client = await Connect(broker, "door-1", "one");

        Write(Generated("door-2", "two"), "door-3", Generated("door-2", "again"));
        for (var looks = 0; looks < 5; looks++) time.Advance(BrokerCredentials.LookEvery);

        await client.PingAsync(Cancelled);
        (await Attempt(broker, "door-2", "two")).ShouldBe(Wrong);
        var line = broker.Log.Lines.Where(line => line.Level == LogLevel.Error).ShouldHaveSingleItem().Text;
        line.ShouldContain("line 2: it is not name:hash");
        line.ShouldContain("line 3: line 1 has the same name");

        // As it looks while somebody writes it, or after.
        File.Delete(_file);
        time.Advance(BrokerCredentials.LookEvery);
        Write();
        time.Advance(BrokerCredentials.LookEvery);
        await client.PingAsync(Cancelled);
        broker.Log.Lines.Count(line => line.Level == LogLevel.Error).ShouldBe(3);
    }

    [Fact]
    public async Task A_file_that_others_can_read_is_a_warning_at_the_start_and_when_it_changes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        var time = new WatchedTime();
        Write(Generated("door-1", "one"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_file, (UnixFileMode)0b110_100_000);
        await using var broker = await TestBroker.Start(options => options.UsersFile = _file, time);
        Warnings().ShouldHaveSingleItem().ShouldContain($"(mode 640): chmod 600 {_file}");
        Write(Generated("door-2", "two"));
        for (var looks = 0; looks < 3; looks++) time.Advance(BrokerCredentials.LookEvery);
        Warnings().Count.ShouldBe(2);

        List<string> Warnings() => [.. broker.Log.Lines.Where(line => line.Level == LogLevel.Warning).Select(line => line.Text)];
    }

    [Fact]
    public async Task A_file_that_stays_wrong_is_named_each_day_and_makes_health_degraded()
    {
        var time = new WatchedTime();
        Write(Generated("door-1", "one"));
        await using var broker = await TestBroker.Start(options => options.UsersFile = _file, time);
        broker.Credentials.BadFiles.ShouldBeNull();

        Write("door-2");
        time.Advance(BrokerCredentials.LookEvery);
        broker.Credentials.BadFiles!.ShouldContain("line 1: it is not name:hash");
        for (var hours = 0; hours < 49; hours++) time.Advance(TimeSpan.FromHours(1));
        broker.Log.Lines.Count(line => line.Level == LogLevel.Error).ShouldBe(3);

        Write(Generated("door-1", "one"));
        time.Advance(BrokerCredentials.LookEvery);
        broker.Credentials.BadFiles.ShouldBeNull();
        time.Advance(TimeSpan.FromDays(2));
        broker.Log.Lines.Count(line => line.Level == LogLevel.Error).ShouldBe(3);
    }

    [Fact]
    public async Task A_file_with_only_a_comment_locks_out_the_last_user_and_is_good_for_a_start()
    {
        var time = new WatchedTime();
        Write(Generated("door-1", "one"));
        await using var broker = await TestBroker.Start(options => options.UsersFile = _file, time);
        await Connect(broker, "door-1", "one");
        await broker.Sink.Next();

        Write("# nobody");
        time.Advance(BrokerCredentials.LookEvery);

        (await broker.Sink.Next()).Change.DisconnectReason.ShouldBe("AUTH_ERROR");
        (await Attempt(broker, "door-1", "one")).ShouldBe(Wrong);
        BrokerCredentials.Trouble(new() { UsersFile = _file }).ShouldBeEmpty();
        Write();
        BrokerCredentials.Trouble(new() { UsersFile = _file }).ShouldHaveSingleItem().ShouldContain("# nobody");
    }

    [Fact]
    public async Task A_user_that_is_removed_while_its_password_is_checked_does_not_get_in()
    {
        var time = new WatchedTime();
        Write(Chosen, Generated("door-1", "one"));
        await using var broker = await TestBroker.Start(options => options.UsersFile = _file, time);
        var slots = broker.Passwords.Slots.CurrentCount;
        for (var i = 0; i < slots; i++) await broker.Passwords.Slots.WaitAsync(Cancelled);
        var attempt = Connect(broker, "chosen", "correct horse");
        await Until(() => broker.Passwords.LinesWaiting == 1);

        Write(Generated("door-1", "one"));
        time.Advance(BrokerCredentials.LookEvery);
        broker.Passwords.Slots.Release(slots);

        await Should.ThrowAsync<Exception>(attempt);
        await broker.Stop();
        broker.Sink.Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whose_password_was_not_checked_in_time_gets_in_when_it_comes_back()
    {
        var time = new WatchedTime();
        Write(Chosen);
        await using var broker = await TestBroker.Start(options => options.UsersFile = _file, time);
        var slots = broker.Passwords.Slots.CurrentCount;
        for (var i = 0; i < slots; i++) await broker.Passwords.Slots.WaitAsync(Cancelled);
        var attempt = Connect(broker, "chosen", "correct horse");
        await Until(() => broker.Passwords.LinesWaiting == 1);
        time.Advance(new MqttBrokerOptions().ConnectTimeout);
        await Should.ThrowAsync<Exception>(attempt);
        await broker.Meters.Reaches("iot_orleans.broker.connections", 0);

        broker.Passwords.Slots.Release(slots);
        await Until(() => broker.Passwords.LinesWaiting == 0);
        await Connect(broker, "chosen", "correct horse");
        broker.Passwords.Derivations.ShouldBe(1);
    }

    [Theory]
    [InlineData(200, 0)]
    [InlineData(201, 1)]
    public async Task Very_many_chosen_passwords_are_a_warning(int count, int warnings)
    {
        Write([.. Enumerable.Range(0, count).Select(i => $"door-{i}{Chosen[Chosen.LastIndexOf(':')..]}")]);
        await using var broker = await TestBroker.Start(options => options.UsersFile = _file, new WatchedTime());
        broker.Log.Lines.Count(line => line.Level == LogLevel.Warning && line.Text.Contains("mqtt-user", StringComparison.Ordinal))
            .ShouldBe(warnings);
    }

    [Fact]
    public async Task No_secret_and_no_hash_gets_into_the_log()
    {
        Write(Generated("door-1", "one"), Chosen);
        await using var broker = await TestBroker.Start(options => options.UsersFile = _file, new WatchedTime());
        await Connect(broker, "door-1", "one");
        (await Attempt(broker, "chosen", "battery staple")).ShouldBe(Wrong);
        var hashes = (await File.ReadAllLinesAsync(_file, Cancelled)).Select(line => line.Split('$')[^1]);
        foreach (var secret in hashes.Append("battery"))
            broker.Log.Lines.ShouldNotContain(line => line.Text.Contains(secret, StringComparison.Ordinal));
    }

    private static string Line(string name, SecretHash hash) => $"{name}:{hash.Text}";

    private static string Generated(string name, string secret) => Line(name, SecretHash.OfGenerated(secret));

    private static Task<IMqttClient> Connect(TestBroker broker, string name, string password) =>
        broker.Connect(name, options => options.WithCredentials(name, password));

    private static async Task<MqttClientConnectResultCode> Attempt(TestBroker broker, string name, string password)
    {
        var options = broker.Options(name, options => options.WithCredentials(name, password));
        return (await broker.Client().ConnectAsync(options, Cancelled)).ResultCode;
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            tries.ShouldBeLessThan(3000);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancelled);
        }
    }

    private void Write(params string[] lines) => File.WriteAllLines(_file, lines);
}
