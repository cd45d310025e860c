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
        // The background jobs of a script start with SIGINT ignored, and .NET does not handle an ignored signal.
        // SIGHUP stays ignored if it was, which is the purpose of nohup.
        if (OperatingSystem.IsLinux())
        {
            const int Sigint = 2;
            const nint ByDefault = 0;
            _ = SetHandler(Sigint, ByDefault);
        }

        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Stop))];
    }

    /// <summary>Gets the token that the work observes.</summary>
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
        SharedRun.OnStop();
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
