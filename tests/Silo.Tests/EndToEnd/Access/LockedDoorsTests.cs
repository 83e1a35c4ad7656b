using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using IoTOrleans.Silo.Tests.Api.Access;
using IoTOrleans.Silo.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Access;

public sealed class LockedSilo : IAsyncLifetime
{
    internal SiloProcess Silo { get; private set; } = null!;

    /// <summary>Follows no redirect: it would leave the key behind.</summary>
    internal HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Silo = await SiloProcess.Start(
            ("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:Port", "0"), ("Auth:ApiKey", $"{Doors.Key},another key to come"),
            ("Auth:ReadOnlyKey", Doors.ReadOnlyKey), ("Auth:ProxyUserHeader", "X-User"), ("Auth:TrustedProxies", "192.0.2.0/24"));
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Silo.Http.BaseAddress };
    }

    public ValueTask DisposeAsync()
    {
        Http.Dispose();
        return Silo.DisposeAsync();
    }
}

/// <summary>Every route that the program has, asked of the program itself.</summary>
public sealed partial class LockedDoorsTests(LockedSilo one) : IClassFixture<LockedSilo>
{
    private static readonly IReadOnlyList<(string Method, string Path)> AllRoutes =
    [
        .. ProgramRoutes.All.SelectMany(endpoint => ProgramRoutes.Of(endpoint, "GET", "POST"))
            .Select(route => (route.Method, Parameter().Replace(route.Path, "1"))),
    ];

    private SiloProcess Silo => one.Silo;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<(string Method, string Path)> Locked =>
        AllRoutes.Where(route => !route.Path.StartsWith("/health/", StringComparison.Ordinal));

    [Fact]
    public void The_routes_are_those_of_the_program()
    {
        var routes = AllRoutes;
        routes.ShouldContain(("POST", "/events"));
        routes.ShouldContain(("PUT", "/mutes/1"));
        routes.ShouldContain(("GET", "/dashboard/GrainState"));
        routes.ShouldContain(("GET", "/"));
        routes.ShouldContain(("GET", "/page/1"));
        routes.ShouldContain(("GET", "/fleet/stream"));
        routes.Count.ShouldBeGreaterThan(40);
        routes.Select(route => route.Path).Where(path => path.StartsWith("/health", StringComparison.Ordinal)).Distinct()
            .ShouldBe(["/health/live", "/health/ready"], ignoreOrder: true);
    }

    [Fact]
    public async Task Without_a_key_every_route_but_health_is_401()
    {
        foreach (var (method, path) in Locked.Append(("GET", "/nowhere")).Append(("POST", "/nowhere")))
        {
            using var response = await Send(method, path, null);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {path}");
            response.Headers.WwwAuthenticate.Select(one => one.Scheme).ShouldBe(["Bearer", "Basic"]);
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }

        using var unknown = await Send("GET", "/devices?nonsense=1", null);
        unknown.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "who has no key learns nothing about parameters");
        using var slash = await Send("GET", "/devices/site/1", null);
        slash.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var live = await Send("GET", "/health/live", null);
        live.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var forged = await Send("GET", "/devices/x", null, ("X-User", "root"));
        forged.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task With_wrong_keys_it_is_401_then_429_for_each_and_one_line_in_the_log()
    {
        var statuses = new List<HttpStatusCode>();
        foreach (var (method, path) in Locked)
        {
            using var response = await Send(method, path, Doors.Bearer("0123456789abcdeF"));
            statuses.Add(response.StatusCode);
        }

        statuses.Take(10).ShouldEachBe(status => status == HttpStatusCode.Unauthorized);
        statuses.ShouldEachBe(status => status == HttpStatusCode.Unauthorized || status == HttpStatusCode.TooManyRequests);
        statuses.ShouldContain(HttpStatusCode.TooManyRequests);
        using (var right = await Send("GET", "/devices/x", Doors.Basic("anyone", Doors.Key)))
            right.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await Silo.Until(() => Silo.AllOutput.Contains("wrong key", StringComparison.Ordinal), "the line");
        Silo.Output.Count(line => line.Contains("wrong key", StringComparison.Ordinal)).ShouldBe(1, Silo.AllOutput);
        Silo.HasNoLineWith("0123456789abcde");
    }

    [Fact]
    public async Task A_read_only_key_reads_everything_and_changes_nothing()
    {
        foreach (var (method, path) in Locked)
        {
            // It is turned off, for every key.
            if (path == "/dashboard/Trace") continue;
            using var response = await Send(method, path, Doors.Bearer(Doors.ReadOnlyKey));
            if (method is not ("GET" or "HEAD")) response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{method} {path}");
            else response.StatusCode.ShouldNotBeOneOf([HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized], $"{method} {path}");
        }

        foreach (var method in (string[])["POST", "PUT", "DELETE", "PATCH"])
        {
            using var dashboard = await Send(method, "/dashboard/ClusterStats", Doors.Bearer(Doors.ReadOnlyKey));
            dashboard.StatusCode.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.MethodNotAllowed);
        }
    }

    [Fact]
    public async Task Who_changed_what_is_in_the_history_the_lists_and_the_log()
    {
        var (alice, key) = (Doors.Basic("alice", Doors.Key), Doors.Bearer(Doors.Key));
        await Do("POST", "/events", key, """{"thingName":"pump-1","connected":true}""", HttpStatusCode.Accepted);
        await Do("PUT", "/devices/pump-1/policy", alice, """{"grace":"9m"}""", HttpStatusCode.OK);
        await Do("PUT", "/mutes/works", alice, """{"thing":"pump-1","untilRecovered":true}""", HttpStatusCode.Created);
        (await Do("GET", "/mutes/works", key)).ShouldContain("\"by\":\"alice\"");
        await Do("DELETE", "/mutes/works", key, status: HttpStatusCode.NoContent);
        var import = JsonDocument.Parse(
            await Do("POST", "/import", alice, """{"thingName":"pump-2"}""", HttpStatusCode.Accepted, "application/jsonl"));
        import.RootElement.GetProperty("by").GetString().ShouldBe("alice");

        var fingerprint = $"key {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Doors.Key)))[..6]}";
        (await Acts("pump-1")).ShouldBe([("unmute", fingerprint), ("mute", "alice"), ("policy", "alice"), ("connected", null)]);
        await Silo.Until(async () => (await Acts("pump-2")) is [("expected", "alice")], "the import");
        (await Do("GET", "/devices/pump-1/why", key)).ShouldContain($"\"by\":\"{fingerprint}\"");

        await Do("DELETE", "/devices/pump-1", alice, status: HttpStatusCode.NoContent);
        string[] lines =
        [
            "alice set the policy of pump-1.", "alice set the mute works: pump-1.", $"{fingerprint} removed the mute works: pump-1.",
            "alice sent the import", "alice removed pump-1.",
        ];
        foreach (var line in lines)
            await Silo.Until(() => Silo.AllOutput.Contains(line, StringComparison.Ordinal), line);
        Silo.HasNoLineWith(Doors.Key);

        async Task<List<(string?, string?)>> Acts(string thing)
        {
            using var response = await Send("GET", $"/devices/{thing}/history", key);
            if (response.StatusCode == HttpStatusCode.NotFound) return [];
            var history = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
            return
            [
                .. history.RootElement.GetProperty("items").EnumerateArray()
                    .Select(item => (item.GetProperty("event").GetString(), item.GetProperty("by").GetString())),
            ];
        }
    }

    [Theory]
    [InlineData("GET", "/devices/x", 401)]
    [InlineData("GET", "/devices/x", 404, Doors.Key)]
    [InlineData("PUT", "/mutes/x", 403, Doors.ReadOnlyKey)]
    [InlineData("PUT", "/mutes/x", 415, Doors.Key)]
    [InlineData("GET", "/nowhere", 404, Doors.Key)]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/dashboard/", 200, Doors.Key)]
    [InlineData("GET", "/", 401)]
    [InlineData("GET", "/", 200, Doors.ReadOnlyKey)]
    [InlineData("GET", "/page/index.html", 200, Doors.ReadOnlyKey)]
    [InlineData("HEAD", "/", 200, Doors.ReadOnlyKey)]
    [InlineData("HEAD", "/page/index.html", 200, Doors.ReadOnlyKey)]
    [InlineData("GET", "/page/nothing.js", 404, Doors.ReadOnlyKey)]
    [InlineData("GET", "/page/..%2FIoTOrleans.Silo.dll", 404, Doors.Key)]
    [InlineData("GET", "/fleet", 200, Doors.ReadOnlyKey)]
    [InlineData("GET", "/fleet/stream", 200, Doors.ReadOnlyKey)]
    [InlineData("GET", "/service", 200, Doors.ReadOnlyKey)]
    public async Task Every_answer_tells_the_browser_what_it_is_for(string method, string path, int status, string? key = null)
    {
        using var response = await Send(method, path, key is null ? null : Doors.Bearer(key));
        ((int)response.StatusCode).ShouldBe(status);
        string Header(string name) => string.Join(", ", response.Headers.NonValidated[name]);
        Header("X-Content-Type-Options").ShouldBe("nosniff");
        Header("Referrer-Policy").ShouldBe("no-referrer");
        Header("Cross-Origin-Resource-Policy").ShouldBe("same-origin");
        Header("Cache-Control").ShouldContain("no-");
        Header("Content-Security-Policy").ShouldStartWith("default-src 'none'; ");
        Header("Content-Security-Policy").ShouldContain("frame-ancestors 'none'");
        Header("Content-Security-Policy").Contains("script-src 'self';", StringComparison.Ordinal)
            .ShouldBe(path == "/" || path.StartsWith("/page", StringComparison.Ordinal)
                || path.StartsWith("/dashboard", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/?thing=pump-1")]
    [InlineData("/?thing=pump-1&mute=8h")]
    [InlineData("/page/index.html")]
    public async Task The_page_may_load_its_own_files_and_nothing_else(string path)
    {
        using var response = await Send("GET", path, Doors.Bearer(Doors.ReadOnlyKey));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        response.Headers.CacheControl!.NoCache.ShouldBeTrue();
        string.Join(", ", response.Headers.NonValidated["Content-Security-Policy"]).ShouldBe(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
            + "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
        (await Do("GET", "/mutes", Doors.Bearer(Doors.Key))).ShouldNotContain("pump-1");

        using var again = await Send("GET", path, Doors.Bearer(Doors.ReadOnlyKey), ("If-None-Match", response.Headers.ETag!.ToString()));
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task What_a_caller_may_do_is_in_service_and_no_secret_is()
    {
        var reader = await Do("GET", "/service", Doors.Basic("bob", Doors.ReadOnlyKey));
        reader.ShouldContain("\"rights\":[\"read\"],\"user\":\"bob\"");
        var writer = await Do("GET", "/service", Doors.Bearer(Doors.Key));
        writer.ShouldContain("\"rights\":[\"read\",\"write\"]");
        foreach (var secret in (string[])[Doors.Key, Doors.ReadOnlyKey, "another key"]) (reader + writer).ShouldNotContain(secret);
    }

    /// <summary>What its policy allows is what the dashboard needs: a new version that needs more is found here.</summary>
    [Fact]
    public async Task The_dashboard_works_under_its_content_security_policy()
    {
        var page = await Text("/dashboard/");
        Regex.Matches(page, "<script[^>]*>").Select(match => match.Value).ShouldEachBe(
            tag => tag.Contains(" src=\"./", StringComparison.Ordinal));
        Regex.IsMatch(page, @"\son\w+\s*=").ShouldBeFalse();
        var style = await Text("/dashboard/index.css");
        Regex.Matches(style, @"url\([""']?(?<url>[^)""']+)").Select(match => match.Groups["url"].Value).ShouldEachBe(
            url => url.StartsWith("./", StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal));
        var script = await Text("/dashboard/index.min.js");
        Regex.IsMatch(script, @"new Function\(|[^\w.]eval\(|new (Shared)?Worker\(|new WebSocket\(").ShouldBeFalse();

        async Task<string> Text(string path)
        {
            using var response = await Send("GET", path, Doors.Bearer(Doors.Key));
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsStringAsync(Cancel);
        }
    }

    private async Task<string> Do(string method, string path, AuthenticationHeaderValue key, string? body = null,
        HttpStatusCode status = HttpStatusCode.OK, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Headers.Authorization = key;
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, contentType);
        using var response = await one.Http.SendAsync(request, Cancel);
        var answer = await response.Content.ReadAsStringAsync(Cancel);
        response.StatusCode.ShouldBe(status, answer);
        return answer;
    }

    private async Task<HttpResponseMessage> Send(
        string method, string path, AuthenticationHeaderValue? authorization, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Headers.Authorization = authorization;
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (method is "PUT" or "POST") request.Content = new StringContent("", Encoding.UTF8, "text/plain");
        return await one.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
