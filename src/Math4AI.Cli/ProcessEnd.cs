using System.Runtime.InteropServices;

namespace Math4AI.Cli;

/// <summary>How the process ends once all work is done and said.</summary>
internal static partial class ProcessEnd
{
    private const string LibC = "libc.so.6";

    /// <summary>
    /// Leaves out the destructors of native libraries. Those of libtorch take its operators out of its tables one by
    /// one, a fifth of the time in which it is loaded, before the system takes all memory back anyway. What .NET does
    /// at the end of a process has been done by then, and what native code has printed is written. The command's own
    /// last line: what else has been registered for the end does not run any more. Nothing is: the terminal is as it
    /// was, since the command reads no keys.
    /// </summary>
    public static void LeaveOutDestructors()
    {
        // Other C libraries than glibc lack the functions that tell what has been registered the code to end with.
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad(LibC, out nint library)
            || !NativeLibrary.TryGetExport(library, "on_exit", out _))
        {
            return;
        }

        // What is registered last runs first.
        _ = OnExit(NativeLibrary.GetExport(library, "_exit"), 0);
        _ = AtExit(NativeLibrary.GetExport(library, "fflush"), 0, 0);
    }

    // Calls function(code, argument): _exit ends the process with the code.
    [LibraryImport(LibC, EntryPoint = "on_exit")]
    private static partial int OnExit(nint function, nint argument);

    // Calls function(argument): fflush of no file in particular is that of all.
    [LibraryImport(LibC, EntryPoint = "__cxa_atexit")]
    private static partial int AtExit(nint function, nint argument, nint owner);
}
