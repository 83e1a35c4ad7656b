using IoTOrleans.ReadsHook;

#pragma warning disable CA1050 // .NET looks for this name: DOTNET_STARTUP_HOOKS runs it in the service's process before its Main.
internal static class StartupHook
{
    private static SqliteReads? _reads;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(SqliteReads.Variable) is not { } file) return;
        _reads = new SqliteReads(file);
        _reads.Listen();
    }
}
