using System.Reflection;
using System.Text.Json;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Tests.Hosting;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Description;

/// <summary><c>/openapi/v1.json</c>, fetched from the program itself.</summary>
public sealed class ApiDescriptionTests(DescribedSilo one) : IClassFixture<DescribedSilo>
{
    [Fact]
    public void It_has_every_route_that_the_program_has()
    {
        var routes = ProgramRoutes.All.SelectMany(endpoint => ProgramRoutes.Of(endpoint, "GET"))
            .Where(route => !IsForPeople(route.Path)).ToList();
        routes.Count.ShouldBeGreaterThan(15);
        one.Operations.Select(operation => (operation.Method, operation.Path)).ShouldBe(routes, ignoreOrder: true);

        // The pages, and Orleans' own dashboard: what it asks for belongs to its script.
        static bool IsForPeople(string path) =>
            path == "/" || path.StartsWith("/page", StringComparison.Ordinal) || path.StartsWith("/dashboard", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redocly_finds_neither_errors_nor_warnings()
    {
        var folder = await NpmPackages.Get(Path.Combine("tests", "Silo.Tests", "Api", "Description", "Redocly"));
        var file = Path.Combine(one.Silo.Folder, "openapi.json");
        await File.WriteAllTextAsync(file, one.Text, TestContext.Current.CancellationToken);
        var result = await Command.Run(folder, TimeSpan.FromMinutes(2), "node", "lint.mjs", file)
            ?? throw new InvalidOperationException("node is gone.");
        result.Output.ShouldContain("\"errors\": 0,", customMessage: result.Output);
        result.Output.ShouldContain("\"warnings\": 0,", customMessage: result.Output);
        result.Output.ShouldContain("\"ignored\": 0", customMessage: result.Output);
    }

    [Fact]
    public void Every_operation_says_what_it_is_and_which_errors_there_are()
    {
        foreach (var (method, path, operation) in one.Operations)
        {
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrWhiteSpace($"{method} {path}");
            var responses = operation.GetProperty("responses").EnumerateObject().ToDictionary(
                response => int.Parse(response.Name, System.Globalization.CultureInfo.InvariantCulture),
                response => one.Schemas.Resolve(response.Value));
            foreach (var (status, response) in responses)
            {
                if (status == 204) continue;
                var media = response.GetProperty("content").EnumerateObject().Single();
                if (status >= 400 && status != 502 && !path.StartsWith("/health", StringComparison.Ordinal))
                    media.Name.ShouldBe("application/problem+json", $"{method} {path} {status}");
                media.Value.TryGetProperty("example", out var example).ShouldBeTrue($"{method} {path} {status}");
                one.Schemas.Mistakes(media.Value.GetProperty("schema"), example).ShouldBeEmpty($"{method} {path} {status}");
                if (media.Name == "application/problem+json") example.GetProperty("status").GetInt32().ShouldBe(status);
            }

            responses.ShouldContainKey(400);
            if (!path.StartsWith("/health", StringComparison.Ordinal))
                new[] { 401, 403, 429, 503 }.Where(status => !responses.ContainsKey(status)).ShouldBeEmpty($"{method} {path}");
        }
    }

    [Fact]
    public void Operations_have_the_names_from_which_clients_were_generated() =>
        one.Operations.Select(each => each.Operation.GetProperty("operationId").GetString()!).Order(StringComparer.Ordinal).ShouldBe(
        [
            "deletePolicy", "endMute", "followFleet", "forgetDevice", "getAdvice", "getDescription", "getDevice", "getFleet",
            "getFleetAdvice", "getHistory", "getImport", "getLiveness", "getMetrics", "getMute", "getPolicy", "getReadiness",
            "getService", "getWhy", "importThings", "listDevices", "listMutes", "postEvents", "setMute", "setPolicy", "testNotifications",
        ]);

    [Fact]
    public void No_schema_has_the_name_of_a_type_of_the_code_that_may_be_renamed()
    {
        var schemas = one.Document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name)
            .ToList();
        schemas.ShouldBe(PublicSchemas.Names, ignoreOrder: true);
        var types = typeof(ApiDocument).Assembly.GetReferencedAssemblies()
            .Where(name => name.Name!.StartsWith("IoTOrleans.", StringComparison.Ordinal)).Select(Assembly.Load)
            .Append(typeof(ApiDocument).Assembly).SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsVisible && type.Name != nameof(Problem)).Select(type => type.Name).ToHashSet();
        schemas.Where(types.Contains).ShouldBeEmpty();
        one.Text.ShouldNotContain("IoTOrleans.");
    }

    [Fact]
    public void Servers_and_keys_are_described()
    {
        one.Document.GetProperty("servers").EnumerateArray().Single().GetProperty("url").GetString()
            .ShouldBe("https://watch.example.net/iot");
        one.Document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject()
            .Select(scheme => scheme.Value.GetProperty("scheme").GetString()).ShouldBe(["bearer", "basic"]);
        one.Document.GetProperty("security").GetArrayLength().ShouldBe(2);
        foreach (var (_, path, operation) in one.Operations)
        {
            operation.TryGetProperty("security", out var security).ShouldBe(path.StartsWith("/health", StringComparison.Ordinal));
            if (security.ValueKind == JsonValueKind.Array) security.GetArrayLength().ShouldBe(0);
        }
    }

    [Fact]
    public async Task Every_operation_answers_as_its_example_shows()
    {
        var bodies = (string id) => one.Operation(id).GetProperty("requestBody").GetProperty("content").EnumerateObject().First().Value;
        foreach (var example in bodies("postEvents").GetProperty("examples").EnumerateObject())
        {
            var value = example.Value.GetProperty("value");
            one.Schemas.Mistakes(bodies("postEvents").GetProperty("schema"), value).ShouldBeEmpty(example.Name);
            await one.Answers("postEvents", 202, "/events", value.GetRawText());
        }

        await one.Answers("postEvents", 202, "/events", """{"thingName":"door-3","connected":false,"attributes":{"site":"north"}}""");
        await one.Answers("postEvents", 400, "/events", """[{"thingName":"x","connected":"yes"}]""");
        await one.Answers("postEvents", 415, "/events", "x", "text/plain");
        await one.Answers("listDevices", 200, "/devices?status=grace&status=offline&limit=10&attribute=site:north");
        await one.Answers("listDevices", 400, "/devices?limit=0&status=away");
        await one.Answers("getDevice", 200, "/devices/door-3");
        await one.Answers("getDevice", 404, "/devices/stranger");
        await one.Answers("getDevice", 400, $"/devices/{new string('x', 129)}");
        await one.Answers("getHistory", 200, "/devices/door-3/history");
        await one.Answers("getHistory", 404, "/devices/stranger/history");
        await one.Answers("getWhy", 200, "/devices/door-3/why");
        await one.Answers("getAdvice", 200, "/devices/door-3/advice?grace=10m");
        await one.Answers("getAdvice", 400, "/devices/door-3/advice?grace=300");
        await one.Answers("getFleetAdvice", 200, "/fleet/advice");
        await one.Answers("getFleet", 200, "/fleet");
        await one.Answers("followFleet", 400, "/fleet/stream?watch=a%07&cursor=1&cursor=2");
        await one.Answers("getService", 200, "/service");
        foreach (var example in bodies("setPolicy").GetProperty("examples").EnumerateObject())
            await one.Answers("setPolicy", 200, "/devices/door-3/policy", example.Value.GetProperty("value").GetRawText());
        await one.Answers("setPolicy", 400, "/devices/door-3/policy", """{"grace":"0s","x":1}""");
        await one.Answers("setPolicy", 415, "/devices/door-3/policy", "x", "text/plain");
        await one.Answers("setPolicy", 413, "/devices/door-3/policy", new string(' ', 17_000));
        await one.Answers("getPolicy", 200, "/devices/door-3/policy");
        await one.Answers("deletePolicy", 204, "/devices/door-3/policy");
        var mute = bodies("setMute").GetProperty("examples").GetProperty("untilRecovered").GetProperty("value").GetRawText();
        await one.Answers("setMute", 201, "/mutes/doors", mute);
        await one.Answers("setMute", 200, "/mutes/doors", mute);
        await one.Answers("setMute", 400, "/mutes/doors", "{}");
        await one.Answers("setMute", 415, "/mutes/doors", "x", "text/plain");
        await one.Answers("getMute", 200, "/mutes/doors");
        await one.Answers("listMutes", 200, "/mutes");
        await one.Answers("endMute", 204, "/mutes/doors");
        await one.Answers("endMute", 404, "/mutes/doors");
        var lines = bodies("importThings").GetProperty("examples").GetProperty("lines").GetProperty("value").GetString()!;
        await one.Answers("importThings", 202, "/import", lines, "application/x-ndjson");
        await one.Answers("importThings", 400, "/import", "\u0007", "application/jsonl");
        await one.Answers("importThings", 415, "/import", lines, "text/plain");
        await one.Answers("getImport", 404, "/import/none");
        await one.Answers("testNotifications", 200, "/notifications/test");
        await one.Answers("getLiveness", 200, "/health/live");
        await one.Answers("getReadiness", 200, "/health/ready");
        await one.Answers("getDescription", 200, "/openapi/v1.json");
        await one.Answers("forgetDevice", 204, "/devices/door-3");
    }

    [Fact]
    public async Task The_stream_is_described_as_what_it_is()
    {
        using var response = await one.Silo.Http.GetAsync(
            "/fleet/stream?watch=x", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var type = response.Content.Headers.ContentType!.MediaType!;
        type.ShouldBe("text/event-stream");
        var example = one.Operation("followFleet").GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty(type)
            .GetProperty("example").GetString()!;
        example.ShouldEndWith("\n\n");
        var events = example.TrimEnd('\n').Split("\n\n").Select(text => text.Split('\n')).ToList();
        events.Select(lines => lines[0]).ShouldBe(["event: synced", "event: set"]);
        events[^1][^1].ShouldStartWith("id: ");
        var set = JsonDocument.Parse(events[1][1]["data: ".Length..]).RootElement;
        one.Schemas.Mistakes(one.Document.GetProperty("components").GetProperty("schemas").GetProperty("Device"), set).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_operation_names_a_parameter_that_it_does_not_know()
    {
        foreach (var (method, path, operation) in one.Operations)
        {
            var id = operation.GetProperty("operationId").GetString()!;
            if (id is "getLiveness" or "getReadiness" or "postEvents") continue;
            var answer = await one.Answers(id, 400, $"{path.Replace("{thingName}", "x").Replace("{id}", "x")}?nonsense=1");
            answer.GetProperty("errors").EnumerateArray().Single().GetProperty("parameter").GetString()
                .ShouldBe("nonsense", $"{method} {path}");
        }
    }

    /// <summary>A probe or a gateway that adds one must not take a silo out of service, or lose an event.</summary>
    [Fact]
    public async Task Health_checks_ignore_a_parameter() => await one.Answers("getLiveness", 200, "/health/live?from=probe");
}
