namespace Math4AI.Probability.Conformal;

/// <summary>
/// Conformalized quantile regression: a model's lower and upper quantiles, which adapt to the spread at x, moved apart
/// (or together) by one number so that they hold a new sample with a probability of at least the level, whatever the
/// model and the distribution. The scores of n exchangeable samples that the model has not seen are
/// E_i = max(l(x_i) − y_i, y_i − u(x_i)). Source: Y. Romano, E. Patterson and E. Candès, "Conformalized quantile
/// regression", NeurIPS 32 (2019).
/// </summary>
public sealed class ConformalQuantiles
{
    private readonly SplitConformal scores;

    /// <summary>Takes samples that the model has not seen.</summary>
    /// <param name="targets">y_i.</param>
    /// <param name="lower">l(x_i), the model's lower quantile, such as that of 5 %.</param>
    /// <param name="upper">u(x_i), the model's upper quantile, such as that of 95 %.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a number is not finite.</exception>
    public ConformalQuantiles(
        IReadOnlyList<double> targets, IReadOnlyList<double> lower, IReadOnlyList<double> upper)
    {
        ConformalInput.Check(targets, lower, upper);
        scores = new SplitConformal(targets.Select((y, i) => Math.Max(lower[i] - y, y - upper[i])));
    }

    /// <summary>Gets the number of samples n.</summary>
    public int Count => scores.Count;

    /// <summary>
    /// Returns the interval [l(x) − E, u(x) + E] of a new sample, with E the ⌈level (n + 1)⌉-th smallest score;
    /// infinite where there are too few samples for the level, empty (its lower end above the upper) where E is far
    /// below 0.
    /// </summary>
    /// <param name="lower">l(x).</param>
    /// <param name="upper">u(x).</param>
    /// <param name="level">The probability, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public (double Lower, double Upper) Interval(double lower, double upper, double level)
    {
        double more = scores.Quantile(level);
        return (lower - more, upper + more);
    }
}
