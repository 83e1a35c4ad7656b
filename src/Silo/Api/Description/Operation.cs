namespace IoTOrleans.Silo.Api.Description;

/// <summary>
/// What an endpoint takes and answers: metadata of its route. <see cref="ApiDocument"/> publishes it, and <see cref="QueryCheck"/> holds
/// requests to it, so the description cannot be wrong about a query.
/// </summary>
/// <param name="Id">The operationId: code generators make method names of it, so it stays as it is.</param>
internal sealed record Operation(string Id, Topic Topic, string Summary)
{
    public string? Description { get; init; }

    public PathParameter? Path { get; init; }

    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    public RequestBody? Body { get; init; }

    /// <summary>Those of this operation only; <see cref="CommonAnswers"/> come to it.</summary>
    public required IReadOnlyList<Answer> Answers { get; init; }

    /// <summary>Load balancers ask without a key.</summary>
    public bool NeedsNoKey { get; init; }

    /// <summary>Where a refusal does more harm than a parameter that means nothing: an event is lost, or a silo is taken out of service.</summary>
    public bool TakesAnyQuery { get; init; }
}

internal sealed record PathParameter(string Name, string Description, string Example)
{
    public static PathParameter ThingName { get; } = new(
        "thingName",
        "The thing name, percent-encoded: `site/1` is `site%2F1`. 1 to 128 Unicode code points, at most 384 bytes, no control characters.",
        "rpi-1");
}

/// <param name="Types">What the body may be, as its schema says; several: any of them.</param>
/// <param name="Examples">JSON, or plain text if the body is a text; each with its name.</param>
internal sealed record RequestBody(
    IReadOnlyList<string> ContentTypes, string Description, IReadOnlyList<Type> Types, IReadOnlyList<(string Name, string Text)> Examples)
{
    /// <summary>It may also be an array of them.</summary>
    public bool MayBeMany { get; init; }
}

/// <summary>One status of an operation, with an example that the service's own serializer writes.</summary>
internal sealed record Answer(int Status, string Description)
{
    public string ContentType { get; init; } = "application/json";

    /// <summary>Null: no body.</summary>
    public Type? Type { get; init; }

    public object? Example { get; init; }

    public IReadOnlyList<(string Name, string Description)> Headers { get; init; } = [];

    public static Answer Of<T>(int status, string description, T example)
        where T : notnull => new(status, description) { Type = typeof(T), Example = example };

    /// <param name="problem">What the code answers, so that the example has its words.</param>
    public static Answer Problem(IResult problem, string description)
    {
        var details = ((Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult)problem).ProblemDetails;
        details.Extensions["traceId"] = "00-d6f30732e7e6c2fcafa14e1ff58913a0-2150c898eab257b7-00";
        return new(details.Status!.Value, description)
        {
            ContentType = "application/problem+json", Type = typeof(Problem), Example = details,
        };
    }
}

/// <summary>A group of operations.</summary>
internal enum Topic
{
    Devices,
    Fleet,
    Policies,
    Mutes,
    Events,
    Imports,
    Notifications,
    Service,
}

internal static class OperationMetadata
{
    /// <summary>Says what this endpoint takes and answers.</summary>
    public static TBuilder As<TBuilder>(this TBuilder route, Operation operation)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(operation);
}
