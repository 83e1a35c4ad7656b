using System.Text;
using System.Text.RegularExpressions;
using IoTOrleans.Testing.Http;
using static IoTOrleans.Testing.Services.Demands;

namespace IoTOrleans.Testing.Services;

/// <summary>docs.ntfy.sh/publish/#publish-as-json and …/#limitations.</summary>
public static partial class NtfyService
{
    public static StubAnswer Answer(RecordedRequest request) =>
        Judge(request, StubAnswer.Json(200, """{"id":"hwQ2YpKdmg","event":"message"}"""), json =>
    {
        Demand(request.Path == "/", "JSON is published to the root, not to a topic");
        OnlyFields(json, "topic", "title", "message", "priority", "tags", "click");
        Demand(Topic().IsMatch(Text(json, "topic", 64)), "not a topic");
        Bytes(json, "title", 1024);
        Bytes(json, "message", 4096);
        Demand(json.GetProperty("priority").GetInt32() is >= 1 and <= 5, "priority is 1 to 5");
        Demand(json.GetProperty("tags").EnumerateArray().Sum(tag => Encoding.UTF8.GetByteCount(tag.GetString()!)) <= 512,
            "tags are at most 512 bytes");
        if (json.TryGetProperty("click", out var click)) Link(click.GetString()!);
    });

    [GeneratedRegex(@"\A[-_A-Za-z0-9]{1,64}\z")]
    private static partial Regex Topic();
}
