using System.Security.Cryptography.X509Certificates;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The names in credentials, and under which client IDs they let a client connect.</summary>
internal static class ClientNames
{
    private const string CommonName = "2.5.4.3";

    /// <summary>A name that ends in <c>*</c> covers all client IDs that begin with what is before it, any other name only itself.</summary>
    internal static bool Cover(string name, string clientId) => name.EndsWith('*')
        ? clientId.AsSpan().StartsWith(name.AsSpan(0, name.Length - 1), StringComparison.Ordinal)
        : string.Equals(name, clientId, StringComparison.Ordinal);

    /// <summary>The common name and the DNS names of a certificate.</summary>
    internal static IReadOnlyList<string> Of(X509Certificate2 certificate) =>
    [
        .. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
            .Select(part => part.GetSingleElementValue()).OfType<string>(),
        .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()),
    ];
}
