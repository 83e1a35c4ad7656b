using System.Security.Claims;
using System.Text.Encodings.Web;
using IoTOrleans.Events.Machine;
using Microsoft.AspNetCore.Authentication;

namespace IoTOrleans.Silo.Api.Access;

/// <summary>
/// A key in the Authorization header, or the user that a trusted proxy names. The proxy goes first: some pass on an Authorization header
/// that is meant for themselves. From anybody else the proxy's header means nothing.
/// </summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AuthSettings auth, KeyRing keys,
    FailedTries failed)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    internal const string SchemeName = "Key";

    private const string Remedy = "Send Authorization: Bearer <key>, or HTTP Basic with the key as password. The keys are the settings "
        + "Auth:ApiKey and Auth:ReadOnlyKey.";

    private string _remedy = Remedy;

    private TimeSpan? _retryAfter;

    /// <summary>A request that was let in, and lasts, would be let in again: its key is still in effect.</summary>
    public static bool StillLetsIn(HttpContext context, AuthSettings auth, KeyRing keys) => !auth.AsksWho
        || (auth.ProxyUserHeader is { } header && context.Request.Headers.ContainsKey(header)
            && auth.IsProxy(context.Connection.RemoteIpAddress))
        || (AuthorizationHeader.Of(context.Request.Headers.Authorization.ToString()) is { } sent && keys.Find(sent.Key.Span) is not null);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_retryAfter is { } wait)
        {
            Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return TooManyWrongKeys().ExecuteAsync(Context);
        }

        Response.Headers.WWWAuthenticate = new(["Bearer", "Basic realm=\"IoTOrleans\", charset=\"UTF-8\""]);
        return KeyRequired(_remedy).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ReadOnlyKey().ExecuteAsync(Context);

    internal static IResult KeyRequired(string remedy = Remedy) => Problems.Of(StatusCodes.Status401Unauthorized, "Key required", remedy);

    internal static IResult ReadOnlyKey() => Problems.Of(StatusCodes.Status403Forbidden, "Read-only key",
        "This key may only read. To change something, use a key of the setting Auth:ApiKey.");

    internal static IResult TooManyWrongKeys() => Problems.Of(StatusCodes.Status429TooManyRequests, "Too many wrong keys",
        $"More than {FailedTries.PerMinute} requests with a wrong key came from this address within a minute. "
            + "A right key is accepted at any time.");

    private AuthenticateResult Authenticate()
    {
        if (!auth.AsksWho) return AccessCheck.IsStranger(Context) ? AuthenticateResult.NoResult() : LetIn(null, mayWrite: true);
        var peer = Context.Connection.RemoteIpAddress;
        if (auth.ProxyUserHeader is { } header && Request.Headers.TryGetValue(header, out var user) && auth.IsProxy(peer))
        {
            if (user.Count == 1 && Caller.IsName(user.ToString())) return LetIn(user.ToString(), mayWrite: true);
            _remedy = $"The header {header} of the proxy does not name a user: it has to be there once, with 1 to 128 characters.";
            return AuthenticateResult.Fail(_remedy);
        }

        var authorization = Request.Headers.Authorization.ToString();
        if (string.IsNullOrWhiteSpace(authorization)) return AuthenticateResult.NoResult();
        if (AuthorizationHeader.Of(authorization) is { } sent && keys.Find(sent.Key.Span) is { } key)
            return LetIn(sent.UserName ?? key.Fingerprint, key.MayWrite);
        _retryAfter = failed.Count(ClientAddress.Of(peer));
        return AuthenticateResult.Fail("wrong key");
    }

    private static AuthenticateResult LetIn(string? name, bool mayWrite)
    {
        var identity = new ClaimsIdentity(SchemeName);
        if (name is not null) identity.AddClaim(new(identity.NameClaimType, name));
        identity.AddClaim(new(identity.RoleClaimType, Rights.Read));
        if (mayWrite) identity.AddClaim(new(identity.RoleClaimType, Rights.Write));
        return AuthenticateResult.Success(new(new(identity), SchemeName));
    }
}
