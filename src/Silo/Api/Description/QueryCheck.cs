using Microsoft.Extensions.Primitives;

namespace IoTOrleans.Silo.Api.Description;

/// <param name="Parameter">Its name; as it was sent if it is not known.</param>
internal sealed record QueryMistake(string Parameter, string Detail);

/// <summary>
/// Refuses a query that does not fit the <see cref="Operation"/> of its endpoint, with all mistakes at once. A parameter that is not known
/// is a mistake: <c>?stauts=offline</c> would list everything.
/// </summary>
internal static class QueryCheck
{
    /// <summary>More would make no answer clearer.</summary>
    private const int LongestShown = 64;

    /// <summary>
    /// Behind the key: who has none learns nothing about parameters. Pages for people have no operation, and ignore what they do not know.
    /// </summary>
    public static Task Admit(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.QueryString.HasValue || context.GetEndpoint()?.Metadata.GetMetadata<Operation>() is not { TakesAnyQuery: false } operation)
            return next(context);
        var mistakes = Mistakes(operation, context.Request.Query, $"{context.Request.Method} {Route(context)}");
        return mistakes.Count == 0 ? next(context) : Problems.BadQuery([.. mistakes]).ExecuteAsync(context);
    }

    internal static List<QueryMistake> Mistakes(
        Operation operation, IEnumerable<KeyValuePair<string, StringValues>> query, string endpoint)
    {
        var mistakes = new List<QueryMistake>();
        foreach (var (name, sent) in query)
        {
            if (operation.Query.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } parameter)
                mistakes.AddRange(Mistakes(parameter, sent).Select(detail => new QueryMistake(parameter.Name, detail)));
            else
                mistakes.Add(new(Shown(name), Unknown(name, operation, endpoint)));
        }

        return mistakes;
    }

    /// <summary>An empty value counts as left out.</summary>
    private static IEnumerable<string> Mistakes(QueryParameter parameter, StringValues sent)
    {
        var values = sent.Where(value => !string.IsNullOrEmpty(value)).Distinct(StringComparer.Ordinal).ToList();
        if (values.Count > parameter.Most)
        {
            return
            [
                parameter.Most == 1 ? $"{parameter.Name} is there {values.Count} times: say it once."
                    : $"{parameter.Name} is there {values.Count} times: at most {parameter.Most} at once.",
            ];
        }

        return values.Select(value => parameter.Check(value!)).OfType<string>();
    }

    private static string Unknown(string name, Operation operation, string endpoint)
    {
        if (operation.Query.Count == 0) return $"{Shown(name)} is not known: {endpoint} takes no query parameters.";
        var near = operation.Query.FirstOrDefault(known => Likeness.IsLike(name, known.Name)) is { } likely
            ? $" Did you mean {likely.Name}?" : "";
        var all = string.Join(", ", operation.Query.Select(known => known.Name));
        return $"{Shown(name)} is no parameter of {endpoint}.{near} There are: {all}.";
    }

    private static string Shown(string name) => name.Length switch
    {
        0 => "A name that is empty",
        <= LongestShown => name,
        _ => $"{name[..LongestShown]}…",
    };

    private static string? Route(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
}
