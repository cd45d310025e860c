using System.Runtime.InteropServices;

namespace Math4AI.Cli;

/// <summary>
/// Cancels the work at SIGINT (Ctrl-C), SIGTERM or SIGHUP. A second signal ends the process at once.
/// </summary>
internal sealed partial class StopSignals : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public StopSignals()
    {
        // A script's background jobs start with SIGINT ignored, and .NET leaves an ignored signal as it is.
        // SIGHUP stays ignored where it was: that is what nohup is for.
        if (OperatingSystem.IsLinux())
        {
            const int Sigint = 2;
            const nint ByDefault = 0;
            _ = SetHandler(Sigint, ByDefault);
        }

        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Stop))];
    }

    /// <summary>Gets what the work watches.</summary>
    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        Array.ForEach(registrations, registration => registration.Dispose());
        source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = !source.IsCancellationRequested;
        source.Cancel();
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
