using Math4AI.Interop;

namespace Math4AI.Data;

/// <summary>Waits until what was written is on the disk, and would survive a loss of power.</summary>
internal static class DurableFile
{
    /// <summary>Waits for the content of a file.</summary>
    public static void Sync(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Waits for the names in a folder, on systems that can be asked.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            LibC.SyncFolder(path);
        }
    }
}
