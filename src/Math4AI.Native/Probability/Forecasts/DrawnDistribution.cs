using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Math4AI.Probability.Forecasts;

/// <summary>
/// The distribution of draws: its quantiles are theirs, and its density is a sum of normal kernels with the width
/// 0.9 min(s, IQR/1.34) n^(−1/5). Source of the width: B. Silverman, "Density Estimation" (1986), eq. 3.31.
/// </summary>
internal sealed class DrawnDistribution : PredictiveDistribution
{
    private readonly double[] sorted;
    private readonly double width;

    public DrawnDistribution(IReadOnlyCollection<double> draws)
    {
        const double Share = 0.9, QuartilesOfNormal = 1.34, Order = -0.2;
        sorted = Entropy.Sorted(draws);
        Mean = sorted.Average();
        Deviation = sorted.StandardDeviation();
        double quartiles = SortedArrayStatistics.InterquartileRange(sorted) / QuartilesOfNormal;
        double spread = quartiles > 0.0 ? Math.Min(Deviation, quartiles) : Deviation;
        width = Share * spread * Math.Pow(sorted.Length, Order);
    }

    /// <inheritdoc/>
    public override double Mean { get; }

    /// <inheritdoc/>
    public override double Deviation { get; }

    /// <inheritdoc/>
    public override double Quantile(double probability)
    {
        RequireInside(probability);
        return SortedArrayStatistics.Quantile(sorted, probability);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">All draws are equal, and there is no density.</exception>
    public override double LogDensity(double observed)
    {
        if (!(width > 0.0))
        {
            throw new InvalidOperationException("All draws are equal: they have no density.");
        }

        double[] logs = Array.ConvertAll(sorted, draw => Normal.PDFLn(draw, width, observed));
        double most = logs.Max();
        return most + Math.Log(logs.Average(log => Math.Exp(log - most)));
    }

    /// <inheritdoc/>
    public override double Crps(double observed) => ForecastScores.Crps(sorted, observed);

    /// <inheritdoc/>
    public override double Draw(System.Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return sorted[random.Next(sorted.Length)];
    }
}
