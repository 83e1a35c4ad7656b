using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Settings;
using IoTOrleans.Silo.Hosting.Reloading;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Testing;
using IoTOrleans.Testing.Emulators;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting.Reloading;

/// <summary>A real file of settings changes while the service runs.</summary>
public sealed class SettingsReloadTests : IDisposable
{
    private const string Original = """
        {"Presence":{"Policies":[{"Match":"door-*","Grace":"1m"}]},
         "Notifications":{"Destinations":{"hook":{"Type":"webhook","Url":"http://h.example/","RateLimit":"1/s"}}},
         "Logging":{"LogLevel":{"Default":"Information"}}}
        """;

    private readonly string _file = Path.GetTempFileName();
    private readonly RecordingLogger<SettingsWatch> _log = new();
    private readonly IConfigurationRoot _root;
    private readonly LiveSettings _live;
    private readonly SettingsWatch _watch;
    private readonly TestProvider _other = new();
    private readonly WatchedTime _time = new();

    public SettingsReloadTests()
    {
        Write(Original);
        _root = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Culture", (string?)"en")]).Add(SettingsFileSource.Of(_file))
            .AddInMemoryCollection([KeyValuePair.Create("Presence:Grace", (string?)"7m")]).Add(_other).Build();
        _live = new(ReadSettings.From(_root));
        _watch = new(_root, _live, _time, _log);
        _watch.Look();
        Lines.ShouldBeEmpty();
    }

    private IReadOnlyList<string> Lines => [.. _log.Lines.Select(line => line.Split(": ", 2)[1])];

    [Fact]
    public void A_policy_a_rate_and_a_log_level_are_in_force_at_once()
    {
        var (presence, rates) = (Changes<PresenceOptions>(), Changes<DestinationRates>());
        Change("""
            {"Presence":{"Policies":[{"Match":"gate-*","Grace":"2m"}]},
             "Notifications":{"Destinations":{"hook":{"Type":"webhook","Url":"http://h.example/","RateLimit":"5/s"}}},
             "Logging":{"LogLevel":{"Default":"Debug"}}}
            """);

        _live.Current.Presence.Policies.ShouldHaveSingleItem().Match.ShouldBe("gate-*");
        _live.Current.Destinations.ShouldHaveSingleItem().RateLimit.ShouldBe(new RateLimit(5, TimeSpan.FromSeconds(1)));
        _root["Logging:LogLevel:Default"].ShouldBe("Debug");
        (presence(), rates()).ShouldBe((1, 1));
        Lines.ShouldHaveSingleItem().ShouldBe("Changed settings are in force: Logging:LogLevel:Default, "
            + "Notifications:Destinations:hook:RateLimit, Presence:Policies:0:Grace, Presence:Policies:0:Match");
    }

    /// <summary>For a changed policy all things are looked through.</summary>
    [Fact]
    public void Only_those_learn_of_a_change_whom_it_is_about()
    {
        var (presence, rates) = (Changes<PresenceOptions>(), Changes<DestinationRates>());
        Change(Original.Replace("1/s", "2/s", StringComparison.Ordinal));
        (presence(), rates()).ShouldBe((0, 1));
        Change(Original.Replace("1/s", "2/s", StringComparison.Ordinal).Replace("Information", "Debug", StringComparison.Ordinal));
        (presence(), rates()).ShouldBe((0, 1));
        Change(Original.Replace("1/s", "2/s", StringComparison.Ordinal).Replace("1m", "2m", StringComparison.Ordinal));
        (presence(), rates()).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_reader_that_throws_changes_nothing_and_the_service_goes_on()
    {
        await StartAsync();
        _other.Trouble = new ArgumentException("Null character in path.");
        var before = _live.Current;
        Write(Original.Replace("1m", "2m", StringComparison.Ordinal));
        await LooksUntil(lines: 1);
        Lines[0].ShouldBe("The changed settings are refused, and all old values stay in force. The next start would fail like this. "
            + "Null character in path.");
        _live.Current.ShouldBeSameAs(before);

        _other.Trouble = null;
        await LooksUntil(lines: 2);
        Lines[1].ShouldBe("Changed settings are in force: Presence:Policies:0:Grace");
    }

    /// <summary>One that listens to the configuration itself, and one that listens to the options.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_listener_that_throws_keeps_the_change_from_no_other_and_the_service_goes_on(bool ofConfiguration)
    {
        await StartAsync();
        IOptionsChangeTokenSource<PresenceOptions> options = _live;
        Func<IChangeToken> tokens = ofConfiguration ? _root.GetReloadToken : options.GetChangeToken;
        var isBroken = true;
        using var first = ChangeToken.OnChange(tokens, () =>
        {
            if (isBroken) throw new InvalidOperationException("I cannot");
        });
        var (presence, rates) = (Changes<PresenceOptions>(), Changes<DestinationRates>());
        Write(Original.Replace("1m", "2m", StringComparison.Ordinal).Replace("1/s", "2/s", StringComparison.Ordinal));
        await LooksUntil(lines: 1);
        Lines[0].ShouldBe("Changed settings are in force, but a part of the service could not take them and goes on as before: "
            + "Notifications:Destinations:hook:RateLimit, Presence:Policies:0:Grace. Restart it. I cannot");
        (presence(), rates()).ShouldBe((1, 1));
        _live.Current.Destinations.ShouldHaveSingleItem().RateLimit.ShouldBe(new RateLimit(2, TimeSpan.FromSeconds(1)));

        isBroken = false;
        Write(Original);
        await LooksUntil(lines: 2);
        Lines[1].ShouldStartWith("Changed settings are in force: ");
        (presence(), rates()).ShouldBe((2, 2));
    }

    [Theory]
    [InlineData("""{"Presence":{"Policies":[{"Match":"gate-*","Grace":"300"}]},"Logging":{"LogLevel":{"Default":"Debug"}}}""",
        "Presence:Policies:0:Grace=300: say 300s or 5m")]
    [InlineData("""{"Presence":{"Policies":[{"Match":"a"}]},"Logging":{"LogLevel":{"Default":"Loud"}}}""",
        "Logging:LogLevel:Default=Loud: say one of Trace, Debug,")]
    [InlineData("""{"Presence":{"Policies":[{"Grace":"1m"}]},"Logging":{"LogLevel":{"Default":"Debug"}}}""",
        "Presence:Policies:0:Match is missing")]
    [InlineData("""{"Presence":{"Policies":[{"Match":""", "Failed to load configuration from file")]
    [InlineData("""{"Events":{"Mqtt":{"Listen":{"Port":"x"}}}}""", "Events:Mqtt:Listen:Port=x: say a whole number")]
    [InlineData("", "Failed to load configuration from file")]
    public void A_wrong_change_is_one_line_and_nothing_of_it_is_taken(string content, string mistake)
    {
        var before = Snapshot();
        Change(content);
        _watch.Look();
        Lines.ShouldHaveSingleItem().ShouldContain(mistake);
        Lines[0].ShouldStartWith("The changed settings are refused, and all old values stay in force.");
        Lines[0].ShouldNotContain('\n');
        Snapshot().ShouldBe(before);
    }

    [Fact]
    public void A_file_that_is_gone_changes_nothing()
    {
        var before = Snapshot();
        File.Delete(_file);
        _watch.Look();
        Lines.ShouldHaveSingleItem().ShouldContain(_file);
        Snapshot().ShouldBe(before);
    }

    [Fact]
    public void What_needs_a_restart_is_named_once_and_stays_and_the_rest_is_taken()
    {
        const string content = """
            {"Presence":{"Policies":[{"Match":"gate-*","Grace":"2m"}],"SweepEvery":"2d"},"Culture":"ja",
             "Notifications":{"Destinations":{"hook":{"Type":"webhook","Url":"http://other.example/s3cret-token"}}}}
            """;
        Change(content);
        Lines.ShouldBe([
            "Changed settings are in force: Logging:LogLevel:Default, Notifications:Destinations:hook:RateLimit, "
                + "Presence:Policies:0:Grace, Presence:Policies:0:Match",
            "Changed settings need a restart, and the old values stay in force until then: Culture, "
                + "Notifications:Destinations:hook:Url, Presence:SweepEvery"]);
        (_root["Culture"], _root["Notifications:Destinations:hook:Url"]).ShouldBe(("en", "http://h.example/"));
        _live.Current.Presence.Policies.ShouldHaveSingleItem().Match.ShouldBe("gate-*");

        Change(content + " ");
        Lines.Count.ShouldBe(2);
    }

    [Fact]
    public void A_policy_that_names_a_destination_which_needs_a_restart_is_refused_with_that_reason()
    {
        Change("""
            {"Presence":{"Policies":[{"Match":"gate-*","Notify":["phone"]}]},
             "Notifications":{"Destinations":{"hook":{"Type":"webhook","Url":"http://h.example/","RateLimit":"1/s"},
                                              "phone":{"Type":"ntfy","Topic":"abc"}}},
             "Logging":{"LogLevel":{"Default":"Information"}}}
            """);
        Lines.ShouldHaveSingleItem().ShouldContain("names 'phone', which is no destination. There are: hook. "
            + "(Notifications:Destinations:phone:Topic, Notifications:Destinations:phone:Type changed, too, and that needs a restart.)");
        _live.Current.Presence.Policies.ShouldHaveSingleItem().Match.ShouldBe("door-*");
    }

    [Fact]
    public void What_another_source_overrides_is_no_change()
    {
        Change(File.ReadAllText(_file).Replace("\"Presence\":{", "\"Presence\":{\"Grace\":\"9m\",", StringComparison.Ordinal));
        Lines.ShouldBeEmpty();
        _live.Current.Presence.DefaultPolicy.Grace.ShouldBe(TimeSpan.FromMinutes(7));
    }

    [Fact]
    public void The_documentation_marks_what_may_change()
    {
        var marked = File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "settings.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Count(letter => letter == '|') == 5)
            .Select(line => line.Split('|')).Select(cells => (Keys: cells[1].Split('`'), Reloads: cells[3].Trim() == "yes")).ToList();
        marked.Count.ShouldBeGreaterThan(40);
        foreach (var (keys, reloads) in marked)
            Reloadable.Is(keys[1].Replace("<name>", "hook", StringComparison.Ordinal)).ShouldBe(reloads, keys[1]);
        foreach (var field in PolicyFields.All.Where(field => field.HasDefault))
            marked.ShouldContain(row => row.Keys.Contains($"Presence:{field.Name}") && row.Reloads);
    }

    public void Dispose()
    {
        _watch.Dispose();
        File.Delete(_file);
    }

    /// <summary>From now on it looks by itself.</summary>
    private async Task StartAsync()
    {
        await _watch.StartAsync(TestContext.Current.CancellationToken);
        await _time.NextWaitOf(SettingsWatch.Every, TestContext.Current.CancellationToken);
    }

    /// <summary>Looks again and again.</summary>
    private async Task LooksUntil(int lines)
    {
        await Eventually.Is(
            () =>
            {
                _time.Advance(SettingsWatch.Every);
                return Task.FromResult(Lines.Count >= lines);
            },
            $"{lines} lines", () => string.Join('\n', Lines));
        Lines.Count.ShouldBe(lines);
        _watch.ExecuteTask.ShouldNotBeNull().IsCompleted.ShouldBeFalse("it goes on");
    }

    /// <returns>How many there have been since.</returns>
    private Func<int> Changes<T>()
    {
        var changes = 0;
        ChangeToken.OnChange(((IOptionsChangeTokenSource<T>)(object)_live).GetChangeToken, () => changes++);
        return () => changes;
    }

    private string Snapshot() =>
        string.Join(';', _root.AsEnumerable().Select(pair => $"{pair.Key}={pair.Value}")) + _live.Current.Presence.Policies[0].Match;

    private void Change(string content)
    {
        Write(content);
        _watch.Look();
    }

    private void Write(string content) => File.WriteAllText(_file, content);

    /// <summary>A source of settings that others have brought along.</summary>
    private sealed class TestProvider : ConfigurationProvider, IConfigurationSource
    {
        public Exception? Trouble { get; set; }

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override bool TryGet(string key, out string? value) =>
            Trouble is null ? base.TryGet(key, out value) : throw Trouble;
    }
}
