using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using IoTOrleans.Silo.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Description;

/// <summary>One silo, and what it says about itself.</summary>
public sealed class DescribedSilo : IAsyncLifetime
{
    internal const string ExternalUrl = "https://watch.example.net/iot/";

    internal SiloProcess Silo { get; private set; } = null!;

    internal string Text { get; private set; } = "";

    internal JsonElement Document { get; private set; }

    internal SchemaCheck Schemas { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Silo = await SiloProcess.Start(
            ("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:Port", "0"), ("Presence:Grace", "1h"), ("ExternalUrl", ExternalUrl));
        Text = await Silo.Http.GetStringAsync("/openapi/v1.json");
        Document = JsonDocument.Parse(Text).RootElement;
        Schemas = new(Document);
    }

    public ValueTask DisposeAsync() => Silo.DisposeAsync();

    internal IEnumerable<(string Method, string Path, JsonElement Operation)> Operations =>
        from path in Document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (operation.Name.ToUpperInvariant(), path.Name, operation.Value);

    internal JsonElement Operation(string id) =>
        Operations.Single(each => each.Operation.GetProperty("operationId").GetString() == id).Operation;

    /// <summary>
    /// Sends a request, and compares the answer with what the document says about this operation and status. Its example has the same
    /// fields: it fits the same schema, which leaves nothing open.
    /// </summary>
    internal async Task<JsonElement> Answers(
        string id, int status, string path, string? body = null, string contentType = "application/json")
    {
        var method = Operations.Single(each => each.Operation.GetProperty("operationId").GetString() == id).Method;
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, contentType);
        using var response = await Silo.Http.SendAsync(request, TestContext.Current.CancellationToken);
        ((int)response.StatusCode).ShouldBe(status, $"{method} {path}: {await response.Content.ReadAsStringAsync()}");
        var described = Schemas.Resolve(Operation(id).GetProperty("responses").GetProperty($"{status}"));
        if (!described.TryGetProperty("content", out var content))
        {
            (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty($"{method} {path}");
            return default;
        }

        var media = content.GetProperty(response.Content.Headers.ContentType!.MediaType!);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Schemas.Mistakes(media.GetProperty("schema"), answer).ShouldBeEmpty($"{method} {path} answered {answer}");
        return answer;
    }
}
