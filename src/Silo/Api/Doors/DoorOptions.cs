namespace IoTOrleans.Silo.Api.Doors;

/// <param name="ApiKey">Asked for at every door but <c>/health</c>; null: none is set.</param>
/// <param name="HostNames">What the Host header may say beside loopback; <c>*.example.com</c> and <c>*</c> work as in ASP.NET Core's
/// AllowedHosts.</param>
/// <param name="Anonymous">Something else guards the service, a proxy as a rule: nobody is asked for a key.</param>
internal sealed record DoorOptions(string? ApiKey, IReadOnlyList<string> HostNames, bool Anonymous = false)
{
    /// <summary>What a browser on this machine says.</summary>
    public static readonly IReadOnlyList<string> Loopback = ["localhost", "127.0.0.1", "[::1]"];
}
