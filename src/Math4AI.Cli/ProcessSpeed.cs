using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Math4AI.Cli;

/// <summary>How fast a process is: the same short work in each of several.</summary>
internal static class ProcessSpeed
{
    /// <summary>
    /// The seconds of a fixed piece of arithmetic, the least of several tries: what else its machine does now and then
    /// does not count, a slow or always busy machine does.
    /// </summary>
    public static double Seconds()
    {
        const int Tries = 12;
        double least = double.PositiveInfinity;
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = Work();
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return least;
    }

    // Compiled at once and for good, in every process alike.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static double Work()
    {
        const int Length = 200_000;
        double sum = 0.0;
        for (int i = 1; i <= Length; i++)
        {
            sum += 1.0 / i;
        }

        return sum;
    }
}
