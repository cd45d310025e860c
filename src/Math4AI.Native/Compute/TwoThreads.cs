using Math4AI.Interop;

namespace Math4AI;

/// <summary>
/// Two pieces of work at once on torch's own threads: inside, torch and MKL use one thread each, and no thread of ours competes with
/// theirs for the cores.
/// </summary>
internal static class TwoThreads
{
    /// <summary>Whether there are two threads to use.</summary>
    public static bool AreAvailable => Compute.Threads > 1 && OpenMp.IsAvailable;

    /// <summary>Runs work(0) and work(1), at once where that can be.</summary>
    public static void Run(Action<int> work)
    {
        if (AreAvailable)
        {
            OpenMp.RunBoth(work);
        }
        else
        {
            work(0);
            work(1);
        }
    }
}
