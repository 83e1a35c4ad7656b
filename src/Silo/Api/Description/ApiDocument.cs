using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace IoTOrleans.Silo.Api.Description;

/// <summary>Makes the document from the <see cref="Operation"/> of every route that has one.</summary>
internal sealed class ApiDocument(EndpointDataSource endpoints, JsonSerializerOptions json, SiloSettings settings)
{
    private const string Bearer = "bearer";
    private const string Basic = "basic";

    public Task Fill(OpenApiDocument document)
    {
        document.Info = DocumentTexts.Info;
        document.Servers = [new() { Url = settings.ExternalUrl?.AbsoluteUri.TrimEnd('/') ?? "/" }];
        document.Tags = Enum.GetValues<Topic>().Select(
            topic => new OpenApiTag { Name = topic.ToString(), Description = DocumentTexts.Of(topic) }).ToHashSet();
        document.Components = new()
        {
            Schemas = new Dictionary<string, IOpenApiSchema>(),
            SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Bearer] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http, Scheme = Bearer, Description = "`Authorization: Bearer <key>`.",
                },
                [Basic] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http, Scheme = Basic, Description = "For browsers: any user name, and the key as password.",
                },
            },
        };
        document.Security = [Needs(Bearer, document), Needs(Basic, document)];
        var schemas = new Schemas(document, json);
        document.Components.Responses = CommonAnswers.All.ToDictionary(
            common => common.Name, common => (IOpenApiResponse)Response(common.Answer, schemas));
        document.Paths = Paths(document, schemas);
        document.Components.Schemas = new SortedDictionary<string, IOpenApiSchema>(document.Components.Schemas, StringComparer.Ordinal);
        document.Workspace?.RegisterComponents(document);
        return Task.CompletedTask;
    }

    private static OpenApiSecurityRequirement Needs(string scheme, OpenApiDocument document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };

    private OpenApiPaths Paths(OpenApiDocument document, Schemas schemas)
    {
        var paths = new OpenApiPaths();
        var described = from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
            let operation = endpoint.Metadata.GetMetadata<Operation>()
            where operation is not null
            from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [HttpMethods.Get]
            select (Path: $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}", Method: new HttpMethod(method), Operation: operation);
        foreach (var path in described.GroupBy(each => each.Path).OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            var item = new OpenApiPathItem();
            foreach (var (_, method, operation) in path) item.AddOperation(method, Operation(operation, document, schemas));
            paths[path.Key] = item;
        }

        return paths;
    }

    private OpenApiOperation Operation(Operation operation, OpenApiDocument document, Schemas schemas)
    {
        var responses = new OpenApiResponses();
        var all = operation.Answers.Select(answer => (answer.Status, (IOpenApiResponse)Response(answer, schemas)))
            .Concat(CommonAnswers.For(operation).Select(
                common => (common.Answer.Status, (IOpenApiResponse)new OpenApiResponseReference(common.Name, document))));
        foreach (var (status, response) in all.OrderBy(each => each.Status)) responses[$"{status}"] = response;
        return new()
        {
            OperationId = operation.Id,
            Summary = operation.Summary,
            Description = operation.Description,
            Tags = new HashSet<OpenApiTagReference> { new(operation.Topic.ToString(), document) },
            Parameters = [.. Parameters(operation)],
            RequestBody = operation.Body is { } body ? Body(body, schemas) : null,
            Responses = responses,
            Security = operation.NeedsNoKey ? [] : null,
        };
    }

    private static IEnumerable<IOpenApiParameter> Parameters(Operation operation)
    {
        if (operation.Path is { } path)
        {
            yield return new OpenApiParameter
            {
                Name = path.Name, In = ParameterLocation.Path, Required = true, Description = path.Description, Example = path.Example,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }

        foreach (var parameter in operation.Query)
        {
            yield return new OpenApiParameter
            {
                Name = parameter.Name, In = ParameterLocation.Query, Description = parameter.Description,
                Example = parameter is { Most: > 1, Example: { } one } ? new JsonArray(one.DeepClone()) : parameter.Example?.DeepClone(),
                Schema = parameter.Most == 1 ? parameter.Schema
                    : new OpenApiSchema { Type = JsonSchemaType.Array, Items = parameter.Schema, MaxItems = parameter.Most },
            };
        }
    }

    private static OpenApiRequestBody Body(RequestBody body, Schemas schemas)
    {
        var schema = body.Types is [var only] ? schemas.Of(only)
            : new OpenApiSchema { AnyOf = [.. body.Types.Select(type => schemas.Of(type))] };
        if (body.MayBeMany)
            schema = new OpenApiSchema { AnyOf = [schema, new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema }] };
        var isText = body.Types is [var text] && text == typeof(string);
        return new()
        {
            Required = true,
            Description = body.Description,
            Content = body.ContentTypes.ToDictionary(type => type, _ => new OpenApiMediaType
            {
                Schema = schema,
                Examples = body.Examples.ToDictionary(
                    example => example.Name,
                    example => (IOpenApiExample)new OpenApiExample
                    {
                        Value = isText ? JsonValue.Create(example.Text) : JsonNode.Parse(example.Text),
                    }),
            }),
        };
    }

    private OpenApiResponse Response(Answer answer, Schemas schemas) => new()
    {
        Description = answer.Description,
        Headers = answer.Headers.Count == 0 ? null : answer.Headers.ToDictionary(
            header => header.Name,
            header => (IOpenApiHeader)new OpenApiHeader
            {
                Description = header.Description, Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            }),
        Content = answer.Type is not { } type ? null : new Dictionary<string, OpenApiMediaType>
        {
            [answer.ContentType] = new() { Schema = schemas.Of(type), Example = JsonSerializer.SerializeToNode(answer.Example, json) },
        },
    };
}
