using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Math4AI.Probability.Forecasts;

/// <summary>
/// Scores of predicted distributions: proper ones, which are best on average if and only if the true distribution is
/// predicted. Source: T. Gneiting and A. Raftery, "Strictly proper scoring rules, prediction, and estimation", JASA 102
/// (2007).
/// </summary>
public static class ForecastScores
{
    /// <summary>
    /// Computes the continuous ranked probability score of a normal prediction, ∫ (F(x) − 1{x ≥ y})² dx =
    /// σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π) with z = (y − μ)/σ, in the unit of y; lower is better.
    /// </summary>
    /// <param name="mean">μ.</param>
    /// <param name="deviation">σ, more than 0.</param>
    /// <param name="observed">y.</param>
    /// <exception cref="ArgumentOutOfRangeException">σ is not more than 0.</exception>
    public static double NormalCrps(double mean, double deviation, double observed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation);
        double z = (observed - mean) / deviation;
        return deviation * (z * (2.0 * Normal.CDF(0.0, 1.0, z) - 1.0) + 2.0 * Normal.PDF(0.0, 1.0, z)
            - 1.0 / Math.Sqrt(Math.PI));
    }

    /// <summary>
    /// Estimates the continuous ranked probability score of the distribution that draws come from, E|X − y| −
    /// ½ E|X − X′|, without bias.
    /// </summary>
    /// <param name="draws">Two or more.</param>
    /// <param name="observed">y.</param>
    /// <exception cref="ArgumentException">There are too few draws, or one is not finite.</exception>
    public static double Crps(IReadOnlyCollection<double> draws, double observed)
    {
        double[] sorted = Entropy.Sorted(draws);
        int n = sorted.Length;
        double away = 0.0, apart = 0.0;
        for (int i = 0; i < n; i++)
        {
            away += Math.Abs(sorted[i] - observed);

            // Σ_i<j (x_j − x_i) = Σ_i (2i + 1 − n) x_i, about the median so that no digits are lost.
            apart += (2.0 * i + 1.0 - n) * (sorted[i] - sorted[n / 2]);
        }

        return away / n - apart / (n * (n - 1.0));
    }

    /// <summary>
    /// Returns where an observation lies among draws, the share below it with half of those equal to it: uniform on
    /// 0 … 1 over observations if the predictions are calibrated (the probability integral transform).
    /// </summary>
    /// <param name="draws">Two or more.</param>
    /// <param name="observed">y.</param>
    /// <exception cref="ArgumentException">There are too few draws, or one is not finite.</exception>
    public static double Pit(IReadOnlyCollection<double> draws, double observed)
    {
        double[] sorted = Entropy.Sorted(draws);
        return sorted.Average(x => x < observed ? 1.0 : x == observed ? 0.5 : 0.0);
    }

    /// <summary>
    /// Computes the Brier score of probabilities and its parts, in groups of one size by probability.
    /// </summary>
    /// <param name="probabilities">What was predicted for each event, 0 to 1.</param>
    /// <param name="happened">Whether each happened.</param>
    /// <param name="groups">The number of groups, of which each has a sample at least.</param>
    /// <exception cref="ArgumentException">
    /// The lengths differ, there are fewer samples than groups, or a probability is none.
    /// </exception>
    public static BrierParts Brier(
        IReadOnlyList<double> probabilities, IReadOnlyList<bool> happened, int groups = 10)
    {
        RequireEvents(probabilities, happened, groups);
        int n = probabilities.Count;
        double Event(int i) => happened[i] ? 1.0 : 0.0;
        double score = Enumerable.Range(0, n).Average(i => Math.Pow(probabilities[i] - Event(i), 2.0));
        double rate = Enumerable.Range(0, n).Average(Event), reliability = 0.0, resolution = 0.0;
        foreach (int[] group in Groups(probabilities, groups))
        {
            double said = group.Average(i => probabilities[i]), seen = group.Average(Event);
            reliability += group.Length * Math.Pow(said - seen, 2.0) / n;
            resolution += group.Length * Math.Pow(seen - rate, 2.0) / n;
        }

        return new BrierParts(score, reliability, resolution, rate * (1.0 - rate));
    }

    /// <summary>
    /// Computes the expected calibration error, Σ n_b/n |mean probability − rate| over groups of one size by
    /// probability. It is more than 0 of calibrated probabilities too, by chance: what they would have is found by
    /// drawing events from the probabilities themselves, and returned beside it. Sources: M. Pakdaman Naeini, G. Cooper
    /// and M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI (2015); J. Bröcker and
    /// L. Smith, "Increasing the reliability of reliability diagrams", Weather and Forecasting 22 (2007), for draws.
    /// </summary>
    /// <param name="probabilities">
    /// What was predicted for each event, 0 to 1; for classes, the probability of the likeliest one.
    /// </param>
    /// <param name="happened">Whether each happened; for classes, whether the likeliest one was right.</param>
    /// <param name="groups">The number of groups, of which each has a sample at least.</param>
    /// <param name="seed">The same seed gives the same draws.</param>
    /// <exception cref="ArgumentException">
    /// The lengths differ, there are fewer samples than groups, or a probability is none.
    /// </exception>
    public static CalibrationError Calibration(
        IReadOnlyList<double> probabilities, IReadOnlyList<bool> happened, int groups = 10, int seed = 1)
    {
        const int Draws = 1000;
        const double Share = 0.95;
        RequireEvents(probabilities, happened, groups);
        int[][] parts = [.. Groups(probabilities, groups)];
        double[] said = [.. parts.Select(part => part.Sum(i => probabilities[i]))];
        double ErrorOf(Func<int, bool> isSo) =>
            parts.Select((part, g) => Math.Abs(part.Count(isSo) - said[g])).Sum() / probabilities.Count;
        var random = new MersenneTwister(seed, threadSafe: false);
        double[] byChance =
            [.. Enumerable.Range(0, Draws).Select(_ => ErrorOf(i => random.NextDouble() < probabilities[i])).Order()];
        return new CalibrationError(
            ErrorOf(i => happened[i]), byChance.Average(), byChance[(int)(Share * Draws)], groups);
    }

    /// <summary>
    /// Returns how often intervals hold and how wide they are, in groups of one size by the predicted spread: intervals
    /// that hold on average may be too narrow where the prediction is sure, and too wide where it is not.
    /// </summary>
    /// <param name="lower">The lower ends.</param>
    /// <param name="upper">The upper ends.</param>
    /// <param name="observed">The observations.</param>
    /// <param name="spreads">The predicted standard deviation of each; null for the width.</param>
    /// <param name="groups">The number of groups.</param>
    /// <exception cref="ArgumentException">
    /// The lengths differ, there are fewer samples than groups, or a number is NaN.
    /// </exception>
    public static IReadOnlyList<SpreadGroup> CoverageBySpread(
        IReadOnlyList<double> lower, IReadOnlyList<double> upper, IReadOnlyList<double> observed,
        IReadOnlyList<double>? spreads = null, int groups = 10)
    {
        ArgumentNullException.ThrowIfNull(lower);
        ArgumentNullException.ThrowIfNull(upper);
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        double[] by = [.. spreads ?? [.. lower.Zip(upper, (from, to) => to - from)]];
        int n = observed.Count;
        if (lower.Count != n || upper.Count != n || by.Length != n || n < groups
            || by.Concat(observed).Any(double.IsNaN))
        {
            throw new ArgumentException(
                $"There are {lower.Count} and {upper.Count} ends, {by.Length} spreads and {n} observations for "
                + $"{groups} groups: as many of each are needed, no fewer than groups, and none NaN.");
        }

        return
        [
            .. Groups(by, groups).Select(group => new SpreadGroup(
                group.Length, group.Average(i => by[i]),
                group.Average(i => lower[i] <= observed[i] && observed[i] <= upper[i] ? 1.0 : 0.0),
                group.Average(i => upper[i] - lower[i]))),
        ];
    }

    /// <summary>Places in groups of one size, from the smallest values to the largest.</summary>
    private static IEnumerable<int[]> Groups(IReadOnlyList<double> values, int groups)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        return Enumerable.Range(0, groups).Select(g =>
            order[(int)((long)order.Length * g / groups)..(int)((long)order.Length * (g + 1) / groups)]);
    }

    private static void RequireEvents(IReadOnlyList<double> probabilities, IReadOnlyList<bool> happened, int groups)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(happened);
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        int n = probabilities.Count;
        if (n != happened.Count || n < groups || probabilities.Any(p => !(p is >= 0.0 and <= 1.0)))
        {
            throw new ArgumentException(
                $"There are {n} probabilities and {happened.Count} events for {groups} groups: as many of both are "
                + "needed, no fewer than groups, and probabilities of 0 to 1.");
        }
    }
}
