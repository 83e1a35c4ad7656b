using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Notifications.Tests;

/// <summary>
/// Payloads as files, each field traced to its documentation in docs/destinations.md. <c>UPDATE_GOLDEN=true</c> writes them anew, and
/// then a person reads the difference.
/// </summary>
internal static class Recorded
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task ShouldBe(this RecordedRequest request, string kind, string name) => ShouldBe(request.Text, kind, name);

    public static async Task ShouldBe(string json, string kind, string name)
    {
        var cancel = TestContext.Current.CancellationToken;
        var file = Path.Combine(RepositoryRoot.Path, "tests", "Notifications.Tests", kind, "Recorded", $"{name}.json");
        var written = JsonNode.Parse(json)!.ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "true") await File.WriteAllTextAsync(file, written, cancel);
        written.ShouldBe(await File.ReadAllTextAsync(file, cancel));
    }
}
