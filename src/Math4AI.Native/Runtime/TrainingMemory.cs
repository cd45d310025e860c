using Math4AI.Interop;

namespace Math4AI.Runtime;

/// <summary>
/// Configures glibc, once, to keep freed memory, since a training step frees and allocates the same tensors as the one
/// before. musl and other systems are left unchanged.
/// </summary>
internal static class TrainingMemory
{
    private static readonly Lazy<bool> Kept = new(() =>
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            LibC.KeepFreedMemory();
            return true;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    });

    /// <summary>Keeps freed memory from now on; returns whether the C library does.</summary>
    public static bool Keep() => Kept.Value;
}
