using System.Buffers.Text;
using System.Collections.Immutable;

namespace IoTOrleans.Grains.Incidents;

internal sealed record PageWrite(string Id, int Number, MemberPage Page);

/// <summary>A few hashes go into the state, more into pages. A full page is written at once, so that no call has to write many.</summary>
internal static class Paging
{
    /// <summary>Writes a page if there is enough for one.</summary>
    public static (IncidentState State, IReadOnlyList<PageWrite> Pages) Gather(IncidentState state, string incidentId, IncidentTerms terms)
    {
        var waiting = state.WaitingFor(incidentId);
        return waiting.UnpagedCount < terms.PageSize ? (state, []) : Page(state, incidentId, waiting);
    }

    /// <summary>Moves all uncounted members into the batch.</summary>
    public static (IncidentState State, IncidentBatch Batch, IReadOnlyList<PageWrite> Pages) Seal(
        IncidentState state, string incidentId, IncidentBatch batch, IncidentTerms terms)
    {
        var waiting = state.WaitingFor(incidentId);
        var stored = state.Stored.Incidents.SelectMany(incident => incident.Batches).Sum(other => Hashes.Count(other.Hashes));
        if (waiting.Pages is null && waiting.All.Count + stored <= terms.MostInState)
            return (state, batch with { Hashes = Hashes.Pack(waiting.All) }, []);

        IReadOnlyList<PageWrite> pages = [];
        if (waiting.UnpagedCount > 0) (state, pages) = Page(state, incidentId, waiting);
        waiting = state.WaitingFor(incidentId);
        state = WithoutLoose(state, waiting.Pages!) with { Pages = state.Pages.SetItem(waiting.Pages!, [.. waiting.All.Order()]) };
        return (state, batch with { Pages = waiting.Pages, PageCount = waiting.PageCount }, pages);
    }

    /// <summary>Stored before these pages, so that somebody can delete them; null: all are known.</summary>
    public static DispatchState? Announce(DispatchState stored, IReadOnlyList<PageWrite> pages)
    {
        var unknown = pages.Select(page => page.Id).Except(stored.LoosePages).ToList();
        return unknown.Count == 0 ? null : stored with { LoosePages = [.. stored.LoosePages, .. unknown] };
    }

    /// <summary>Deletes pages that are not needed any more, once that is stored.</summary>
    public static IncidentDecision Delete(IncidentDecision decision)
    {
        var state = decision.State;
        var gathered = state.Waiting.Values.Select(waiting => waiting.Pages).OfType<string>().ToHashSet();
        var ids = state.Stored.LoosePages.Where(id => !gathered.Contains(id) && !state.Deleting.Contains(id)).ToList();
        if (ids.Count == 0) return decision;
        return decision with
        {
            State = state with { Deleting = state.Deleting.Union(ids), Pages = state.Pages.RemoveRange(ids) },
            Effects = [.. decision.Effects, .. ids.Select(id => new IncidentEffect.DeletePages(id))],
        };
    }

    public static IncidentDecision Deleted(IncidentState state, string id) =>
        IncidentDecision.Nothing(WithoutLoose(state, id) with { Deleting = state.Deleting.Remove(id) });

    private static IncidentState WithoutLoose(IncidentState state, string id) => state with
    {
        Stored = state.Stored with { LoosePages = [.. state.Stored.LoosePages.Where(other => other != id)] },
    };

    private static (IncidentState State, IReadOnlyList<PageWrite> Pages) Page(
        IncidentState state, string incidentId, UncountedMembers waiting)
    {
        // New for each activation, so that no other one writes pages of this ID.
        var id = waiting.Pages ?? Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
        var page = new PageWrite(id, waiting.PageCount, new MemberPage { Hashes = Hashes.PackPage(waiting.Unpaged) });
        if (waiting.Pages is null) state = state with { Stored = state.Stored with { LoosePages = [.. state.Stored.LoosePages, id] } };
        return (
            state.With(incidentId, waiting with { Pages = id, PageCount = waiting.PageCount + 1, Unpaged = [], UnpagedCount = 0 }), [page]);
    }
}
