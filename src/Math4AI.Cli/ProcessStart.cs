using System.Runtime.InteropServices;
using System.Text;

namespace Math4AI.Cli;

/// <summary>What the process must have before it loads the library.</summary>
internal static partial class ProcessStart
{
    private const ulong MinOpenFiles = 128;

    /// <summary>Gets a sentence if the limit of open files is too low for the runtime to load the library.</summary>
    public static string? Problem
    {
        get
        {
            const int OpenFiles = 7;
            return OperatingSystem.IsLinux() && GetLimit(OpenFiles, out Limit limit) == 0 && limit.Soft < MinOpenFiles
                ? $"The process may open {limit.Soft} files, and needs "
                    + $"{MinOpenFiles}: raise the limit with 'ulimit -n'."
                : null;
        }
    }

    /// <summary>
    /// Writes a sentence to standard error without the console of .NET, which opens files of its own.
    /// </summary>
    public static void Say(string problem)
    {
        byte[] line = Encoding.UTF8.GetBytes($"math4ai: {problem}\n");
        _ = Write(2, line, line.Length);
    }

    /// <summary>
    /// Opens /dev/null as standard input, output or error where the command was started without it. By now the runtime
    /// has given the free number to a file of its own, which the output would overwrite; so the process starts again.
    /// </summary>
    public static void OpenStandardFiles()
    {
        const int ReadWrite = 2;
        if (!OperatingSystem.IsLinux() || (IsInherited(0) && IsInherited(1) && IsInherited(2)))
        {
            return;
        }

        for (int descriptor = 0; descriptor <= 2; descriptor++)
        {
            if (!IsInherited(descriptor) && Open("/dev/null", ReadWrite) is >= 0 and var opened && opened != descriptor)
            {
                _ = Duplicate(opened, descriptor);
                _ = Close(opened);
            }
        }

        // As it stands there, the command line is the same for the executable and for 'dotnet math4ai.dll'.
        string[] words = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];
        _ = Execute("/proc/self/exe", [.. words, null]);
    }

    /// <summary>
    /// Returns whether a descriptor was open at the start: what a process inherits never has the flag that closes it
    /// for the next program, and what the runtime opens has it.
    /// </summary>
    private static bool IsInherited(int descriptor)
    {
        const int GetFlags = 1, CloseOnExec = 1;
        return (Control(descriptor, GetFlags) & CloseOnExec) == 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    // Negative, with every bit set, for a descriptor that is not open.
    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, byte[] bytes, nint count);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);
}
