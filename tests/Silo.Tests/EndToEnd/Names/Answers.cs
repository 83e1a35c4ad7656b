using System.Net.Http.Json;
using System.Text.Json;

namespace IoTOrleans.Silo.Tests.EndToEnd.Names;

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
