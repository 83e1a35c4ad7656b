using System.Collections.Concurrent;
using IoTOrleans.Testing.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace IoTOrleans.Testing.Services;

/// <summary>What a service for signs of life understood: whether all is well, and what else was said.</summary>
public sealed record SignOfLife(bool IsWell, string Said);

/// <summary>A service that expects signs of life, and answers as its documentation says.</summary>
public abstract class HeartbeatService
{
    private readonly ConcurrentQueue<SignOfLife> _signs = new();

    public IReadOnlyList<SignOfLife> Signs => [.. _signs];

    public abstract StubAnswer Answer(RecordedRequest request);

    protected StubAnswer Take(bool isWell, string said, StubAnswer answer)
    {
        _signs.Enqueue(new(isWell, said));
        return answer;
    }

    protected static bool IsOneOf(RecordedRequest request, params string[] methods) => methods.Contains(request.Method);
}

/// <summary>healthchecks.io/docs/http_api: HEAD, GET or POST; <c>/fail</c>; a body is kept; more than 5 a minute are not.</summary>
public sealed class HealthchecksService(string uuid, TimeProvider time) : HeartbeatService
{
    private readonly ConcurrentQueue<DateTimeOffset> _lately = new();

    public override StubAnswer Answer(RecordedRequest request)
    {
        if (!IsOneOf(request, "HEAD", "GET", "POST")) return new(405);
        if (request.Path != $"/{uuid}" && request.Path != $"/{uuid}/fail") return new(404, "not found");
        while (_lately.TryPeek(out var oldest) && oldest <= time.GetUtcNow() - TimeSpan.FromMinutes(1)) _lately.TryDequeue(out _);
        if (_lately.Count >= 5) return new(429, "rate limited");
        _lately.Enqueue(time.GetUtcNow());
        return Take(request.Path == $"/{uuid}", request.Method == "POST" ? request.Text : "", new(200, "OK"));
    }
}

/// <summary>Uptime Kuma, monitor type "Push": any method, everything in the query.</summary>
public sealed class UptimeKumaService(string token) : HeartbeatService
{
    public override StubAnswer Answer(RecordedRequest request)
    {
        if (request.Path != $"/api/push/{token}")
            return StubAnswer.Json(404, """{"ok":false,"msg":"Monitor not found or not active."}""");
        var query = QueryHelpers.ParseQuery(request.Query);
        var status = query.TryGetValue("status", out var given) ? given.ToString() : "up";
        var said = query.TryGetValue("msg", out var message) ? message.ToString() : "OK";
        return Take(status == "up", said, StubAnswer.Json(200, """{"ok":true}"""));
    }
}

/// <summary>Gatus, external endpoint: POST only, with the endpoint's own token.</summary>
public sealed class GatusService(string key, string token) : HeartbeatService
{
    public override StubAnswer Answer(RecordedRequest request)
    {
        if (!IsOneOf(request, "POST")) return new(405, "Method Not Allowed");
        var query = QueryHelpers.ParseQuery(request.Query);
        if (!query.TryGetValue("success", out var success) || success.ToString() is not ("true" or "false"))
            return new(400, "missing or invalid success query parameter");
        if (!request.Headers.TryGetValue("Authorization", out var who) || !who.StartsWith("Bearer ", StringComparison.Ordinal))
            return new(401, "invalid Authorization header");
        if (request.Path != $"/api/v1/endpoints/{key}/external") return new(404, "not found");
        if (who["Bearer ".Length..] != token) return new(401, "invalid token");
        return Take(success == "true", query.TryGetValue("error", out var error) ? error.ToString() : "", new(200));
    }
}

/// <summary>betterstack.com/docs/uptime/cron-and-heartbeat-monitor: HEAD, GET or POST; <c>/fail</c>; a body is kept.</summary>
public sealed class BetterStackService(string token) : HeartbeatService
{
    public override StubAnswer Answer(RecordedRequest request)
    {
        if (!IsOneOf(request, "HEAD", "GET", "POST")) return new(405);
        if (request.Path != $"/api/v1/heartbeat/{token}" && request.Path != $"/api/v1/heartbeat/{token}/fail") return new(404);
        return Take(request.Path == $"/api/v1/heartbeat/{token}", request.Method == "POST" ? request.Text : "", new(200));
    }
}
