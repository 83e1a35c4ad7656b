using System.Text.RegularExpressions;
using Orleans.Configuration;

namespace IoTOrleans.DynamoDB.Hosting;

/// <summary>Says at start what DynamoDB, or a key, would only trip over later.</summary>
/// <param name="what">Named in the message, as <c>DynamoDBStorageOptions of provider 'Default'</c>.</param>
/// <param name="provider">Name of the provider, if it has one.</param>
internal sealed partial class TableOptionsValidator(string what, DynamoDBTableOptions options, ClusterOptions cluster, string? provider)
    : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        if (options.TablePrefix is not { } prefix || !Prefix().IsMatch(prefix))
        {
            throw new OrleansConfigurationException(
                $"{what}: TablePrefix is '{options.TablePrefix}', but names of DynamoDB tables are made of letters, digits, '_', '-' and "
                    + "'.': choose up to 200 of these.");
        }

        NoSeparator("ClusterOptions.ServiceId", cluster.ServiceId);
        NoSeparator($"{what}: the provider's name", provider);
    }

    /// <summary>Both stand in keys before a <c>#</c> and must end there.</summary>
    private static void NoSeparator(string setting, string? value)
    {
        if (value?.Contains('#', StringComparison.Ordinal) == true)
            throw new OrleansConfigurationException(
                $"{setting} is '{value}', but '#' separates the parts of a key in DynamoDB: leave it out.");
    }

    [GeneratedRegex("^[a-zA-Z0-9_.-]{0,200}$")]
    private static partial Regex Prefix();
}
