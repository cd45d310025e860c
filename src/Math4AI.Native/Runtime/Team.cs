using Math4AI.Interop;

namespace Math4AI.Runtime;

/// <summary>
/// Runs a piece of work in parts, on the threads of torch's own pool: inside, torch and MKL use one thread each, and no
/// thread of ours competes with theirs for the cores. How work is divided, and so its rounding, depends on the number
/// of parts alone, whichever thread runs them.
/// </summary>
internal static class Team
{
    /// <summary>Gets the number of parts that suits this process: one for each thread that it may use.</summary>
    public static int Size => Compute.Threads;

    /// <summary>Gets the elements of one part; parts are of equal length to within a group.</summary>
    /// <param name="count">The number of elements.</param>
    /// <param name="part">The part, from 0.</param>
    /// <param name="parts">The number of parts.</param>
    /// <param name="group">The number of neighboring elements that stay together, counted from the first.</param>
    public static (int First, int Count) Part(int count, int part, int parts, int group = 1)
    {
        int Bound(int before) => (int)Math.Min(count, ((long)count * before / parts + group - 1) / group * group);
        int first = Bound(part);
        return (first, Bound(part + 1) - first);
    }

    /// <summary>
    /// Runs work(0) … work(parts − 1): at once, or one after the other within <see cref="OneThread"/> or without
    /// OpenMP.
    /// </summary>
    public static void Run(int parts, Action<int> work)
    {
        if (parts > 1 && OpenMp.IsAvailable && OpenMp.ThreadsHere > 1)
        {
            OpenMp.Run(parts, part =>
            {
                // Otherwise oneDNN divides its work among as many threads as other regions have, and waits forever.
                using OneThread thread = OneThread.BeginIf(true);
                work(part);
            });
            return;
        }

        for (int part = 0; part < parts; part++)
        {
            work(part);
        }
    }
}
