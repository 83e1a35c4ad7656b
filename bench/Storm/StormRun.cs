using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Processes;

namespace IoTOrleans.Storm;

/// <summary>
/// A real silo, as users start it, many things that drop within a minute, and a receiver that takes down what it is told and when.
/// </summary>
internal sealed class StormRun(StormOptions options, Process silo, HttpClient http, TimeProvider time)
{
    private const int AtOnce = 500;

    private const int Senders = 4;

    /// <summary>After the last deadline; everything should be told long before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly List<Told> _told = [];
    private readonly long _began = time.GetTimestamp();
    private DateTimeOffset _firstDrop;

    public static async Task<int> Execute(StormOptions options, TimeProvider time)
    {
        var folder = Directory.CreateTempSubdirectory("storm-").FullName;
        StormRun? run = null;
        await using var receiver = await HttpStub.Start((request, _) =>
        {
            run!.Hear(request.Text);
            return Task.FromResult(new StubAnswer(204));
        });
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        using var silo = Start(options, folder, url, receiver.Address);
        using var http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(2) };
        try
        {
            run = new StormRun(options, silo, http, time);
            return await run.Measure();
        }
        finally
        {
            if (!silo.HasExited) silo.Kill(entireProcessTree: true);
            await silo.WaitForExitAsync();
            if (options.Keep) Console.WriteLine($"Log and data: {folder}");
            else Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(StormOptions options, string folder, string url, Uri receiver)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = url,
            ["Orleans__Endpoints__SiloPort"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            ["Storage__Provider"] = options.Provider,
            ["Events__Mqtt__Listen__Port"] = "0",
            ["Events__Http__Enabled"] = "true",
            ["Presence__Grace"] = $"{options.Grace}s",
            ["Presence__SettleTime"] = "1s",
            ["Notifications__Webhook__Url"] = receiver.ToString(),
        };
        if (options.Heap is not null) settings["DOTNET_GCHeapHardLimit"] = options.Heap;
        var process = Process.Start(SiloProgram.In(folder, settings))!;
        var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(folder, "silo.log")) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<int> Measure()
    {
        await Ready();
        Say($"{options.Things:N0} things connect");
        await Post(connected: true, _ => null);
        var connected = time.GetElapsedTime(_began);

        _firstDrop = time.GetUtcNow();
        Say($"they drop within {options.Spread} s; grace {options.Grace} s");
        await Post(connected: false, index => DropOf(index));
        var dropped = time.GetElapsedTime(_began) - connected;
        var firstDeadline = DropOf(0).AddSeconds(options.Grace);
        var lastDeadline = DropOf(options.Things - 1).AddSeconds(options.Grace);
        Say($"all drops are stored, {(firstDeadline - time.GetUtcNow()).TotalSeconds:0} s before the first deadline");

        while (time.GetUtcNow() < lastDeadline + Patience && !silo.HasExited && Counted() < options.Things)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), time);
            Say($"{Counted():N0} told, peak memory {silo.PeakMemory()}");
        }

        var known = await EveryoneKnows(lastDeadline + Patience);
        Print(connected, dropped, firstDeadline, lastDeadline, known);
        return !silo.HasExited && Counted() == options.Things && known is not null ? 0 : 1;
    }

    private DateTimeOffset DropOf(int index) => _firstDrop.AddSeconds((double)options.Spread * index / options.Things);

    private async Task Ready()
    {
        for (var patient = 0; patient < 300; patient++)
        {
            try
            {
                using var response = await http.GetAsync("/health/ready");
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), time);
        }

        throw new TimeoutException("The silo is not ready after a minute.");
    }

    /// <summary>In order, each batch not before its last event has happened.</summary>
    private async Task Post(bool connected, Func<int, DateTimeOffset?> at)
    {
        var (done, said) = (0, time.GetTimestamp());
        var batches = Enumerable.Range(0, (options.Things + AtOnce - 1) / AtOnce);
        await Parallel.ForEachAsync(batches, new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (batch, token) =>
        {
            var indices = Enumerable.Range(batch * AtOnce, Math.Min(AtOnce, options.Things - (batch * AtOnce))).ToList();
            if (at(indices[^1]) is { } last && last - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, token);
            var events = indices.Select(
                index => new { thingName = NameOf(index), connected, timestamp = Seconds(at(index) ?? time.GetUtcNow()) }).ToList();
            while (!silo.HasExited)
            {
                using var response = await Take(events);
                if (response is { IsSuccessStatusCode: true }) break;
                if (response is not null && (int)response.StatusCode is >= 400 and < 500 and not 429)
                    throw new InvalidOperationException(await response.Content.ReadAsStringAsync(token));
                await Task.Delay(TimeSpan.FromSeconds(1), time, token);
            }

            Interlocked.Add(ref done, indices.Count);
            lock (_told)
            {
                if (time.GetElapsedTime(said) < TimeSpan.FromSeconds(5)) return;
                said = time.GetTimestamp();
            }

            Say($"{done:N0}, peak memory {silo.PeakMemory()}");
        });
    }

    private async Task<HttpResponseMessage?> Take(object events)
    {
        try
        {
            return await http.PostAsJsonAsync("/events", events);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private void Hear(string body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var name = root.GetProperty("event").GetString()!;
        var count = root.TryGetProperty("count", out var members) ? members.GetInt32() : 1;
        var told = new Told(time.GetUtcNow(), name, root.TryGetProperty("incidentId", out var id) ? id.GetString() : null, count);
        lock (_told) _told.Add(told);
        if (told.Incident is not null) Say($"{name}: {count:N0}");
    }

    /// <summary>Those told singly, and the last count of each incident.</summary>
    private int Counted()
    {
        lock (_told)
        {
            return _told.Count(told => told.Event == "device.offline")
                + _told.Where(told => told.Incident is not null).GroupBy(told => told.Incident).Sum(incident => incident.Last().Count);
        }
    }

    /// <summary>When the last of a few hundred things knew that it was told.</summary>
    private async Task<DateTimeOffset?> EveryoneKnows(DateTimeOffset latest)
    {
        var sample = new Queue<string>(Enumerable.Range(0, Math.Min(200, options.Things))
            .Select(i => NameOf((int)((long)i * options.Things / Math.Min(200, options.Things)))));
        while (sample.Count > 0 && time.GetUtcNow() < latest && !silo.HasExited)
        {
            var status = await http.GetFromJsonAsync<JsonElement>($"/devices/{sample.Peek()}");
            if (status.GetProperty("notifiedAt").ValueKind != JsonValueKind.Null) sample.Dequeue();
            else await Task.Delay(TimeSpan.FromMilliseconds(200), time);
        }

        return sample.Count == 0 ? time.GetUtcNow() : null;
    }

    private void Print(
        TimeSpan connected, TimeSpan dropped, DateTimeOffset firstDeadline, DateTimeOffset lastDeadline, DateTimeOffset? known)
    {
        List<Told> told;
        lock (_told) told = [.. _told];
        var singles = told.Where(one => one.Event == "device.offline").ToList();
        var incidents = told.Where(one => one.Incident is not null).ToList();
        Console.WriteLine();
        Console.WriteLine(
            $"| {options.Things:N0} things, {options.Spread} s, "
                + $"{options.Provider}{(options.Heap is null ? "" : $", heap {options.Heap}")} | |");
        Console.WriteLine("|---|---|");
        Row("connected in", $"{connected.TotalSeconds:0} s");
        Row("drops stored in", $"{dropped.TotalSeconds:0} s");
        Row("told singly", $"{singles.Count}");
        if (incidents.Count > 0)
        {
            var first = incidents[0];
            var before = singles.Count(one => one.At <= first.At);
            var due = Enumerable.Range(0, options.Things).Count(index => DropOf(index).AddSeconds(options.Grace) <= first.At) - before;
            Row("first incident message after the first deadline", $"{(first.At - firstDeadline).TotalSeconds:0.0} s");
            Row("it counts", $"{first.Count:N0} of {due:N0} due when it arrived: {100.0 * first.Count / due:0.00} %");
            Row("incident messages",
                string.Join(", ", incidents.Select(one => $"{one.Count:N0} after {(one.At - firstDeadline).TotalSeconds:0} s")));
            var exact = Exact(told);
            Row("all counted, after the last deadline",
                exact is { } at ? $"{(at - lastDeadline).TotalSeconds:0.0} s" : $"never: {Counted():N0}");
        }

        Row("each of a sample knows that it was told, after the last deadline",
            known is { } late ? $"{(late - lastDeadline).TotalSeconds:0} s" : "no");
        Row("peak memory of the silo", silo.HasExited ? $"it died with {silo.ExitCode}" : silo.PeakMemory());
        Row("all together", $"{time.GetElapsedTime(_began).TotalSeconds:0} s");

        static void Row(string name, string value) => Console.WriteLine($"| {name} | {value} |");
    }

    private DateTimeOffset? Exact(List<Told> told)
    {
        for (var i = 1; i <= told.Count; i++)
        {
            var soFar = told[..i];
            var counted = soFar.Count(one => one.Event == "device.offline")
                + soFar.Where(one => one.Incident is not null).GroupBy(one => one.Incident).Sum(incident => incident.Last().Count);
            if (counted == options.Things) return told[i - 1].At;
        }

        return null;
    }

    private void Say(string what) => Console.WriteLine($"{time.GetElapsedTime(_began).TotalSeconds,7:0.0} s  {what}");

    private static string NameOf(int index) => $"thing-{index:D7}";

    private static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;

    private sealed record Told(DateTimeOffset At, string Event, string? Incident, int Count);
}
