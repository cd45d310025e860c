namespace Math4AI.Probability;

/// <summary>
/// The p-value of a test by random data sets in which the hypothesis is true. It stops at the tenth data set whose
/// statistic is as large as that of the data: where the hypothesis holds, few are needed, and only large p-values are
/// less precise.
/// Sources: J. Besag and P. Clifford, "Sequential Monte Carlo p-values", Biometrika 78 (1991); T. Knijnenburg et al.,
/// "Fewer permutations, more accurate P-values", Bioinformatics 25 (2009), for statistics beyond all data sets.
/// </summary>
internal static class SequentialTest
{
    /// <summary>The fewest data sets that show a tail.</summary>
    public const int LeastForTail = 50;

    /// <summary>How many statistics that are as large end the test: so many are drawn in any case.</summary>
    public const int Enough = 10;

    // No extrapolation is believed further than this.
    private const double Least = 1e-10;

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

    /// <summary>
    /// Computes the p-value of a statistic. Where it is beyond those of all data sets, the tail of these goes on as an
    /// exponential one, whose scale is taken larger by two standard errors: statistics that are near normal, or near
    /// χ², have lighter tails.
    /// </summary>
    /// <param name="draws">The most data sets.</param>
    /// <param name="value">The statistic of the data.</param>
    /// <param name="statistic">That of a data set, numbered from 0.</param>
    /// <param name="cancellation">Stops between data sets.</param>
    public static double PValue(
        int draws, double value, Func<int, double> statistic, CancellationToken cancellation = default)
    {
        double[] drawn = new double[draws];
        int larger = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            cancellation.ThrowIfCancellationRequested();
            drawn[draw] = statistic(draw);
            larger += drawn[draw] >= value ? 1 : 0;
            if (larger == Enough)
            {
                return (double)Enough / (draw + 1);
            }
        }

        double counted = (larger + 1.0) / (draws + 1.0);
        return larger > 0 || draws < LeastForTail ? counted : Math.Clamp(Tail(drawn, value), Least, counted);
    }

    private static double Tail(double[] drawn, double value)
    {
        Array.Sort(drawn);
        int count = Math.Max(Enough, drawn.Length / 10);
        double from = drawn[^(count + 1)];
        double excess = (drawn[^count..].Average() - from) * (1.0 + 2.0 / Math.Sqrt(count));
        return excess > 0.0 ? (double)count / drawn.Length * Math.Exp(-(value - from) / excess) : 1.0;
    }
}
