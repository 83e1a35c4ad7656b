using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>Answers a query from the cheapest source that knows all the things that can match.</summary>
internal sealed class ThingList(NamedThings named, ThingsWithReminder withReminder, ThingsInCatalogue inCatalogue)
{
    /// <exception cref="CursorException">The cursor is not one of this query.</exception>
    public async Task<ThingPage> Page(ThingQuery query, string? cursor, CancellationToken cancellationToken)
    {
        IThingSource source = query switch
        {
            { ThingNames.Count: > 0 } => named,
            { IsInReminderTable: true } => withReminder,
            _ => inCatalogue,
        };
        var position = cursor is null ? null : ThingCursor.Read(source.Name, query, cursor);
        var page = await source.Page(query, position, cancellationToken);
        return page.NextCursor is { } next ? page with { NextCursor = ThingCursor.Write(source.Name, query, next) } : page;
    }
}
