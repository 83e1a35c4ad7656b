namespace IoTOrleans.Notifications.Http;

/// <summary>Where a destination is reached over HTTP.</summary>
internal sealed record HttpTarget
{
    /// <summary>Until somebody picks up.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Where the address was read, for messages to people.</summary>
    public required string Setting { get; init; }

    /// <summary>It may hold a token in path or query, so it is never logged.</summary>
    public required Uri Url { get; init; }

    /// <summary>Sent with every request.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>For everything.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The message does not repeat the address: it may hold a token.</summary>
    /// <exception cref="StartupException">It cannot work.</exception>
    public static Uri Parse(string setting, string? address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new StartupException($"{setting} is not an address: say all of it, for example https://example.net/hooks/iot.");
        if (url.UserInfo.Length > 0)
        {
            throw new StartupException(
                $"{setting} holds a user name or password, which would not be sent: "
                + "use a secret, a token or a header beside it, or a token in the path.");
        }

        return url;
    }
}
