using Xunit;

namespace IoTOrleans.Testing.Emulators;

/// <summary>Something that a test needs on the machine and the repository cannot bring along.</summary>
public static class Prerequisite
{
    /// <summary>
    /// Skips the running test on a developer's machine, and fails it where <c>CI=true</c>: a green build must not mean that nothing ran.
    /// </summary>
    public static Exception Missing(string remedy)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") return new InvalidOperationException(remedy);
        Assert.Skip(remedy);
        throw new InvalidOperationException("Assert.Skip returned.");
    }
}
