using System.Runtime.ExceptionServices;
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
}
