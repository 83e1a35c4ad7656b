using System.Runtime.InteropServices;
using System.Text;

namespace IoTOrleans.Sqlite.Opening;

/// <summary>Whose a folder is. .NET does not say it.</summary>
internal static class FolderOwner
{
    private const int FromCurrentFolder = -100;
    private const uint UserId = 0x8;

    /// <summary>The structure of statx is the same on all machines: 256 bytes, the user's id after 20 of them.</summary>
    private const int Size = 256;
    private const int UserIdAt = 20;

    /// <summary>False also where nobody can say.</summary>
    public static bool IsAnother(string folder)
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            var status = new byte[Size];
            var path = Encoding.UTF8.GetBytes(folder + '\0');
            return Statx(FromCurrentFolder, path, 0, UserId, status) == 0 && BitConverter.ToUInt32(status, UserIdAt) != EffectiveUser();
        }
        catch (TypeLoadException)
        {
            // An old C library without it.
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int from, byte[] path, int flags, uint mask, [Out] byte[] status);

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint EffectiveUser();
}
