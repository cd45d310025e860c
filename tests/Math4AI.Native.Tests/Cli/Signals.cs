using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Math4AI.Tests.Cli;

/// <summary>Signals to a process, and the moment to send them.</summary>
internal static partial class Signals
{
    public const int Hangup = 1, Interrupt = 2, Terminate = 15, Continue = 18, Stop = 19;

    /// <summary>
    /// The words of a shell before a command that is to end at SIGHUP, although the tests themselves may run under
    /// nohup.
    /// </summary>
    public const string ExecWithHangup = "exec env --default-signal=HUP";

    public static void Send(Process process, int signal) => Assert.Equal(0, Kill(process.Id, signal));

    /// <summary>
    /// Waits until something is so in a folder, or the process has ended: it looks at each change in the folder.
    /// </summary>
    public static void WaitFor(string folder, Process process, Func<bool> isSo)
    {
        using var change = new AutoResetEvent(initialState: true);
        using var watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = true };
        watcher.Created += (_, _) => change.Set();
        watcher.Changed += (_, _) => change.Set();
        watcher.Renamed += (_, _) => change.Set();
        watcher.EnableRaisingEvents = true;
        EventHandler ended = (_, _) => change.Set();
        process.Exited += ended;
        process.EnableRaisingEvents = true;
        do
        {
            change.WaitOne();
        }
        while (!isSo() && !process.HasExited);
        process.Exited -= ended;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
