using System.Text.Json;

namespace IoTOrleans.Deploy.Tests.Templates;

/// <summary>What aws-cdk-lib's validation and cdk-nag's AwsSolutions rules say about a template (<c>Cdk/check.mjs</c>).</summary>
public sealed record TemplateCheck(IReadOnlyList<Finding> Findings, IReadOnlyList<Suppression> Suppressed)
{
    /// <summary>Skips the running test where Node.js is missing (and fails it in CI).</summary>
    public static async Task<TemplateCheck> Of(string template)
    {
        var folder = await NpmPackages.Get(Path.Combine("tests", "Deploy.Tests", "Cdk"));
        var file = Path.Combine(Path.GetTempPath(), $"iot-orleans-{Guid.NewGuid():N}.yaml");
        try
        {
            await File.WriteAllTextAsync(file, template);
            var result = await Command.Run(folder, TimeSpan.FromMinutes(2), "node", "check.mjs", file)
                ?? throw new InvalidOperationException("node is gone.");
            if (result.ExitCode != 0) throw new InvalidOperationException($"check.mjs failed:\n{result.Output}");
            return JsonSerializer.Deserialize<TemplateCheck>(result.Output.Split('\n')[0], JsonSerializerOptions.Web)!;
        }
        finally
        {
            File.Delete(file);
        }
    }
}

/// <param name="Rule">Of cdk-nag, of CloudFormation's validation (<c>E…</c>, <c>F…</c>, <c>W…</c>), or <c>CfnInclude</c>.</param>
/// <param name="Resource">Its logical ID; empty: the whole template.</param>
public sealed record Finding(string Rule, string Resource, string Message);

public sealed record Suppression(string Rule, string Resource, string Reason);
