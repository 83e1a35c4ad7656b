using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Events;
using IoTOrleans.Silo.Tests.Hosting;
using IoTOrleans.Testing;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Access;

public sealed class KeyTests
{
    private const string SecondKey = "a key to come after";
    private const string Header = "X-Forwarded-User";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_of_several_keys_lets_in_and_carries_a_name()
    {
        await using var doors = await Doors.Open(("Auth:ApiKey", $"{Doors.Key}, {SecondKey}"), ("Auth:ReadOnlyKey", Doors.ReadOnlyKey));
        (await doors.NameOf(Doors.Bearer(Doors.Key))).ShouldBe("key 9f9f51");
        (await doors.NameOf(Doors.Bearer(SecondKey))).ShouldMatch("^key [0-9a-f]{6}$");
        (await doors.NameOf(Doors.Basic("", Doors.ReadOnlyKey))).ShouldMatch("^key [0-9a-f]{6}$");
        (await doors.NameOf(Doors.Basic("花子", Doors.Key))).ShouldBe("花子");
        (await doors.NameOf(Doors.Basic("forged\u001b]0;line", Doors.Key))).ShouldBe("key 9f9f51");
        (await doors.NameOf(Doors.Basic(new string('x', 129), Doors.Key))).ShouldBe("key 9f9f51");
        (await Status(doors, HttpMethod.Put, Doors.Key)).ShouldBe(HttpStatusCode.OK);
        (await Status(doors, HttpMethod.Put, SecondKey)).ShouldBe(HttpStatusCode.OK);
        (await Status(doors, HttpMethod.Put, Doors.ReadOnlyKey)).ShouldBe(HttpStatusCode.Forbidden);
        (await Status(doors, HttpMethod.Put, $"{Doors.Key}, {SecondKey}")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_any_key_everybody_may_do_everything_and_is_nobody()
    {
        await using var doors = await Doors.Open();
        (await doors.NameOf(null)).ShouldBe("nobody");
        (await doors.NameOf(Doors.Basic("somebody", "whatever"))).ShouldBe("nobody");
        using var put = await doors.Send(HttpMethod.Put, "/devices/x");
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        doors.Tries.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_trusted_proxy_names_the_user()
    {
        await using var doors = await Doors.Open(
            ("Auth:ApiKey", Doors.Key), ("Auth:ProxyUserHeader", Header), ("Auth:TrustedProxies", "10.0.0.0/8, ::ffff:127.0.0.1"));
        (await doors.NameOf(null, (Header, "hanako@example.net"))).ShouldBe("hanako@example.net");

        // Some proxies pass on an Authorization header that is for themselves.
        (await doors.NameOf(Doors.Bearer("the token of the proxy"), (Header, "hanako"))).ShouldBe("hanako");
        (await doors.NameOf(Doors.Bearer(Doors.Key))).ShouldBe("key 9f9f51");
        using (var put = await doors.Send(HttpMethod.Put, "/devices/x", null, (Header, "hanako"))) put.EnsureSuccessStatusCode();

        foreach (var user in (string[])["", " ", new('x', 129), "a\tb"])
        {
            using var refused = await doors.Get("/", null, (Header, user));
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, user);
        }

        doors.Tries.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task From_anybody_else_the_proxys_header_means_nothing()
    {
        await using var doors = await Doors.Open(
            ("Auth:ApiKey", Doors.Key), ("Auth:ProxyUserHeader", Header), ("Auth:TrustedProxies", "10.0.0.0/8,2001:db8::/32"));
        using (var forged = await doors.Get("/", null, (Header, "root"))) forged.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await doors.NameOf(Doors.Bearer(Doors.Key), (Header, "root"))).ShouldBe("key 9f9f51");
    }

    [Fact]
    public async Task Wrong_keys_are_429_after_a_while_and_the_right_one_still_lets_in()
    {
        await using var doors = await Doors.Open(("Auth:ApiKey", Doors.Key));
        for (var i = 0; i < 20; i++)
        {
            using var without = await doors.Get("/");
            without.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        for (var i = 0; i < 10; i++) (await Status(doors, HttpMethod.Get, "wrong")).ShouldBe(HttpStatusCode.Unauthorized);
        doors.Time.Advance(TimeSpan.FromSeconds(20));
        using (var more = await doors.Get("/", Doors.Bearer("wrong")))
        {
            more.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            more.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(40));
            more.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }

        (await Status(doors, HttpMethod.Get, Doors.Key)).ShouldBe(HttpStatusCode.OK);
        using (var without = await doors.Get("/")) without.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        doors.Tries.Lines.ShouldHaveSingleItem().ShouldContain("127.0.0.1");
        doors.Time.Advance(TimeSpan.FromMinutes(1));
        (await Status(doors, HttpMethod.Get, "wrong")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_file_is_read_again_when_it_changes_and_a_wrong_one_changes_nothing()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $"# of the page\n{Doors.Key}\n\n", Cancel);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
            await using var doors = await Doors.Open(("Auth:ApiKeyFile", file));
            doors.Ring.Lines.ShouldHaveSingleItem().ShouldContain("chmod 600");
            (await Status(doors, HttpMethod.Get, Doors.Key)).ShouldBe(HttpStatusCode.OK);
            (await Status(doors, HttpMethod.Get, "# of the page")).ShouldBe(HttpStatusCode.Unauthorized);

            await Write($"{SecondKey}\n");
            (await Status(doors, HttpMethod.Get, SecondKey)).ShouldBe(HttpStatusCode.OK);
            (await Status(doors, HttpMethod.Get, Doors.Key)).ShouldBe(HttpStatusCode.Unauthorized);

            await Write("short\n");
            (await Status(doors, HttpMethod.Get, "short")).ShouldBe(HttpStatusCode.Unauthorized);
            (await Status(doors, HttpMethod.Get, SecondKey)).ShouldBe(HttpStatusCode.OK);
            File.Delete(file);
            doors.Time.Advance(TimeSpan.FromSeconds(2));
            (await Status(doors, HttpMethod.Get, SecondKey)).ShouldBe(HttpStatusCode.OK);
            var kept = doors.Ring.Lines.Where(line => line.Contains("stay as they were", StringComparison.Ordinal)).ToList();
            kept.Count.ShouldBe(2);
            kept[0].ShouldContain("has 5 characters, and needs 16 at least");
            doors.Ring.Lines.ShouldEachBe(line => !line.Contains("short"));

            async Task Write(string text)
            {
                await File.WriteAllTextAsync(file, text, Cancel);
                doors.Time.Advance(TimeSpan.FromSeconds(2));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>As orchestrators mount secrets: the file is a link through a link to a folder, and only that one is turned.</summary>
    [Fact]
    public async Task A_key_file_that_stays_bad_is_said_each_day_and_in_health_until_it_is_good()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Doors.Key, Cancel);
            var time = new FakeTimeProvider();
            var log = new RecordingLogger<KeyRing>();
            var keys = new KeyRing(Configured.ReadAll(("Auth:ApiKeyFile", file)).Auth, time, log);
            keys.BadFiles.ShouldBeNull();
            await File.WriteAllTextAsync(file, "short", Cancel);
            for (var hours = 0; hours < 49; hours++)
            {
                time.Advance(TimeSpan.FromHours(1));
                keys.BadFiles!.ShouldContain("needs 16 at least");
            }

            log.Lines.Count(line => line.Contains("The next start would fail", StringComparison.Ordinal)).ShouldBe(3);
            await File.WriteAllTextAsync(file, Doors.Key, Cancel);
            time.Advance(KeyRing.LookEvery);
            keys.BadFiles.ShouldBeNull();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_key_file_behind_a_link_is_read_again_when_the_link_turns()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        var mount = Directory.CreateTempSubdirectory("iot-orleans-mount-").FullName;
        try
        {
            var (data, file) = (Path.Combine(mount, "..data"), Path.Combine(mount, "key"));
            foreach (var (folder, key) in (ReadOnlySpan<(string, string)>)[("..1", Doors.Key), ("..2", Doors.ReadOnlyKey)])
            {
                Directory.CreateDirectory(Path.Combine(mount, folder));
                File.WriteAllText(Path.Combine(mount, folder, "key"), key);
            }

            Directory.CreateSymbolicLink(data, "..1");
            File.CreateSymbolicLink(file, Path.Combine("..data", "key"));
            await using var doors = await Doors.Open(("Auth:ApiKeyFile", file));
            (await Status(doors, HttpMethod.Put, Doors.Key)).ShouldBe(HttpStatusCode.OK);

            Directory.Delete(data);
            Directory.CreateSymbolicLink(data, "..2");
            doors.Time.Advance(KeyRing.LookEvery);
            (await Status(doors, HttpMethod.Put, Doors.ReadOnlyKey)).ShouldBe(HttpStatusCode.OK);
            (await Status(doors, HttpMethod.Put, Doors.Key)).ShouldBe(HttpStatusCode.Unauthorized);
        }
        finally
        {
            Directory.Delete(mount, recursive: true);
        }
    }

    [Fact]
    public async Task Health_needs_no_key_and_says_what_is_wrong_only_to_who_may_read()
    {
        await using var doors = await Doors.Open(("Auth:ApiKey", Doors.Key), ("Auth:ReadOnlyKey", Doors.ReadOnlyKey));
        await ShouldSay(doors, null, null);
        await ShouldSay(doors, "wrong", null);
        await ShouldSay(doors, Doors.ReadOnlyKey, "the table MyReminders at 10.1.2.3 is slow");

        // Without keys the name decides: a page whose name leads to this machine may ask, too.
        await using var open = await Doors.Open();
        await ShouldSay(open, null, "the table MyReminders at 10.1.2.3 is slow");
        await ShouldSay(open, null, null, ("Host", "evil.example"));

        static async Task ShouldSay(Doors doors, string? key, string? error, params (string, string)[] headers)
        {
            using var response = await doors.Get("/health/ready", key is null ? null : Doors.Bearer(key), headers);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            var check = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("checks").GetProperty("reminders");
            check.GetProperty("status").GetString().ShouldBe("Degraded");
            check.GetProperty("error").GetString().ShouldBe(error);
        }
    }

    /// <summary>Who has no key must not keep out who has one.</summary>
    [Fact]
    public async Task Only_requests_with_a_key_take_places()
    {
        await using var doors = await Doors.Open(("Auth:ApiKey", Doors.Key));
        var waiting = new List<Task<HttpResponseMessage>>();
        while (waiting.Count < Doors.MostConnections + 10)
        {
            waiting.Add(doors.Send(HttpMethod.Post, "/events", Doors.Bearer(Doors.Key)));
            await doors.OneMoreWaits();
        }

        using (var more = await doors.Get("/", Doors.Bearer(Doors.Key)))
        {
            more.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            more.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
        }

        (await Status(doors, HttpMethod.Get, "wrong")).ShouldBe(HttpStatusCode.Unauthorized);
        using (var without = await doors.Get("/")) without.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using (var foreign = await doors.Get("/", null, ("Host", new string('x', 30_000))))
        {
            foreign.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await foreign.Content.ReadAsStringAsync(Cancel)).Length.ShouldBeLessThan(1000);
        }

        using var health = await doors.Get("/health/live");
        health.StatusCode.ShouldBe(HttpStatusCode.OK);
        waiting.ShouldEachBe(one => !one.IsCompleted);
    }

    private static async Task<HttpStatusCode> Status(Doors doors, HttpMethod method, string key)
    {
        using var response = await doors.Send(method, "/devices/x", Doors.Bearer(key));
        return response.StatusCode;
    }
}
