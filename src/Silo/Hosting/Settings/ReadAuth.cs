using System.Net.Sockets;
using IoTOrleans.Events.Machine;
using IoTOrleans.Silo.Api.Access;

namespace IoTOrleans.Silo.Hosting.Settings;

/// <summary>The section <c>Auth</c>.</summary>
internal static class ReadAuth
{
    internal const string ApiKey = "Auth:ApiKey";

    private const string Header = "Auth:ProxyUserHeader";
    private const string Proxies = "Auth:TrustedProxies";
    private const string Forwarded = "ForwardedHeaders_Enabled";

    public static AuthSettings From(SettingsReader reader)
    {
        var proxies = reader.List(Proxies, "name the proxy, like 10.0.0.7 or 10.0.0.0/24, or leave it out");
        var auth = new AuthSettings(
            Source(reader, ApiKey), Source(reader, "Auth:ReadOnlyKey"), reader.Flag("Auth:AllowAnonymous", false), reader.Text(Header),
            [.. (proxies ?? []).Select(proxy => Network(proxy, reader)).OfType<IPNetwork>()]);
        foreach (var mistake in KeySet.Read(auth).Mistakes) reader.Mistake(mistake);

        // ASP.NET Core takes the peer's address from that header then, before we see the request, whoever sent it.
        if (reader.Flag(Forwarded, false))
        {
            reader.Mistake($"{Forwarded}=true would believe anybody's X-Forwarded-For: leave it out, or set it to false; for a proxy there "
                + $"are {Header} and {Proxies}.");
        }

        if (auth.ProxyUserHeader is { } header && !header.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            reader.Mistake($"{Header}={header}: say the name of a header, like X-Forwarded-User.");
        if (auth.ProxyUserHeader is not null != proxies is not null)
        {
            reader.Mistake(proxies is null
                ? $"{Header} is set without {Proxies}: anybody could send this header; name the addresses of the proxy."
                : $"{Proxies} is set without {Header}: name the header that carries the user, or leave both out.");
        }

        return auth;
    }

    public static KeySource Source(SettingsReader reader, string setting)
    {
        var (text, items, file) = (reader.Text(setting), reader.Items(setting), $"{setting}File");
        if (text is not null && items.Count > 0)
        {
            reader.Mistake($"{setting} is set as one text and as a list: keep one of them.");
            reader.Skip(setting);
        }
        else if (items.Count > 0)
        {
            text = string.Join(',', items.Select(item => reader.Text($"{setting}:{item}")));
        }

        var path = reader.Text(file) is null ? null : reader.FilePath(file, "");
        if (text is not null && path is not null) reader.Mistake($"{setting} and {file} are both set: keep one of them.");
        return new(setting, path is null ? text : null, path);
    }

    private static IPNetwork? Network(string text, SettingsReader reader)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            address = ClientAddress.Plain(address);
            return new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        }

        if (!IPNetwork.TryParse(text, out var network))
        {
            reader.Mistake($"{Proxies}={text}: say an address like 10.0.0.7, or a network like 10.0.0.0/24.");
            return null;
        }

        if (network is { BaseAddress.IsIPv4MappedToIPv6: true, PrefixLength: >= 96 })
            network = new(network.BaseAddress.MapToIPv4(), network.PrefixLength - 96);
        if (network.PrefixLength > 0) return network;
        reader.Mistake($"{Proxies}={text} is everybody: name the proxy only.");
        return null;
    }
}
