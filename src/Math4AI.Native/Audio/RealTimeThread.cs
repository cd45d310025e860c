using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// Real-time conditions for the thread that created it, until disposed on that thread: SCHED_FIFO priority, locked
/// memory (of the whole process, each page from its first use) and denormals that count as zero. The system may refuse
/// the first two, which is no error: <see cref="HasPriority"/> and <see cref="HasLockedMemory"/> say so. A priority
/// that the system refuses is asked of RealtimeKit over D-Bus; such a thread loses it again where it computes for 100
/// ms without waiting.
/// </summary>
public sealed class RealTimeThread : IDisposable
{
    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly SoundLibrary.Realtime granted;
    private bool isOver;

    /// <summary>Asks the system for all of it.</summary>
    /// <exception cref="InvalidOperationException">The scheduling of the thread cannot be read.</exception>
    public RealTimeThread()
    {
        int result = SoundLibrary.RealtimeBegin(out granted);
        if (result != SoundLibrary.Ok)
        {
            throw new InvalidOperationException(
                $"The scheduling of the thread cannot be read. {SoundLibrary.Message(result)}");
        }
    }

    /// <summary>
    /// Gets whether real-time priority was granted; a limit on <c>rtprio</c>, CAP_SYS_NICE or RealtimeKit is needed.
    /// </summary>
    public bool HasPriority => granted.HasPriority != SoundLibrary.PriorityNone;

    /// <summary>Gets whether it was RealtimeKit that granted the priority.</summary>
    public bool IsByRealtimeKit => granted.HasPriority == SoundLibrary.PriorityByKit;

    /// <summary>Gets whether memory is locked; a limit on <c>memlock</c> or CAP_IPC_LOCK is needed.</summary>
    public bool HasLockedMemory => granted.HasMemory != 0;

    /// <summary>Gets whether denormal numbers count as zero.</summary>
    public bool FlushesDenormals => granted.FlushesDenormals != 0;

    /// <summary>Gives everything back.</summary>
    /// <exception cref="InvalidOperationException">Another thread calls it.</exception>
    public void Dispose()
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            throw new InvalidOperationException(
                "Real-time conditions are given back on the thread that asked for them.");
        }

        if (!isOver)
        {
            isOver = true;
            _ = SoundLibrary.RealtimeEnd(granted);
        }
    }
}
