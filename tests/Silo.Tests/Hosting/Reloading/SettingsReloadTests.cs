using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Settings;
using IoTOrleans.Silo.Hosting.Reloading;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Testing;
using IoTOrleans.Testing.Emulators;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting.Reloading;

/// <summary>A real file of settings changes while the service runs.</summary>
public sealed class SettingsReloadTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly RecordingLogger<SettingsWatch> _log = new();
    private readonly IConfigurationRoot _root;
    private readonly LiveSettings _live;
    private readonly SettingsWatch _watch;

    public SettingsReloadTests()
    {
        Write("""
            {"Presence":{"Policies":[{"Match":"door-*","Grace":"1m"}]},
             "Notifications":{"Destinations":{"hook":{"Type":"webhook","Url":"http://h.example/","RateLimit":"1/s"}}},
             "Logging":{"LogLevel":{"Default":"Information"}}}
            """);
        _root = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Culture", (string?)"en")]).Add(SettingsFileSource.Of(_file))
            .AddInMemoryCollection([KeyValuePair.Create("Presence:Grace", (string?)"7m")]).Build();
        _live = new(ReadSettings.From(_root));
        _watch = new(_root, _live, new WatchedTime(), _log);
        _watch.Look();
        Lines.ShouldBeEmpty();
    }

    private IReadOnlyList<string> Lines => [.. _log.Lines.Select(line => line.Split(": ", 2)[1])];

    [Fact]
    public void A_policy_a_rate_and_a_log_level_are_in_force_at_once()
    {
        var changed = 0;
        Microsoft.Extensions.Primitives.ChangeToken.OnChange(_live.GetChangeToken, () => changed++);
        Change("""
            {"Presence":{"Policies":[{"Match":"gate-*","Grace":"2m"}]},
             "Notifications":{"Destinations":{"hook":{"Type":"webhook","Url":"http://h.example/","RateLimit":"5/s"}}},
             "Logging":{"LogLevel":{"Default":"Debug"}}}
            """);

        _live.Current.Presence.Policies.ShouldHaveSingleItem().Match.ShouldBe("gate-*");
        _live.Current.Destinations.ShouldHaveSingleItem().RateLimit.ShouldBe(new RateLimit(5, TimeSpan.FromSeconds(1)));
        _root["Logging:LogLevel:Default"].ShouldBe("Debug");
        changed.ShouldBe(1);
        Lines.ShouldHaveSingleItem().ShouldBe("Changed settings are in force: Logging:LogLevel:Default, "
            + "Notifications:Destinations:hook:RateLimit, Presence:Policies:0:Grace, Presence:Policies:0:Match");
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

    private string Snapshot() =>
        string.Join(';', _root.AsEnumerable().Select(pair => $"{pair.Key}={pair.Value}")) + _live.Current.Presence.Policies[0].Match;

    private void Change(string content)
    {
        Write(content);
        _watch.Look();
    }

    private void Write(string content) => File.WriteAllText(_file, content);
}
