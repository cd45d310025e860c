namespace Math4AI.Probability;

/// <summary>
/// The p-value of a test by random data sets in which the hypothesis is true. It stops at the tenth data set whose
/// statistic is as large as that of the data: where the hypothesis holds, few are needed, and only large p-values are
/// less precise.
/// Source: J. Besag and P. Clifford, "Sequential Monte Carlo p-values", Biometrika 78 (1991).
/// </summary>
internal static class SequentialTest
{
    private const int Enough = 10;

    /// <summary>Computes the p-value, which does not depend on the number of threads.</summary>
    /// <param name="draws">The most data sets; the least p-value is 1/(draws + 1).</param>
    /// <param name="isAsLarge">Whether the statistic of a data set, numbered from 0, is as large as that of the
    /// data.</param>
    /// <param name="threads">How many data sets may be drawn at a time.</param>
    /// <param name="cancellation">Stops between data sets.</param>
    public static double PValue(
        int draws, Func<int, bool> isAsLarge, int threads = 1, CancellationToken cancellation = default)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        bool[] isLarge = new bool[threads];
        int larger = 0;
        for (int first = 0; first < draws; first += threads)
        {
            int count = Math.Min(threads, draws - first);
            int start = first;
            if (count == 1)
            {
                cancellation.ThrowIfCancellationRequested();
                isLarge[0] = isAsLarge(start);
            }
            else
            {
                Parallel.For(0, count, options, draw => isLarge[draw] = isAsLarge(start + draw));
            }

            for (int draw = 0; draw < count; draw++)
            {
                larger += isLarge[draw] ? 1 : 0;
                if (larger == Enough)
                {
                    return (double)Enough / (first + draw + 1);
                }
            }
        }

        return (larger + 1.0) / (draws + 1.0);
    }
}
