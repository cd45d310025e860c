namespace Math4AI.Probability;

/// <summary>
/// A Gaussian kernel density from counts in bins: f(x) = Σ_b c_b K_h(x − x_b) / n, with the score ψ = −f′/f; both are
/// tables read by linear interpolation, so that the cost of a sample does not grow with their number. The width is h
/// = 1.035 n^(−1/5) σ, 1.15 times Silverman's 0.9. Source: B. Silverman, "Density Estimation for Statistics and Data
/// Analysis" (1986), sections 3.4 and 3.5.
/// </summary>
internal sealed class KernelDensity
{
    private const double WidthFactor = 1.15 * 0.9;
    private const int BinsInWidth = 3;
    private const int MaxBins = 4096;
    private const double KernelReach = 4.0;

    private readonly double[] density;

    private KernelDensity(double origin, double binWidth, double[] density, double[] score)
    {
        Origin = origin;
        BinWidth = binWidth;
        this.density = density;
        Score = score;
    }

    /// <summary>Gets the value of the first bin.</summary>
    public double Origin { get; }

    /// <summary>Gets the distance between bins.</summary>
    public double BinWidth { get; }

    /// <summary>Gets ψ at the bins.</summary>
    public double[] Score { get; }

    /// <summary>Gets f at the bins.</summary>
    public ReadOnlySpan<double> Density => density;

    /// <summary>Gets the entropy −Σ c_b log f_b / n, in nats.</summary>
    public double Entropy { get; private init; }

    /// <summary>Gets the standard deviation of −log f over the samples.</summary>
    public double EntropyDeviation { get; private init; }

    /// <summary>Gets E ψ′, which equals E ψ² where f is the true density.</summary>
    public double MeanSlope { get; private init; }

    /// <summary>Gets E ψ².</summary>
    public double MeanSquare { get; private init; }

    /// <summary>Gets E ψ(x) x, which is 1 where f is the true density.</summary>
    public double MeanProduct { get; private init; }

    /// <summary>Chooses a grid for standardised samples.</summary>
    /// <param name="samples">How many there are: the more, the finer the grid.</param>
    /// <param name="reach">
    /// Its extent on both sides, in standard deviations; samples beyond count at the edge.
    /// </param>
    public static (double Origin, double BinWidth, int Bins) Grid(long samples, double reach)
    {
        double width = WidthFactor * Math.Pow(samples, -0.2);
        double binWidth = width / BinsInWidth;
        double side = Math.Min(reach + (KernelReach + 1.0) * width, 0.5 * binWidth * (MaxBins - 3));
        return (-side, binWidth, (int)(2.0 * side / binWidth) + 3);
    }

    /// <summary>Estimates the density from counts on a grid of <see cref="Grid"/>.</summary>
    public static KernelDensity Of(ReadOnlySpan<double> counts, double origin, double binWidth)
    {
        int bins = counts.Length;
        double[] density = new double[bins], slope = new double[bins];
        double n = Smooth(counts, BinsInWidth * binWidth, density, slope);
        double[] score = new double[bins];
        double entropy = 0.0, logSquare = 0.0, product = 0.0, square = 0.0;
        for (int b = 0; b < bins; b++)
        {
            density[b] /= n;

            // Where there are no samples, the score stays constant.
            score[b] = density[b] > 1e-12 ? -slope[b] / (n * density[b]) : b > 0 ? score[b - 1] : 0.0;
            if (counts[b] > 0.0)
            {
                double log = Math.Log(density[b]);
                entropy -= counts[b] * log;
                logSquare += counts[b] * log * log;
                square += counts[b] * score[b] * score[b];
                product += counts[b] * score[b] * (origin + b * binWidth);
            }
        }

        double slopes = 0.0;
        for (int b = 1; b < bins - 1; b++)
        {
            slopes += counts[b] * (score[b + 1] - score[b - 1]) / (2.0 * binWidth);
        }

        return new KernelDensity(origin, binWidth, density, score)
        {
            Entropy = entropy / n,
            EntropyDeviation = Math.Sqrt(Math.Max(0.0, logSquare / n - entropy * entropy / (n * n))),
            MeanSlope = slopes / n,
            MeanSquare = square / n,
            MeanProduct = product / n,
        };
    }

    /// <summary>Adds up the kernels of all counts and their slopes; returns the sum n of the counts.</summary>
    private static double Smooth(ReadOnlySpan<double> counts, double width, double[] density, double[] slope)
    {
        int bins = counts.Length, reach = (int)Math.Ceiling(KernelReach * BinsInWidth);
        double n = 0.0;
        for (int b = 0; b < bins; b++)
        {
            double count = counts[b];
            n += count;
            if (count == 0.0)
            {
                continue;
            }

            for (int at = Math.Max(0, b - reach); at <= Math.Min(bins - 1, b + reach); at++)
            {
                double z = (double)(at - b) / BinsInWidth;
                double kernel = count * Math.Exp(-0.5 * z * z) / (width * Math.Sqrt(2.0 * Math.PI));
                density[at] += kernel;
                slope[at] -= kernel * z / width;
            }
        }

        return n;
    }
}
