using Math4AI.LinearAlgebra;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability;

/// <summary>Differential entropy H = −∫ p log p of continuous samples, in nats.</summary>
public static class Entropy
{
    /// <summary>½ log det(2πe C) of a Gaussian with the covariance of the data.</summary>
    /// <param name="samplesByVariables">One row a sample.</param>
    /// <exception cref="ArgumentException">There are fewer samples than variables and one, or the covariance is singular.</exception>
    public static double Gaussian(Matrix<double> samplesByVariables)
    {
        ArgumentNullException.ThrowIfNull(samplesByVariables);
        Matrix<double> covariance = Covariance.Of(new MatrixSampleSource(samplesByVariables)).Matrix;
        double determinant = covariance.Cholesky().DeterminantLn;
        return 0.5 * (samplesByVariables.ColumnCount * Math.Log(2.0 * Math.PI * Math.E) + determinant);
    }

    /// <summary>
    /// By spacings of m ordered samples, with the bias of a uniform density taken off: mean log(x₍i+m₎ − x₍i₎) − ψ(m) + ψ(n + 1).
    /// Sources: O. Vasicek, JRSS B 38 (1976); E. Learned-Miller and J. Fisher, JMLR 4 (2003), section 2.3.
    /// </summary>
    /// <param name="samples">Two or more.</param>
    /// <param name="spacing">m; null for √n.</param>
    /// <exception cref="ArgumentException">There are too few samples, or some are not finite.</exception>
    public static double Spacings(IReadOnlyCollection<double> samples, int? spacing = null)
    {
        double[] sorted = Sorted(samples);
        int n = sorted.Length, m = spacing ?? (int)Math.Round(Math.Sqrt(n));
        if (m < 1 || m >= n)
        {
            throw new ArgumentOutOfRangeException(nameof(spacing), m, $"A spacing of 1 to {n - 1} is needed.");
        }

        double sum = 0.0, least = 1e-12 * Math.Max(double.Epsilon, sorted[^1] - sorted[0]);
        for (int i = 0; i + m < n; i++)
        {
            sum += Math.Log(Math.Max(least, sorted[i + m] - sorted[i]));
        }

        return sum / (n - m) - SpecialFunctions.DiGamma(m) + SpecialFunctions.DiGamma(n + 1.0);
    }

    /// <summary>By a Gaussian kernel density, from counts in bins: O(n).</summary>
    /// <param name="samples">Two or more.</param>
    /// <exception cref="ArgumentException">There are too few samples, some are not finite, or all are equal.</exception>
    public static double Kernel(IReadOnlyCollection<double> samples)
    {
        (KernelDensity density, _, double deviation, _, _) = Estimate(samples);
        return density.Entropy + Math.Log(deviation);
    }

    /// <summary>The density of the standardised samples, what they were standardised by, and the ends of their range.</summary>
    internal static (KernelDensity Density, double Mean, double Deviation, double Least, double Most) Estimate(
        IReadOnlyCollection<double> samples)
    {
        double[] sorted = Sorted(samples);
        double mean = sorted.Average();
        double deviation = Math.Sqrt(sorted.Sum(x => (x - mean) * (x - mean)) / sorted.Length);
        if (deviation == 0.0)
        {
            throw new ArgumentException("All samples are equal: such a variable has no density.", nameof(samples));
        }

        double reach = Math.Max(sorted[^1] - mean, mean - sorted[0]) / deviation;
        (double origin, double width, int bins) = KernelDensity.Grid(sorted.Length, reach);
        double[] counts = new double[bins];
        var histogram = new LinearHistogram(origin, width, bins);
        histogram.Add([.. sorted.Select(x => (x - mean) / deviation)]);
        histogram.MoveTo(counts);
        return (KernelDensity.Of(counts, origin, width), mean, deviation, sorted[0], sorted[^1]);
    }

    /// <summary>
    /// By distances to the k-th neighbour, H = ψ(n) − ψ(k) + d · mean log 2ε_i in the maximum norm. Source: L. Kozachenko and
    /// N. Leonenko, Problems of Information Transmission 23 (1987), in the form of A. Kraskov et al. (2004).
    /// </summary>
    /// <param name="samplesByVariables">One row a sample; no two equal.</param>
    /// <param name="neighbour">k.</param>
    /// <exception cref="ArgumentException">There are k or fewer samples, or equal ones.</exception>
    public static double NearestNeighbour(Matrix<double> samplesByVariables, int neighbour = 4)
    {
        ArgumentNullException.ThrowIfNull(samplesByVariables);
        var tree = new NeighbourTree(samplesByVariables, neighbour);
        int n = samplesByVariables.RowCount;
        double sum = 0.0;
        for (int i = 0; i < n; i++)
        {
            double distance = tree.DistanceToNeighbour(i);
            sum += distance > 0.0
                ? Math.Log(2.0 * distance)
                : throw new ArgumentException($"Sample {i + 1} has {neighbour} equal ones: the variable is not continuous.");
        }

        return SpecialFunctions.DiGamma(n) - SpecialFunctions.DiGamma(neighbour) + samplesByVariables.ColumnCount * sum / n;
    }

    internal static double[] Sorted(IReadOnlyCollection<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Count < 2 || samples.Any(x => !double.IsFinite(x)))
        {
            throw new ArgumentException("Two or more finite samples are needed.", nameof(samples));
        }

        double[] sorted = [.. samples];
        Array.Sort(sorted);
        return sorted;
    }
}
