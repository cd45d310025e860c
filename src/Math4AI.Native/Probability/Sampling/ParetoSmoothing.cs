namespace Math4AI.Probability.Sampling;

/// <summary>
/// Importance weights whose largest ones are replaced by the quantiles of a generalized Pareto distribution that is
/// fitted to them. Its shape k̂ says how far the weights can be trusted: below 0.7 they can. Sources: A. Vehtari, D.
/// Simpson, A. Gelman, Y. Yao and J. Gabry, "Pareto smoothed importance sampling", JMLR 25 (2024); J. Zhang and M.
/// Stephens, "A new and efficient estimation method for the generalized Pareto distribution", Technometrics 51 (2009).
/// </summary>
internal static class ParetoSmoothing
{
    private const double MaxShare = 0.2;
    private const int MinTail = 5;
    private const double PriorDraws = 10.0;
    private const double PriorShape = 0.5;
    private const double Rounding = 1e-9;

    /// <summary>Smooths weights in place.</summary>
    /// <param name="logWeights">log w, up to a constant; afterwards log w with the largest raw one at 0.</param>
    /// <returns>k̂; ∞ where there are too few draws to fit a tail, −∞ where all large weights are equal.</returns>
    public static double Smooth(double[] logWeights)
    {
        int draws = logWeights.Length;
        double largest = logWeights.Max();
        for (int i = 0; i < draws; i++)
        {
            logWeights[i] -= largest;
        }

        int tail = (int)Math.Ceiling(Math.Min(MaxShare * draws, 3.0 * Math.Sqrt(draws)));
        if (tail < MinTail)
        {
            return double.PositiveInfinity;
        }

        int[] order = [.. Enumerable.Range(0, draws).OrderBy(i => logWeights[i])];
        int[] last = order[^tail..];
        double cut = Math.Exp(logWeights[order[^(tail + 1)]]);
        double[] above = [.. last.Select(i => Math.Exp(logWeights[i]) - cut)];
        if (!(above[^1] - above[0] > Rounding))
        {
            // Equal weights, but for rounding, need no smoothing.
            return double.NegativeInfinity;
        }

        (double shape, double scale) = Fit(above);
        for (int i = 0; i < tail && double.IsFinite(shape); i++)
        {
            double rest = 1.0 - (i + 0.5) / tail;
            double excess = shape == 0.0
                ? -scale * Math.Log(rest)
                : scale / shape * (Math.Pow(rest, -shape) - 1.0);
            logWeights[last[i]] = Math.Min(0.0, Math.Log(cut + excess));
        }

        return shape;
    }

    /// <summary>Shape and scale of the distribution of numbers of 0 or more, in rising order.</summary>
    public static (double Shape, double Scale) Fit(double[] sorted)
    {
        const double Spread = 3.0;
        int count = sorted.Length, points = 30 + (int)Math.Sqrt(count);
        double quarter = sorted.Skip((int)(count / 4.0 + 0.5) - 1).First(x => x > 0.0);
        double[] places = [.. Enumerable.Range(1, points).Select(
            j => 1.0 / sorted[^1] + (1.0 - Math.Sqrt(points / (j - 0.5))) / (Spread * quarter))];
        double[] logs = [.. places.Select(place =>
        {
            double shape = Shape(place);
            return count * (Math.Log(-place / shape) - shape - 1.0);
        })];
        double place = places.Select((at, j) => at / logs.Sum(other => Math.Exp(other - logs[j]))).Sum();
        double found = Shape(place);
        return ((count * found + PriorDraws * PriorShape) / (count + PriorDraws), -found / place);

        double Shape(double at) => sorted.Average(x => double.LogP1(-at * x));
    }
}
