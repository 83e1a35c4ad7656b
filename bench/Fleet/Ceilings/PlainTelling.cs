using System.Net.Http.Json;

namespace IoTOrleans.Fleet.Ceilings;

/// <summary>Reads all that is stored, marks each as told, and says how many.</summary>
internal static class PlainTelling
{
    public static async Task Tell(PlainSqlite store, Uri receiver)
    {
        var due = store.ReadAll();
        await Task.WhenAll(due.Select(one => store.Write(one.Key, "{\"connected\":false,\"told\":true}"u8.ToArray())));
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(receiver, new { @event = "fleet.outage", incidentId = "1", count = due.Count });
        answer.EnsureSuccessStatusCode();
    }
}
