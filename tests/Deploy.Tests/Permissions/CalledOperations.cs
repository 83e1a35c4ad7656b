using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using IoTOrleans.Aws;

namespace IoTOrleans.Deploy.Tests.Permissions;

/// <summary>
/// The operations of AWS that the code in <c>src</c> calls. The compiler writes each method of another assembly that is called anywhere
/// into the caller's metadata, and nothing else, so this is complete and has no spare entries.
/// </summary>
internal static partial class CalledOperations
{
    /// <summary>Members of a client that send nothing.</summary>
    private static readonly HashSet<string> Silent = [".ctor", "Dispose", "get_Config", "CustomizeRuntimePipeline"];

    /// <summary>Such as <c>sqs:ReceiveMessage</c>, or <c>dynamodb:TransactWriteItem.Put</c> for a part of a transaction.</summary>
    public static IReadOnlySet<string> Find() => SourceAssemblies().SelectMany(In).ToHashSet();

    /// <summary>A project that nobody refers to from the silo would be missed: its file is not here, and reading it fails.</summary>
    private static IEnumerable<string> SourceAssemblies() => Directory.GetDirectories(Path.Combine(RepositoryRoot.Path, "src"))
        .Select(folder => Path.Combine(AppContext.BaseDirectory, $"IoTOrleans.{Path.GetFileName(folder)}.dll"));

    private static List<string> In(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MemberReferences.Select(handle => Operation(metadata, metadata.GetMemberReference(handle))).OfType<string>()];
    }

    private static string? Operation(MetadataReader metadata, MemberReference member)
    {
        if (member.Parent.Kind != HandleKind.TypeReference) return null;
        var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
        if (type.ResolutionScope.Kind != HandleKind.AssemblyReference) return null;
        var assembly = metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name);
        var (typeName, memberName) = (metadata.GetString(type.Name), metadata.GetString(member.Name));

        if (assembly == typeof(ThinClient).Assembly.GetName().Name)
            return IsThinClient(typeName) && !Silent.Contains(memberName) ? $"{ServiceOf(typeName)}:{memberName}" : null;
        if (SdkAssembly().Match(assembly) is not { Success: true } sdk) return null;

        var service = sdk.Groups["service"].Value.ToLowerInvariant();
        if (typeName is "TransactGetItem" or "TransactWriteItem")
            return memberName.StartsWith("set_", StringComparison.Ordinal) ? $"{service}:{typeName}.{memberName[4..]}" : null;
        var isUnderstood = service == "core" || UnderstoodNamespace().IsMatch(metadata.GetString(type.Namespace));
        if (!isUnderstood) return $"{service}:{typeName}.{memberName}";
        if (!SdkClient().IsMatch(typeName) || (service == "core" && !typeName.StartsWith("ICore", StringComparison.Ordinal))) return null;
        return Silent.Contains(memberName) ? null : $"{service}:{AtTheEnd().Replace(memberName, "")}";
    }

    private static bool IsThinClient(string type) => typeof(ThinClient).Assembly.GetTypes()
        .Any(candidate => candidate.Name == type && candidate.IsSubclassOf(typeof(ThinClient)));

    /// <summary>As in the names of actions.</summary>
    private static string ServiceOf(string thinClient) => thinClient switch
    {
        nameof(SnsClient) => "sns",
        nameof(IotDataClient) => "iot",
        _ => throw new NotSupportedException($"{thinClient} is new: say here to which service it talks, as actions name it."),
    };

    /// <summary><c>AWSSDK.DynamoDBv2</c> → DynamoDB.</summary>
    [GeneratedRegex(@"^AWSSDK\.(?<service>\w+?)(v\d+)?$")]
    private static partial Regex SdkAssembly();

    [GeneratedRegex(@"^(I(Core)?Amazon\w+|Amazon\w+Client)$")]
    private static partial Regex SdkClient();

    /// <summary>Of clients and requests. Others, such as DynamoDB's document model, call operations that this scan does not see.</summary>
    [GeneratedRegex(@"^Amazon\.\w+(\.Model)?$")]
    private static partial Regex UnderstoodNamespace();

    [GeneratedRegex("Async$")]
    private static partial Regex AtTheEnd();
}
