using System.Net.Http.Headers;
using System.Net.Http.Json;
using IoTOrleans.Silo.Api.Importing;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary>
/// Once the service has the list, it goes on whatever becomes of this program. This program waits if the service is gone for a while.
/// </summary>
internal sealed class ImportClient(HttpClient http, ImportProgress progress, TimeProvider time)
{
    internal static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(0.5);

    /// <summary>For a service that is started again.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <returns>The exit status, and what to say.</returns>
    public async Task<(int Status, string Line)> Import(Stream names)
    {
        try
        {
            using var sent = await Send(names);
            if (sent.StatusCode != HttpStatusCode.Accepted) return (Startup.Failed, await Refusal(sent));
            return await Follow(sent.Headers.Location!);
        }
        catch (HttpRequestException exception)
        {
            var said = $"{http.BaseAddress}: {exception.Message}";
            return (Startup.Failed, exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                ? $"{said} Nothing is imported. Is the service running there? Say another address with --url."
                : $"{said} The import may have begun. Send the list again: that does no harm.");
        }
        catch (JsonException)
        {
            return (Startup.Failed, $"{http.BaseAddress}: the answer is not one of this service. Say another address with --url.");
        }
    }

    /// <summary>All of it is read first: a list that comes slowly would be taken for a client that hangs.</summary>
    private async Task<HttpResponseMessage> Send(Stream names)
    {
        using var all = new MemoryStream();
        await names.CopyToAsync(all);
        using var content = new ReadOnlyMemoryContent(all.GetBuffer().AsMemory(0, (int)all.Length));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var request = new HttpRequestMessage(HttpMethod.Post, "import") { Content = content };

        // Without the right key, the service answers before it has the list.
        request.Headers.ExpectContinue = true;
        return await http.SendAsync(request);
    }

    private async Task<(int Status, string Line)> Follow(Uri location)
    {
        var heard = time.GetTimestamp();
        while (true)
        {
            try
            {
                using var limit = new CancellationTokenSource(AnswerWithin, time);
                using var answer = await http.GetAsync(location.OriginalString.TrimStart('/'), limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    var status = (await answer.Content.ReadFromJsonAsync<ImportStatus>(Json))!;
                    progress.Show(status);
                    if (status.State == ImportStatus.Done) return (0, ImportProgress.Summary(status));
                    heard = time.GetTimestamp();
                }
                else if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    progress.End();
                    return (Startup.Failed, await Refusal(answer));
                }
                else progress.Wait();
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                progress.Wait();
            }

            if (time.GetElapsedTime(heard) > Patience)
            {
                progress.End();
                return (Startup.Failed, $"The service has not answered for {Duration.Write(Patience)}. "
                    + $"It goes on when it runs again: GET {location.OriginalString} says how far it is.");
            }

            await Task.Delay(AskEvery, time);
        }
    }

    /// <summary>What the service says, and each line that it refuses.</summary>
    private static async Task<string> Refusal(HttpResponseMessage answer)
    {
        var status = $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
        try
        {
            var problem = await answer.Content.ReadFromJsonAsync<Problem>(Json);
            var lines = problem?.Errors?.Select(error => $"line {error.Line}: {error.Detail}") ?? [];
            return string.Join(Environment.NewLine, [problem?.Detail ?? status, .. lines]);
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException or InvalidOperationException)
        {
            return $"{answer.RequestMessage?.RequestUri}: {status}: is that this service?";
        }
    }

    private sealed record Problem(string? Detail, IReadOnlyList<LineError>? Errors);
}
