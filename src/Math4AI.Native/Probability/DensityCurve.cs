
namespace Math4AI.Probability;

/// <summary>
/// The density of a variable and its score, on evenly spaced values: a Gaussian kernel density of binned counts, as in
/// <see cref="Entropy.Kernel"/>.
/// </summary>
/// <param name="Values">x, from the least sample to the largest.</param>
/// <param name="Density">f(x), in the reciprocal of the variable's unit.</param>
/// <param name="Score">ψ(x) = −f′(x)/f(x), in the same unit.</param>
public sealed record DensityCurve(
    IReadOnlyList<double> Values, IReadOnlyList<double> Density, IReadOnlyList<double> Score)
{
    /// <summary>Estimates both.</summary>
    /// <param name="samples">Two or more.</param>
    /// <exception cref="ArgumentException">
    /// There are too few samples, some are not finite, or all are equal.
    /// </exception>
    public static DensityCurve Of(IReadOnlyCollection<double> samples)
    {
        (KernelDensity density, double mean, double deviation, double least, double most) =
            Entropy.StandardisedDensity(samples);
        var (values, heights, scores) = (new List<double>(), new List<double>(), new List<double>());
        for (int b = 0; b < density.Score.Length; b++)
        {
            double value = mean + deviation * (density.Origin + b * density.BinWidth);
            if (value >= least && value <= most)
            {
                values.Add(value);
                heights.Add(density.Density[b] / deviation);
                scores.Add(density.Score[b] / deviation);
            }
        }

        return new DensityCurve(values, heights, scores);
    }
}
