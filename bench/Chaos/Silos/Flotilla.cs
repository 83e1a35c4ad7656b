using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IoTOrleans.Chaos.Display;

namespace IoTOrleans.Chaos.Silos;

/// <summary>All silos of the run.</summary>
internal sealed class Flotilla(IReadOnlyList<SupervisedSilo> silos) : IAsyncDisposable
{
    public IReadOnlyList<SupervisedSilo> All => silos;

    public SupervisedSilo this[int index] => silos[index];

    public int Up => silos.Count(silo => silo.State == SiloState.Up);

    public int DiedByThemselves => silos.Sum(silo => silo.DiedByItself);

    public static async Task<Flotilla> Start(
        int count, string folder, IReadOnlyDictionary<string, string> settings, Screen screen, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var flotilla = new Flotilla(
            [.. Enumerable.Range(1, count).Select(number => new SupervisedSilo(number, folder, settings, screen, time))]);
        try
        {
            foreach (var silo in flotilla.All)
            {
                // One after the other: the first makes the tables.
                silo.Start();
                await silo.IsUp(cancellationToken).WaitAsync(TimeSpan.FromMinutes(2), time, cancellationToken);
            }

            return flotilla;
        }
        catch
        {
            await flotilla.DisposeAsync();
            throw;
        }
    }

    public Task AreUp(CancellationToken cancellationToken) => Task.WhenAll(silos.Select(silo => silo.IsUp(cancellationToken)));

    /// <summary>What a person would be shown of the thing; null: unknown to the service, "?": nobody could say.</summary>
    public async Task<string?> Status(string thing, CancellationToken cancellationToken)
    {
        foreach (var silo in silos.Where(silo => silo.State == SiloState.Up))
        {
            try
            {
                using var response = await silo.Http.GetAsync($"/devices/{thing}", cancellationToken);
                if (response.StatusCode == HttpStatusCode.NotFound) return null;
                if (response.IsSuccessStatusCode)
                    return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("status").GetString();
            }
            catch (Exception exception) when (
                exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Ask the next one.
            }
        }

        return "?";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in silos) await silo.DisposeAsync();
    }
}
