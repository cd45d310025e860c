using System.Runtime.ExceptionServices;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Training;

/// <summary>
/// Trainings that do not wait for each other, each on one thread: of small networks, one is no sooner done with two.
/// They have no dropout, and draw from torch's generator only where they begin.
/// </summary>
internal static class TrainingsAtOnce
{
    /// <summary>Runs them all; the results are in order.</summary>
    /// <param name="count">How many.</param>
    /// <param name="train">One of them, by its number.</param>
    public static T[] Run<T>(int count, Func<int, T> train)
    {
        var results = new T[count];
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, i =>
            {
                using OneThread thread = OneThread.BeginIf(true);
                results[i] = train(i);
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return results;
    }

    /// <summary>Runs them all, each in one of several processes; every process gets what all of them found.</summary>
    /// <param name="processes">The processes.</param>
    /// <param name="count">How many.</param>
    /// <param name="train">One of them, by its number.</param>
    public static double[][] Run(ProcessGroup processes, int count, Func<int, double[]> train) =>
        processes.Distribute(count, own => Run(own.Count, i => train(own[i])));
}
