using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Amazon.Runtime;
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

    /// <summary>The requests of the thin clients. Whoever makes one sends it.</summary>
    public static IReadOnlySet<string> ThinRequests { get; } = typeof(ThinClient).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(AmazonWebServiceRequest)) && !type.IsAbstract)
        .Select(type => type.Name).ToHashSet();

    /// <summary><c>SnsPublishRequest</c> → <c>sns:Publish</c>; without a service in its name, <c>iot</c>.</summary>
    public static string ThinOperation(string request)
    {
        var name = ThinRequest().Match(request).Groups;
        return $"{(name["sns"].Success ? "sns" : "iot")}:{name["operation"].Value}";
    }

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
            return memberName == ".ctor" && ThinRequests.Contains(typeName) ? ThinOperation(typeName) : null;
        if (SdkAssembly().Match(assembly) is not { Success: true } sdk) return null;

        var service = sdk.Groups["service"].Value.ToLowerInvariant();
        if (typeName is "TransactGetItem" or "TransactWriteItem")
            return memberName.StartsWith("set_", StringComparison.Ordinal) ? $"{service}:{typeName}.{memberName[4..]}" : null;
        var isUnderstood = service == "core" || UnderstoodNamespace().IsMatch(metadata.GetString(type.Namespace));
        if (!isUnderstood) return $"{service}:{typeName}.{memberName}";
        if (!SdkClient().IsMatch(typeName) || (service == "core" && !typeName.StartsWith("ICore", StringComparison.Ordinal))) return null;
        return Silent.Contains(memberName) ? null : $"{service}:{AtTheEnd().Replace(memberName, "")}";
    }

    [GeneratedRegex(@"^(?<sns>Sns)?(?<operation>\w+)Request$")]
    private static partial Regex ThinRequest();

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
