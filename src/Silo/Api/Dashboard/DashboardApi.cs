using IoTOrleans.Events;
using Orleans.Dashboard;
using Orleans.Runtime;

namespace IoTOrleans.Silo.Api.Dashboard;

/// <summary>
/// <c>/dashboard</c>: Orleans' own pages. By themselves they ask any grain that a request names, which brings that grain into memory, and
/// log what they cannot read. So what a request names is looked at first.
/// </summary>
internal static class DashboardApi
{
    private const string Prefix = "/dashboard";

    /// <summary>Longer than any address, method or file of the dashboard.</summary>
    private const int LongestName = 256;

    private const int LastPage = 1_000_000;

    /// <summary>The only grains whose state the dashboard can show.</summary>
    private const string Things = "IoTOrleans.Grains.Devices.DeviceGrain";

    /// <summary>Those whose last part names a silo.</summary>
    private static readonly string[] OfSilos = ["HistoricalStats", "SiloProperties", "SiloMetadata", "SiloStats", "SiloCounters"];

    /// <summary>The log is where this service writes it. A stream of it would quote to every reader what things send.</summary>
    public static void AddThingsDashboard(this ISiloBuilder silo) => silo.AddDashboard(options => options.HideTrace = true);

    public static RouteGroupBuilder MapDashboard(this IEndpointRouteBuilder routes)
    {
        var dashboard = routes.MapOrleansDashboard(routePrefix: Prefix);
        dashboard.AddEndpointFilter(async (invocation, next) =>
            await Refusal(invocation.HttpContext) ?? Readable(invocation.HttpContext, await next(invocation)));
        return dashboard;
    }

    /// <summary>
    /// The dashboard has no page for one grain, and gives its state as JSON within a JSON text. The fleet page links to that: who follows the
    /// link gets the JSON itself, which browsers show well. The dashboard's own script gets what it expects.
    /// </summary>
    private static object? Readable(HttpContext context, object? answer) =>
        answer is IValueHttpResult { Value: string state } && IsState(Page(context)) && WantsPage(context)
            ? TypedResults.Text(state, "application/json") : answer;

    private static bool WantsPage(HttpContext context) => context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    private static bool IsState(string page) => page.Equals("GrainState", StringComparison.OrdinalIgnoreCase);

    private static string Page(HttpContext context) =>
        context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1) ?? "";

    /// <returns>Null: all that the request names is known.</returns>
    private static async ValueTask<IResult?> Refusal(HttpContext context)
    {
        var names = context.Request.RouteValues.Values.Select(value => $"{value}").ToList();
        if (names.Exists(name => name.Length > LongestName || name.Any(char.IsControl)))
            return Problems.BadRequest("Not a name", $"A name in this path has control characters, or more than {LongestName} characters.");

        var services = context.RequestServices;
        var page = Page(context);
        if (OfSilos.Contains(page, StringComparer.OrdinalIgnoreCase))
            return OfSilo(names, services.GetRequiredService<ISiloStatusOracle>());
        if (page.Equals("Reminders", StringComparison.OrdinalIgnoreCase)) return OfPage(names);
        if (!IsState(page)) return null;
        return await OfThing(context.Request.Query, services.GetRequiredService<IKnownThings>(), context.RequestAborted);
    }

    /// <summary>In exactly the form that the dashboard itself uses: the grain behind it has the address as its key.</summary>
    private static IResult? OfSilo(List<string> names, ISiloStatusOracle silos) =>
        names is [var address] && silos.GetApproximateSiloStatuses().Keys.Any(silo => silo.ToParsableString() == address) ? null
            : Problems.BadRequest("Not a silo", "No silo of this cluster has this address. GET /dashboard/DashboardCounters lists them.");

    private static IResult? OfPage(List<string> names) =>
        names is [] || (int.TryParse(names[0], CultureInfo.InvariantCulture, out var page) && page is >= 1 and <= LastPage)
            ? null : Problems.BadRequest("Not a page", "Pages are counted from 1.");

    private static async ValueTask<IResult?> OfThing(IQueryCollection query, IKnownThings things, CancellationToken cancellationToken)
    {
        if (query["grainType"] is not [Things])
            return Problems.BadRequest("Not a grain with a state to show", $"Only things have one: say grainType={Things}, once.");
        if (query["grainId"] is not [{ } name]) return Problems.BadRequest("Not a thing name", "Say the thing name as grainId, once.");
        if (!ThingName.IsValid(name, out var why)) return Problems.BadThingName(why!);
        return await things.Knows(name, cancellationToken) ? null : Problems.NeverHeardOf(name);
    }
}
