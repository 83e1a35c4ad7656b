using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using IoTOrleans.Testing.Processes;

namespace IoTOrleans.Streams;

/// <summary>A real silo, as many open streams as it takes, things that come and go, and one reader that never reads.</summary>
internal sealed class StreamsRun(StreamsOptions options, Process silo, int port, HttpClient http, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly long _began = time.GetTimestamp();

    public static async Task<int> Execute(StreamsOptions options, TimeProvider time)
    {
        var folder = Directory.CreateTempSubdirectory("streams-").FullName;
        var port = FreePort.Next();
        using var silo = Start(options, folder, port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
        try
        {
            return await new StreamsRun(options, silo, port, http, time).Measure();
        }
        finally
        {
            if (!silo.HasExited) silo.Kill(entireProcessTree: true);
            await silo.WaitForExitAsync();
            if (options.Keep) Console.WriteLine($"Log: {folder}");
            else Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(StreamsOptions options, string folder, int port)
    {
        var process = Process.Start(SiloProgram.In(folder, new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["Orleans__Endpoints__SiloPort"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            ["Storage__Provider"] = "Memory",
            ["Events__Mqtt__Listen__Port"] = "0",
            ["Events__Http__Enabled"] = "true",
            ["Presence__Grace"] = "1h",
            ["Kestrel__Limits__MaxConcurrentConnections"] = options.Streams.ToString(CultureInfo.InvariantCulture),
        }))!;
        var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(folder, "silo.log")) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<int> Measure()
    {
        await Until(async () => (await Get("/health/ready")) == 200, "the silo");
        Say($"{options.Things:N0} things connect, {options.Away:N0} go away");
        await Post(Enumerable.Range(0, options.Things), connected: true);
        await Post(Enumerable.Range(0, options.Away), connected: false);
        using (var first = new OpenStream(port, time))
        {
            var seen = first.Seek("event: tick");
            await first.Begin(reads: true);
            await seen.WaitAsync(Patience, time);
        }

        var before = Memory();
        Say($"{options.Streams:N0} streams begin; the silo has {before:N0} MB");
        var lazy = new OpenStream(port, time);
        await lazy.Begin(reads: false);
        var lazyBegan = time.GetTimestamp();
        var streams = Enumerable.Range(1, options.Streams - 1).Select(_ => new OpenStream(port, time)).ToList();
        var opened = time.GetTimestamp();
        var synced = streams.ConvertAll(stream => stream.Seek("event: synced"));
        await Parallel.ForEachAsync(streams, async (stream, _) => await stream.Begin(reads: true));
        await Task.WhenAll(synced).WaitAsync(Patience, time);
        var begun = time.GetElapsedTime(opened);
        var open = Memory();
        using var tooMany = new OpenStream(port, time);
        await tooMany.Begin(reads: true);
        await Until(() => Task.FromResult(tooMany.Answer is not null), "the answer to one too many");

        Say($"things come and go for {options.Seconds} s, 20 a second; the silo has {open:N0} MB");
        var (taken, asked, most, dropped) = (new List<TimeSpan>(), new List<TimeSpan>(), open, (TimeSpan?)null);
        var bytes = streams.Sum(stream => stream.Bytes);
        var busy = time.GetTimestamp();
        for (var round = 0; time.GetElapsedTime(busy).TotalSeconds < options.Seconds; round++)
        {
            var probe = $"probe-{round}";
            var seen = streams.ConvertAll(stream => stream.Seek($"\"thingName\":\"{probe}\""));
            var from = options.Away + (round * 20 % (options.Things - options.Away - 40));
            await Post(Enumerable.Range(from, 20), connected: false);
            await Post(Enumerable.Range(from, 20), connected: true);
            var posted = time.GetTimestamp();
            await Post([probe], connected: false);
            taken.AddRange((await Task.WhenAll(seen).WaitAsync(Patience, time)).Select(at => time.GetElapsedTime(posted, at)));
            var question = time.GetTimestamp();
            if (await Get("/fleet") == 200) asked.Add(time.GetElapsedTime(question));
            await Post([probe], connected: true);
            most = Math.Max(most, Memory());
            if (lazy.Closed) dropped ??= time.GetElapsedTime(lazyBegan);
            await Task.Delay(TimeSpan.FromSeconds(1), time);
        }

        bytes = streams.Sum(stream => stream.Bytes) - bytes;
        var seconds = time.GetElapsedTime(busy).TotalSeconds;
        await Until(() => Task.FromResult(lazy.Closed), "the one that never reads to be dropped");
        dropped ??= time.GetElapsedTime(lazyBegan);
        taken.Sort();
        asked.Sort();
        Row("measured", "figure");
        Row("---", "---");
        Row("memory before", $"{before:N0} MB");
        Row($"memory with {options.Streams:N0} streams", $"{open:N0} MB, {(open - before) * 1024.0 / options.Streams:N0} KB for each");
        Row("most memory while things come and go", $"{most:N0} MB, {(most - before) * 1024.0 / options.Streams:N0} KB for each");
        Row("peak of the process", silo.PeakMemory());
        Row("all streams synced after", $"{begun.TotalSeconds:N1} s");
        Row("one stream more", tooMany.Answer ?? "nothing");
        Row("a change is seen after (median, worst of all streams)",
            $"{Ms(taken[taken.Count / 2])}, {Ms(taken[^1])} ({taken.Count:N0} times)");
        Row("GET /fleet meanwhile (median, worst)", $"{Ms(asked[asked.Count / 2])}, {Ms(asked[^1])}");
        Row("bytes for each stream", $"{bytes / seconds / streams.Count / 1024:N1} KB/s");
        Row("the one that never reads is dropped after", $"{dropped.Value.TotalSeconds:N0} s");
        var good = streams.TrueForAll(stream => !stream.Closed && stream.Answer == "HTTP/1.1 200");
        Console.WriteLine(good ? "No other stream was closed." : "Other streams were closed as well.");
        foreach (var stream in streams) stream.Dispose();
        lazy.Dispose();
        return good ? 0 : 1;
    }

    private async Task Post(IEnumerable<object> things, bool connected)
    {
        foreach (var names in things.Select(thing => thing is int number ? $"thing-{number}" : $"{thing}").Chunk(500))
        {
            using var response = await http.PostAsJsonAsync("/events", names.Select(thingName => new { thingName, connected }));
            response.EnsureSuccessStatusCode();
        }
    }

    private Task Post(IEnumerable<int> things, bool connected) => Post(things.Cast<object>(), connected);

    private async Task<int> Get(string path)
    {
        try
        {
            using var response = await http.GetAsync(path);
            return (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    private async Task Until(Func<Task<bool>> condition, string what)
    {
        for (var began = time.GetTimestamp(); !await condition();)
        {
            if (silo.HasExited || time.GetElapsedTime(began) > Patience) throw new TimeoutException($"Waited in vain for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), time);
        }
    }

    /// <summary>What is in memory now, garbage included, in MB.</summary>
    private long Memory()
    {
        silo.Refresh();
        return silo.WorkingSet64 / 1024 / 1024;
    }

    private static string Ms(TimeSpan time) => $"{time.TotalMilliseconds:N0} ms";

    private static void Row(string what, string figure) => Console.WriteLine($"| {what} | {figure} |");

    private void Say(string text) => Console.WriteLine($"{time.GetElapsedTime(_began).TotalSeconds,6:N1} s  {text}");
}
