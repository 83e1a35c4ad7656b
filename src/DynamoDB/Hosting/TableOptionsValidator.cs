using System.Text.RegularExpressions;
using Orleans.Configuration;

namespace IoTOrleans.DynamoDB.Hosting;

/// <summary>Finds at start a prefix that DynamoDB would refuse, and names that would make keys ambiguous.</summary>
/// <param name="what">For the message, such as <c>DynamoDBStorageOptions of provider 'Default'</c>.</param>
/// <param name="provider">The provider's name, if it has one.</param>
internal sealed partial class TableOptionsValidator(string what, DynamoDBTableOptions options, ClusterOptions cluster, string? provider)
    : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        if (options.TablePrefix is not { } prefix || !Prefix().IsMatch(prefix))
            throw new OrleansConfigurationException(
                $"{what}: TablePrefix is '{options.TablePrefix}', but names of DynamoDB tables are made of letters, digits, '_', '-' and "
                + "'.': choose up to 200 of these.");

        NoSeparator("ClusterOptions.ServiceId", cluster.ServiceId);
        NoSeparator($"{what}: the provider's name", provider);
    }

    /// <summary>In a key a <c>#</c> ends both.</summary>
    private static void NoSeparator(string setting, string? value)
    {
        if (value?.Contains('#', StringComparison.Ordinal) == true)
            throw new OrleansConfigurationException(
                $"{setting} is '{value}', but '#' separates the parts of a key in DynamoDB: leave it out.");
    }

    [GeneratedRegex("^[a-zA-Z0-9_.-]{0,200}$")]
    private static partial Regex Prefix();
}
