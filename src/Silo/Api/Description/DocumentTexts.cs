using IoTOrleans.Silo.Hosting.Commands;
using Microsoft.OpenApi;

namespace IoTOrleans.Silo.Api.Description;

/// <summary>The words of the document that belong to no operation.</summary>
internal static class DocumentTexts
{
    public static OpenApiInfo Info => new()
    {
        Title = "IoTOrleans",
        Version = Usage.Version,
        Summary = "Which devices are away, since when, and who was notified.",
        Description = "Times are RFC 3339 in UTC. Durations are texts like `30s`, `5m`, `1h30m`, `1d`. A field that has no value is null. "
            + "Errors are problem details (RFC 9457) that name the cause and the remedy, all mistakes at once. Ignore fields that you do "
            + "not know: later versions may add some. As long as no key is set, none is needed.",
        License = new() { Name = "MIT", Identifier = "MIT" },
    };

    public static string Of(Topic topic) => topic switch
    {
        Topic.Devices => "Things: their status, their history, and why people were notified or not.",
        Topic.Fleet => "All things together.",
        Topic.Policies => "Grace and the other values in effect for a thing.",
        Topic.Mutes => "Things that nobody is to be notified of for a while.",
        Topic.Events => "Where events come in.",
        Topic.Imports => "Lists of things that the service asks about.",
        Topic.Notifications => "Where notifications go out.",
        Topic.Service => "The service itself.",
        _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, "It has no description."),
    };
}
