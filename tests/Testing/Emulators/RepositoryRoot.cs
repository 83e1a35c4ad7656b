namespace IoTOrleans.Testing.Emulators;

public static class RepositoryRoot
{
    /// <summary>The folder of IoTOrleans.sln, found upwards from the test assembly.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "IoTOrleans.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException(
            $"No IoTOrleans.sln above {AppContext.BaseDirectory}: run the tests from a clone of the repository.");
    }
}
