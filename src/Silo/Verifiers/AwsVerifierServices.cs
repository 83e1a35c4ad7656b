using System.Text.RegularExpressions;
using IoTOrleans.Aws;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Silo.Verifiers;

internal static partial class AwsVerifierServices
{
    /// <summary>The verifier of all things that the embedded broker does not know.</summary>
    public static IServiceCollection AddAwsVerifier(this IServiceCollection services, VerifyWith with, AwsVerifierOptions options)
    {
        ShadowNameOf(options);
        if (options.MaxPerSecond < 1)
            throw new StartupException($"Verify:MaxPerSecond={options.MaxPerSecond}: say 1 or more, or Verify:With=none to ask nobody.");

        services.NeedAwsCredentials("Verify:With");
        services.TryAddSingleton(_ => new IotDataClient(new IotDataConfig { Timeout = options.CallTimeout }));
        services.AddSingleton(options).AddSingleton<IotDataQuestions>();
        services.AddSingleton<ShadowVerifier>().AddSingleton<ConnectionVerifier>();
        return with switch
        {
            VerifyWith.Shadow => services.AddSingleton<IConnectionVerifier>(provider => provider.GetRequiredService<ShadowVerifier>()),
            VerifyWith.Connection =>
                services.AddSingleton<IConnectionVerifier>(provider => provider.GetRequiredService<ConnectionVerifier>()),
            VerifyWith.Auto => services.AddSingleton<IConnectionVerifier, AutoVerifier>(),
            _ => throw new ArgumentOutOfRangeException(nameof(with), with, "Nobody is to be asked."),
        };
    }

    internal static string? ShadowNameOf(AwsVerifierOptions options)
    {
        if (string.IsNullOrEmpty(options.ShadowName)) return null;
        return ShadowName().IsMatch(options.ShadowName)
            ? options.ShadowName
            : throw new StartupException(
                $"Verify:ShadowName={options.ShadowName}: a shadow's name is 1 to 64 of letters, digits and $ : _ -");
    }

    [GeneratedRegex(@"\A[$a-zA-Z0-9:_-]{1,64}\z")]
    private static partial Regex ShadowName();
}
