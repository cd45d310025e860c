using System.Numerics.Tensors;
using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation;

/// <summary>Moments of separated sources, in one pass over the mixture.</summary>
/// <param name="Variance">E x², one number a source.</param>
/// <param name="Skewness">E x³ / (E x²)^(3/2).</param>
/// <param name="Peak">max |x|.</param>
/// <param name="Correlation">Sources × sources.</param>
public sealed record SourceStatistics(
    Vector<double> Variance, Vector<double> Skewness, Vector<double> Peak, Matrix<double> Correlation)
{
    /// <summary>The moments of W (Y − μ).</summary>
    internal static SourceStatistics Of(
        ISampleSource mixture, Matrix<double> unmixing, Vector<double> mean, CancellationToken cancellation)
    {
        int sources = unmixing.RowCount;
        double[] weights = unmixing.ToRowMajorArray();
        double[] shift = mean.ToArray();
        var pass = new BlockPass<Sums>(mixture, longest => new Sums(sources, longest));
        pass.Run(
            (sums, block, count, _) =>
            {
                BlockKernels.Centre(block, count, shift);
                BlockKernels.Project(weights, sources, block, mixture.Channels, count, sums.Block);
                sums.Add(count);
            },
            cancellation);
        var total = new Sums(sources, 0);
        foreach (Sums sums in pass.States)
        {
            total.Add(sums);
        }

        return total.Statistics(mixture.Length);
    }

    /// <summary>The statistics after each source is multiplied by a factor.</summary>
    internal SourceStatistics Scaled(Vector<double> factors) =>
        new(
            Variance.PointwiseMultiply(factors.PointwisePower(2)),
            Skewness.PointwiseMultiply(factors.PointwiseSign()),
            Peak.PointwiseMultiply(factors.PointwiseAbs()),
            DenseMatrix.Create(
                factors.Count,
                factors.Count,
                (i, j) => Correlation[i, j] * Math.Sign(factors[i]) * Math.Sign(factors[j])));

    /// <summary>The statistics of the sources in another order.</summary>
    internal SourceStatistics Ordered(int[] order) =>
        new(
            DenseVector.Create(order.Length, i => Variance[order[i]]),
            DenseVector.Create(order.Length, i => Skewness[order[i]]),
            DenseVector.Create(order.Length, i => Peak[order[i]]),
            DenseMatrix.Create(order.Length, order.Length, (i, j) => Correlation[order[i], order[j]]));

    private sealed class Sums(int sources, int longest)
    {
        private readonly double[] second = new double[sources * sources];
        private readonly double[] third = new double[sources];
        private readonly double[] peak = new double[sources];

        public double[] Block { get; } = new double[sources * longest];

        public void Add(int count)
        {
            BlockKernels.AddOuterProduct(Block, sources, Block, sources, count, second);
            for (int source = 0; source < sources; source++)
            {
                (double cubes, double highest) = BlockKernels.CubesAndPeak(Block.AsSpan(source * count, count));
                third[source] += cubes;
                peak[source] = Math.Max(peak[source], highest);
            }
        }

        public void Add(Sums other)
        {
            TensorPrimitives.Add<double>(second, other.second, second);
            TensorPrimitives.Add<double>(third, other.third, third);
            TensorPrimitives.Max<double>(peak, other.peak, peak);
        }

        public SourceStatistics Statistics(long count)
        {
            Vector<double> variance = DenseVector.Create(sources, i => second[i * sources + i] / count);
            return new SourceStatistics(
                variance,
                DenseVector.Create(
                    sources, i => variance[i] > 0 ? third[i] / count / Math.Pow(variance[i], 1.5) : 0.0),
                DenseVector.OfArray(peak),
                DenseMatrix.Create(sources, sources, (i, j) => Correlation(variance, count, i, j)));
        }

        private double Correlation(Vector<double> variance, long count, int i, int j)
        {
            double scale = Math.Sqrt(variance[i] * variance[j]);
            return i == j ? 1.0 : scale > 0.0 ? second[i * sources + j] / count / scale : 0.0;
        }
    }
}
