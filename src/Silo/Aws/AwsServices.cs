using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Silo.Aws;

internal static class AwsServices
{
    /// <summary>Makes the start fail, with this setting's name, where there are no AWS credentials.</summary>
    public static IServiceCollection NeedAwsCredentials(this IServiceCollection services, string setting)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new AwsNeed(setting));
        return services.AddHostedService<AwsCredentialsCheck>();
    }
}
