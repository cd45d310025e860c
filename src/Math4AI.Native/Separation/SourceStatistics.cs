using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation;

/// <summary>The moments of separated sources.</summary>
/// <param name="Variance">The variances E (x − E x)², one for each source.</param>
/// <param name="Skewness">The skewnesses E x³ / (E x²)^(3/2), of <see cref="SampleCount"/> samples.</param>
/// <param name="Kurtosis">
/// The excess kurtoses E x⁴ / (E x²)² − 3, of <see cref="SampleCount"/> samples; 0 for a Gaussian source.
/// </param>
/// <param name="Correlation">The correlations, sources × sources.</param>
public sealed record SourceStatistics(
    Vector<double> Variance, Vector<double> Skewness, Vector<double> Kurtosis, Matrix<double> Correlation)
{
    private const int Enough = 1 << 16;

    /// <summary>
    /// Gets the number of samples, spread over the mixture, that skewness and kurtosis were computed from: all, or
    /// about 65,536.
    /// </summary>
    public required long SampleCount { get; init; }

    /// <summary>
    /// Computes the moments of W (Y − μ); the second ones as W C Wᵀ from the covariance C of Y, without a pass.
    /// </summary>
    internal static SourceStatistics Of(
        ISampleSource mixture, Covariance covariance, Unmixing unmixing, CancellationToken cancellation)
    {
        Matrix<double> second = unmixing.Matrix * covariance.Matrix * unmixing.Matrix.Transpose();
        Vector<double> variance = second.Diagonal();
        int stride = (int)Math.Min(int.MaxValue, mixture.Length / Enough);
        ISampleSource part = stride > 1 ? new SubsampledSource(mixture, stride) : mixture;
        Moments[] sums = Pass(part, unmixing, covariance.Mean, cancellation);
        return new SourceStatistics(
            variance,
            DenseVector.Create(unmixing.Sources, k =>
                variance[k] > 0.0 ? sums.Sum(sum => sum.Cubes[k]) / part.Length / Math.Pow(variance[k], 1.5) : 0.0),
            DenseVector.Create(unmixing.Sources, k =>
                variance[k] > 0.0
                    ? sums.Sum(sum => sum.Fourths[k]) / part.Length / (variance[k] * variance[k]) - 3.0
                    : 0.0),
            DenseMatrix.Create(unmixing.Sources, unmixing.Sources, (i, j) =>
            {
                double scale = Math.Sqrt(variance[i] * variance[j]);
                return i == j ? 1.0 : scale > 0.0 ? second[i, j] / scale : 0.0;
            }))
        {
            SampleCount = part.Length,
        };
    }

    /// <summary>Computes max |x| of each source over all samples.</summary>
    internal static Vector<double> Peaks(ISampleSource mixture, Unmixing unmixing, CancellationToken cancellation)
    {
        Moments[] sums = Pass(mixture, unmixing, unmixing.Mean, cancellation);
        return DenseVector.Create(unmixing.Sources, k => sums.Max(sum => sum.Peaks[k]));
    }

    /// <summary>Gets the statistics after each source is multiplied by a factor.</summary>
    internal SourceStatistics Scaled(Vector<double> factors) => this with
    {
        Variance = Variance.PointwiseMultiply(factors.PointwisePower(2)),
        Skewness = Skewness.PointwiseMultiply(factors.PointwiseSign()),
        Correlation = DenseMatrix.Create(
            factors.Count, factors.Count, (i, j) => Correlation[i, j] * Math.Sign(factors[i]) * Math.Sign(factors[j])),
    };

    /// <summary>Gets the statistics of the sources in another order.</summary>
    internal SourceStatistics Ordered(int[] order) => this with
    {
        Variance = DenseVector.Create(order.Length, i => Variance[order[i]]),
        Skewness = DenseVector.Create(order.Length, i => Skewness[order[i]]),
        Kurtosis = DenseVector.Create(order.Length, i => Kurtosis[order[i]]),
        Correlation = DenseMatrix.Create(order.Length, order.Length, (i, j) => Correlation[order[i], order[j]]),
    };

    private static Moments[] Pass(
        ISampleSource samples, Unmixing unmixing, Vector<double> centre, CancellationToken cancellation)
    {
        double[] weights = unmixing.Matrix.ToRowMajorArray();
        double[] mean = centre.ToArray();
        var pass = new BlockPass<double, Moments>(
            samples, samples.Read, unmixing.Sources, () => new Moments(unmixing.Sources));
        pass.Run(
            (sums, block, scratch, count, _) =>
            {
                BlockKernels.Centre(block, count, mean);
                BlockKernels.Project<double>(weights, unmixing.Sources, block, samples.Channels, count, scratch);
                sums.Add(scratch, count);
            },
            cancellation);
        return [.. pass.States];
    }

    private sealed class Moments(int sources) : IPartialSums
    {
        public IReadOnlyList<double[]> Totals => [Cubes, Fourths];

        IReadOnlyList<double[]> IPartialSums.Peaks => [Peaks];

        public double[] Cubes { get; } = new double[sources];

        public double[] Fourths { get; } = new double[sources];

        public double[] Peaks { get; } = new double[sources];

        public void Add(ReadOnlySpan<double> signals, int count)
        {
            for (int source = 0; source < sources; source++)
            {
                (double cubes, double fourths, double peak) = BlockKernels.HigherMoments(
                    signals.Slice(source * count, count));
                Cubes[source] += cubes;
                Fourths[source] += fourths;
                Peaks[source] = Math.Max(Peaks[source], peak);
            }
        }
    }
}
