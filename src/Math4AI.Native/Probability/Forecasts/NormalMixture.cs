using MathNet.Numerics.Distributions;

namespace Math4AI.Probability.Forecasts;

/// <summary>
/// Normal distributions that weigh the same: the members of an ensemble. Source of its ranked probability score: E.
/// Grimit, T. Gneiting, V. Berrocal and N. Johnson, "The continuous ranked probability score for circular variables and
/// its application to mesoscale forecast ensemble verification", Q. J. R. Meteorol. Soc. 132 (2006), eq. 5.
/// </summary>
internal sealed class NormalMixture : PredictiveDistribution
{
    private readonly double[] means;
    private readonly double[] deviations;

    public NormalMixture(IReadOnlyList<double> means, IReadOnlyList<double> deviations)
    {
        ArgumentNullException.ThrowIfNull(means);
        ArgumentNullException.ThrowIfNull(deviations);
        if (means.Count == 0 || means.Count != deviations.Count || !means.All(double.IsFinite)
            || deviations.Any(sigma => !(sigma > 0.0 && double.IsFinite(sigma))))
        {
            throw new ArgumentException(
                $"There are {means.Count} means and {deviations.Count} deviations: as many of both are needed, all "
                + "finite and deviations more than 0.");
        }

        (this.means, this.deviations) = ([.. means], [.. deviations]);
        Mean = this.means.Average();
        Deviation = Math.Sqrt(this.means.Select((mean, m) =>
            this.deviations[m] * this.deviations[m] + (mean - Mean) * (mean - Mean)).Average());
    }

    /// <inheritdoc/>
    public override double Mean { get; }

    /// <inheritdoc/>
    public override double Deviation { get; }

    /// <inheritdoc/>
    public override double Quantile(double probability)
    {
        RequireInside(probability);

        // The mixture's lies between the least and the largest of the members'.
        double z = Normal.InvCDF(0.0, 1.0, probability);
        double low = means.Select((mean, m) => mean + z * deviations[m]).Min();
        double high = means.Select((mean, m) => mean + z * deviations[m]).Max();
        while (0.5 * (low + high) is var middle && middle > low && middle < high)
        {
            double below = means.Select((mean, m) => Normal.CDF(mean, deviations[m], middle)).Average();
            (low, high) = below < probability ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <inheritdoc/>
    public override double LogDensity(double observed)
    {
        double[] logs = [.. means.Select((mean, m) => Normal.PDFLn(mean, deviations[m], observed))];
        double most = logs.Max();
        return most + Math.Log(logs.Average(log => Math.Exp(log - most)));
    }

    /// <inheritdoc/>
    public override double Crps(double observed)
    {
        double away = means.Select((mean, m) => MeanAbsolute(observed - mean, deviations[m])).Average(), apart = 0.0;
        for (int i = 0; i < means.Length; i++)
        {
            for (int j = 0; j < means.Length; j++)
            {
                apart += MeanAbsolute(means[i] - means[j], Math.Sqrt(
                    deviations[i] * deviations[i] + deviations[j] * deviations[j]));
            }
        }

        return away - 0.5 * apart / ((double)means.Length * means.Length);
    }

    /// <inheritdoc/>
    public override double Draw(System.Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        int member = random.Next(means.Length);
        return Normal.Sample(random, means[member], deviations[member]);
    }

    /// <summary>E|X| of N(μ, σ²).</summary>
    private static double MeanAbsolute(double mean, double deviation) =>
        2.0 * deviation * Normal.PDF(0.0, 1.0, mean / deviation)
        + mean * (2.0 * Normal.CDF(0.0, 1.0, mean / deviation) - 1.0);
}
