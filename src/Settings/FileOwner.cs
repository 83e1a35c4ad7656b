using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace IoTOrleans.Settings;

/// <summary>Whose a file or a folder is. .NET does not say it.</summary>
public static class FileOwner
{
    private const int FromCurrentFolder = -100;
    private const uint UserAndGroup = 0x8 | 0x10;

    /// <summary>The structure of statx is the same on all machines: 256 bytes, the ids of user and group after 20 of them.</summary>
    private const int Size = 256;
    private const int UserAt = 20;
    private const int GroupAt = 24;

    /// <summary>False also where nobody can say.</summary>
    public static bool IsAnother(string path) => Of(path) is { } owner && owner.User != EffectiveUser();

    /// <summary>Gives an open file to whom another one belongs, if this is root: nobody else may give a file away.</summary>
    internal static void Give(SafeFileHandle file, string like)
    {
        if (Of(like) is not { } owner || EffectiveUser() != 0) return;

        // Where root may not, the file stays root's.
        _ = ChangeOwner(file, owner.User, owner.Group);
    }

    private static (uint User, uint Group)? Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            var status = new byte[Size];
            return Statx(FromCurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), 0, UserAndGroup, status) == 0
                ? (BitConverter.ToUInt32(status, UserAt), BitConverter.ToUInt32(status, GroupAt)) : null;
        }
        catch (TypeLoadException)
        {
            // An old C library without it.
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int from, byte[] path, int flags, uint mask, [Out] byte[] status);

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint EffectiveUser();

    [DllImport("libc", EntryPoint = "fchown")]
    private static extern int ChangeOwner(SafeFileHandle file, uint user, uint group);
}
