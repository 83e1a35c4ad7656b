using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Names;

/// <summary>A silo that takes few things; one is there from the start.</summary>
public sealed class NarrowSilo : IAsyncLifetime
{
    internal const int Most = 40;

    internal const string Known = "known-1";

    internal SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Silo = await SiloProcess.Start(
            ("Presence:Grace", "1h"), ("Storage:Provider", "Memory"), ("Things:Most", $"{Most}"), ("Verify:With", "none"));
        await Silo.PostUntilTaken(new { thingName = Known, connected = true });
    }

    public ValueTask DisposeAsync() => Silo.DisposeAsync();
}

internal static class Answers
{
    /// <summary>The detail of problem details with this status.</summary>
    public static async Task<string> Problem(this HttpResponseMessage response, int status)
    {
        var body = await response.Content.ReadAsStringAsync();
        if ((int)response.StatusCode != status || response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            throw new Xunit.Sdk.XunitException($"{status} expected, but there is {(int)response.StatusCode}: {body}");
        return JsonElement.Parse(body).GetProperty("detail").GetString()!;
    }

    public static Task<JsonElement> Json(this SiloProcess silo, string path) => silo.Http.GetFromJsonAsync<JsonElement>(path);
}
