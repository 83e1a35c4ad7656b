using System.Text;

namespace IoTOrleans.Silo.Api.Access;

/// <summary>What an <c>Authorization</c> header carries: Bearer, or Basic with the key as password.</summary>
/// <param name="UserName">Null: none was given, or none that can be shown.</param>
internal sealed record AuthorizationHeader(string? UserName, ReadOnlyMemory<byte> Key)
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <returns>Null: it carries no key.</returns>
    public static AuthorizationHeader? Of(string authorization)
    {
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return new(null, Encoding.UTF8.GetBytes(authorization[Bearer.Length..].Trim()));
        if (!authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)) return null;

        var encoded = authorization[Basic.Length..].Trim();
        var decoded = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, decoded, out var length)) return null;
        var colon = decoded.AsSpan(0, length).IndexOf((byte)':');
        if (colon < 0) return null;
        var name = Encoding.UTF8.GetString(decoded, 0, colon).Trim();
        return new(Caller.IsName(name) ? name : null, decoded.AsMemory(colon + 1, length - colon - 1));
    }
}
