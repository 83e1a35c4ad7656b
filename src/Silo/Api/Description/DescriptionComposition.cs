using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;

namespace IoTOrleans.Silo.Api.Description;

/// <summary><c>/openapi/v1.json</c></summary>
internal static class DescriptionComposition
{
    private static readonly Operation Document = new("getDescription", Topic.Service, "This document")
    {
        Answers = [Answer.Of(200, "OpenAPI 3.1.", new JsonObject { ["openapi"] = "3.1.1" })],
    };

    public static void AddDescription(this IServiceCollection services, SiloSettings settings) => services.AddOpenApi("v1", options =>
    {
        // Routes are described by their Operation alone: of a handler that answers an IResult, the package knows nothing.
        options.ShouldInclude = _ => false;
        options.AddDocumentTransformer((document, context, _) => new ApiDocument(
            context.ApplicationServices.GetRequiredService<EndpointDataSource>(),
            context.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions, settings).Fill(document));
    });

    public static void MapDescription(this IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/v1.json").As(Document);
}
