using Math4AI.Interop;

namespace Math4AI.Runtime;

/// <summary>
/// Two pieces of work at once on torch's own threads: inside, torch and MKL use one thread each, and no thread of ours competes with
/// theirs for the cores.
/// </summary>
internal static class TwoThreads
{
    /// <summary>Whether there are two threads to use; within <see cref="OneThread"/> there are not.</summary>
    public static bool AreAvailable => Compute.Threads > 1 && OpenMp.IsAvailable && OpenMp.ThreadsHere > 1;

    /// <summary>The first or second half of some elements, the first of whole groups.</summary>
    /// <param name="count">The elements.</param>
    /// <param name="half">0 or 1.</param>
    /// <param name="group">Elements that stay together.</param>
    public static (int First, int Count) Half(int count, int half, int group = 1)
    {
        int middle = Math.Min(count, (count / 2 + group - 1) / group * group);
        return half == 0 ? (0, middle) : (middle, count - middle);
    }

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
