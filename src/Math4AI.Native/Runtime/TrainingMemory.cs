using Math4AI.Interop;

namespace Math4AI.Runtime;

/// <summary>
/// A training step frees and allocates the same tensors as the one before: glibc is told, once, to keep the memory
/// between them. musl and other systems are left as they are.
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

    /// <summary>Keeps it from now on; whether the C library does.</summary>
    public static bool Keep() => Kept.Value;
}
