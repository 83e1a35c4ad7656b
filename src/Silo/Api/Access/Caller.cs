namespace IoTOrleans.Silo.Api.Access;

/// <summary>Who sent a request, as far as the service knows.</summary>
internal static class Caller
{
    /// <returns>
    /// The user name beside a key, or the one that the proxy named (at most 128 characters, no control characters), else the key's
    /// fingerprint, like <c>key 3f9a1c</c>. Null: no key is set, so anybody may call.
    /// </returns>
    public static string? NameOf(HttpContext context) => context.User.Identity?.Name;
}
