namespace Math4AI.Probability.Conformal;

/// <summary>
/// Split conformal prediction: from the scores of n samples that a model has not seen, the score that a new sample
/// exceeds with probability at most 1 − level, whatever the model and the distribution, as long as the samples are
/// exchangeable. Source: V. Vovk, A. Gammerman, G. Shafer, "Algorithmic Learning in a Random World" (2005), 4.2.
/// </summary>
public sealed class SplitConformal
{
    private readonly double[] sorted;

    /// <summary>Takes the scores of the samples.</summary>
    /// <param name="scores">How badly each sample fits the model, such as |y − f(x)|.</param>
    /// <exception cref="ArgumentException">A score is NaN.</exception>
    public SplitConformal(IEnumerable<double> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        sorted = [.. scores.Order()];
        if (sorted.Any(double.IsNaN))
        {
            throw new ArgumentException("Scores are numbers, and one is NaN.", nameof(scores));
        }
    }

    /// <summary>Gets the number of samples.</summary>
    public int Count => sorted.Length;

    /// <summary>Gets the scores in ascending order.</summary>
    public IReadOnlyList<double> Scores => sorted;

    /// <summary>
    /// Returns the ⌈level (n + 1)⌉-th smallest score: a new sample's is at most that with a probability of at least the
    /// level. Infinity where there are too few samples for the level.
    /// </summary>
    /// <param name="level">The probability, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public double Quantile(double level)
    {
        int rank = RankOf(level, sorted.Length);
        return rank > sorted.Length ? double.PositiveInfinity : sorted[rank - 1];
    }

    /// <summary>The rank ⌈level (n + 1)⌉ among n scores, 1 at least; above n where there are too few.</summary>
    internal static int RankOf(double level, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(level, 0.0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, 1.0);

        // 0.9 · 10 is 9, and not the number above it that rounding makes of it.
        const double Rounding = 1e-9;
        return Math.Max(1, (int)Math.Ceiling(level * (count + 1.0) - Rounding));
    }
}
