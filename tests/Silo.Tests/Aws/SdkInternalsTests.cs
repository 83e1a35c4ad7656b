using System.Diagnostics;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Amazon.Runtime;
using IoTOrleans.Aws;
using IoTOrleans.Events.Sqs;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Aws;

/// <summary>
/// The thin clients stand on types that AWS keeps in <c>*.Internal</c> namespaces and may change in any version. When one of these
/// tests fails: run the other tests of this folder against the new version, then move the pin.
/// </summary>
public sealed class SdkInternalsTests
{
    [Fact]
    public void The_SDK_is_the_version_that_the_thin_clients_were_tried_with() =>
        FileVersionInfo.GetVersionInfo(typeof(ClientConfig).Assembly.Location).FileVersion.ShouldBe("4.0.102.19");

    [Fact]
    public void Nothing_more_of_its_internals_is_used_than_is_written_down_here() =>
        InternalTypesIn(typeof(SnsClient), typeof(SqsClient)).ShouldBe(
    [
        "Amazon.Runtime.Credentials.Internal.AuthSchemeOption",
        "Amazon.Runtime.Internal.Auth.IAuthSchemeOption",
        "Amazon.Runtime.Internal.BaseAuthResolverHandler",
        "Amazon.Runtime.Internal.DefaultConfigurationProvider",
        "Amazon.Runtime.Internal.DefaultRequest",
        "Amazon.Runtime.Internal.ErrorResponse",
        "Amazon.Runtime.Internal.IDefaultConfigurationProvider",
        "Amazon.Runtime.Internal.IRequest",
        "Amazon.Runtime.Internal.InvokeOptions",
        "Amazon.Runtime.Internal.InvokeOptionsBase",
        "Amazon.Runtime.Internal.Marshaller",
        "Amazon.Runtime.Internal.PipelineHandler",
        "Amazon.Runtime.Internal.RetryHandler",
        "Amazon.Runtime.Internal.RuntimePipeline",
        "Amazon.Runtime.Internal.Transform.IMarshaller`2",
        "Amazon.Runtime.Internal.Transform.JsonErrorResponseUnmarshaller",
        "Amazon.Runtime.Internal.Transform.JsonResponseUnmarshaller",
        "Amazon.Runtime.Internal.Transform.JsonUnmarshallerContext",
        "Amazon.Runtime.Internal.Transform.ResponseUnmarshaller",
        "Amazon.Runtime.Internal.Transform.XmlResponseUnmarshaller",
        "Amazon.Runtime.Internal.Transform.XmlUnmarshallerContext",
        "Amazon.Runtime.Internal.Util.StreamingUtf8JsonReader",
        "Amazon.Util.Internal.InternalSDKUtils",
    ]);

    private static IEnumerable<string> InternalTypesIn(params Type[] clients) =>
        clients.SelectMany(client => InternalTypesIn(client.Assembly.Location)).Distinct().Order(StringComparer.Ordinal);

    private static List<string> InternalTypesIn(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata.TypeReferences
                .Select(metadata.GetTypeReference)
                .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
                .Where(name => name.StartsWith("Amazon.", StringComparison.Ordinal)
                && name.Contains(".Internal.", StringComparison.Ordinal)),
        ];
    }
}
