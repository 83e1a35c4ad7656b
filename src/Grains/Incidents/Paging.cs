using System.Buffers.Text;
using System.Collections.Immutable;

namespace IoTOrleans.Grains.Incidents;

/// <param name="Number">From 0.</param>
internal sealed record PageWrite(string Id, int Number, MemberPage Page);

/// <summary>
/// Where the hashes of those that are counted go: a few into the state itself, more into pages of their own. A page is written as soon as
/// it is full, so that no call waits for more than one of them, however large the incident is.
/// </summary>
internal static class Paging
{
    /// <summary>Writes a page if there is enough for one.</summary>
    public static (IncidentState State, IReadOnlyList<PageWrite> Pages) Gather(IncidentState state, string incidentId, IncidentTerms terms)
    {
        var waiting = state.WaitingFor(incidentId);
        return waiting.UnpagedCount < terms.PageSize ? (state, []) : Page(state, incidentId, waiting);
    }

    /// <summary>All who wait become the batch's.</summary>
    public static (IncidentState State, IncidentBatch Batch, IReadOnlyList<PageWrite> Pages) Seal(
        IncidentState state, string incidentId, IncidentBatch batch, IncidentTerms terms)
    {
        var waiting = state.WaitingFor(incidentId);
        var room = terms.MostInState - state.Stored.Incidents.SelectMany(incident => incident.Batches)
            .Sum(other => Hashes.Count(other.Hashes));
        if (waiting.Pages is null && waiting.All.Count <= room) return (state, batch with { Hashes = Hashes.Pack(waiting.All) }, []);

        IReadOnlyList<PageWrite> pages = [];
        if (waiting.UnpagedCount > 0) (state, pages) = Page(state, incidentId, waiting);
        waiting = state.WaitingFor(incidentId);
        var all = waiting.All.ToArray();
        Array.Sort(all);
        state = state with
        {
            Pages = state.Pages.SetItem(waiting.Pages!, all),
            Stored = state.Stored with { LoosePages = [.. state.Stored.LoosePages.Where(id => id != waiting.Pages)] },
        };
        return (state, batch with { Pages = waiting.Pages, PageCount = waiting.PageCount }, pages);
    }

    /// <summary>What has to be stored before these pages are: what nobody knows of, nobody deletes. null: nothing.</summary>
    public static DispatchState? Announce(DispatchState stored, IReadOnlyList<PageWrite> pages)
    {
        var unknown = pages.Select(page => page.Id).Except(stored.LoosePages).ToList();
        return unknown.Count == 0 ? null : stored with { LoosePages = [.. stored.LoosePages, .. unknown] };
    }

    /// <summary>Once it is stored that nobody needs them: deletes pages.</summary>
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

    public static IncidentDecision Deleted(IncidentState state, string id) => IncidentDecision.Nothing(
        state with
        {
            Deleting = state.Deleting.Remove(id),
            Stored = state.Stored with { LoosePages = [.. state.Stored.LoosePages.Where(other => other != id)] },
        });

    private static (IncidentState State, IReadOnlyList<PageWrite> Pages) Page(IncidentState state, string incidentId, Waiting waiting)
    {
        // New for each activation: of a page of this id nobody else has ever written anything.
        var id = waiting.Pages ?? Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
        var page = new PageWrite(id, waiting.PageCount, new MemberPage { Hashes = Hashes.PackPage(waiting.Unpaged) });
        if (waiting.Pages is null) state = state with { Stored = state.Stored with { LoosePages = [.. state.Stored.LoosePages, id] } };
        return (
            state.With(incidentId, waiting with { Pages = id, PageCount = waiting.PageCount + 1, Unpaged = [], UnpagedCount = 0 }), [page]);
    }
}
