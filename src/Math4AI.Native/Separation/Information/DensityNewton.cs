using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Probability;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Information;

/// <summary>
/// Maximum likelihood with densities estimated from the data, on all samples, without a constraint of whiteness. With
/// the scores ψ_i = −f_i′/f_i of kernel densities of the sources x = W y, the relative gradient is E ψ_i(x_i) x_j, and
/// its pairs (i, j) form 2 × 2 Newton systems with E ψ_i′ E x_j² and E ψ_i x_i. One pass counts the bins of the
/// densities, and each step takes one more. Sources: D.-T. Pham and P. Garat, "Blind separation of mixture of
/// independent sources through a quasi-maximum likelihood approach", IEEE Transactions on Signal Processing 45 (1997);
/// P. Ablin, J.-F. Cardoso, A. Gramfort, "Faster independent component analysis by preconditioning with Hessian
/// approximations", ibid. 66 (2018), for the pairs.
/// </summary>
internal sealed class DensityNewton
{
    private const int MaxSteps = 20;
    private const double Reach = 12.0;
    private const double MinDeterminant = 0.1;

    // After a step longer than this, the densities are counted again.
    private const double LongStep = 0.02;
    private const double LongestStep = 0.3;

    private readonly ISampleSource samples;
    private readonly Covariance covariance;
    private readonly CancellationToken cancellation;
    private readonly double[] mean;
    private readonly double origin;
    private readonly double binWidth;
    private readonly int bins;

    public DensityNewton(ISampleSource samples, Covariance covariance, CancellationToken cancellation)
    {
        this.samples = samples;
        this.covariance = covariance;
        this.cancellation = cancellation;
        mean = covariance.Mean.ToArray();
        (origin, binWidth, bins) = KernelDensity.Grid(samples.Length, Reach);
    }

    /// <summary>Gets the sizes of the steps.</summary>
    public List<double> Changes { get; } = [];

    /// <summary>Iterates from W until a step is smaller than the tolerance.</summary>
    /// <param name="unmixing">W, sources × channels.</param>
    /// <param name="tolerance">The largest relative change of W that is none.</param>
    /// <param name="changed">Told the size of every step, and the nats that it gains, by its quadratic model.</param>
    public Matrix<double> Solve(Matrix<double> unmixing, double tolerance, Action<double, double> changed)
    {
        int sources = unmixing.RowCount;
        var pass = new BlockPass<double, Sums>(samples, samples.Read, 2 * sources,
            () => new Sums(Enumerable.Range(0, sources).Select(_ => new LinearHistogram(origin, binWidth, bins))));
        KernelDensity[] densities = [];
        unmixing = Standardize(unmixing);
        for (int iteration = 0; iteration < MaxSteps; iteration++)
        {
            if (densities.Length == 0 || Changes[^1] > LongStep)
            {
                densities = Count(pass, unmixing);
            }

            (Matrix<double> step, double gain) = Step(pass, unmixing, densities);
            double change = step.InfinityNorm();
            unmixing = Standardize(unmixing - Math.Min(1.0, LongestStep / change) * step * unmixing);
            Changes.Add(change);
            changed(change, gain);
            if (change < tolerance)
            {
                break;
            }
        }

        return unmixing;
    }

    /// <summary>Scales the rows of W such that the sources have unit variance.</summary>
    private Matrix<double> Standardize(Matrix<double> unmixing)
    {
        Vector<double> variance = (unmixing * covariance.Matrix * unmixing.Transpose()).Diagonal();
        return Matrix<double>.Build.DenseDiagonal(variance.Count, variance.Count, i => 1.0 / Math.Sqrt(variance[i]))
            * unmixing;
    }

    private KernelDensity[] Count(BlockPass<double, Sums> pass, Matrix<double> unmixing)
    {
        int sources = unmixing.RowCount;
        double[] weights = unmixing.ToRowMajorArray();
        pass.Run(
            (sums, block, scratch, count, _) =>
            {
                BlockKernels.Centre(block, count, mean);
                BlockKernels.Project<double>(weights, sources, block, samples.Channels, count, scratch);
                for (int i = 0; i < sources; i++)
                {
                    sums.Histograms[i].Add(scratch.Slice(i * count, count));
                }
            },
            cancellation);
        double[] total = new double[sources * bins];
        foreach (Sums sums in pass.States)
        {
            for (int i = 0; i < sources; i++)
            {
                sums.Histograms[i].MoveTo(total.AsSpan(i * bins, bins));
            }
        }

        return [.. Enumerable.Range(0, sources).Select(
            i => KernelDensity.Of(total.AsSpan(i * bins, bins), origin, binWidth))];
    }

    /// <summary>Computes the Newton step, pair by pair, and the decrease of the cost that it predicts.</summary>
    private (Matrix<double> Step, double Gain) Step(
        BlockPass<double, Sums> pass, Matrix<double> unmixing, KernelDensity[] densities)
    {
        int sources = unmixing.RowCount;
        double[] gradient = Gradient(pass, unmixing, densities);
        Matrix<double> step = Matrix<double>.Build.Dense(sources, sources);
        for (int i = 0; i < sources; i++)
        {
            for (int j = 0; j < i; j++)
            {
                (double slopeI, double slopeJ) = (densities[i].MeanSlope, densities[j].MeanSlope);
                (double crossI, double crossJ) = (densities[i].MeanProduct, densities[j].MeanProduct);
                (double gij, double gji) = (gradient[i * sources + j], gradient[j * sources + i]);
                double determinant = Math.Max(slopeI * slopeJ - crossI * crossJ, MinDeterminant);
                step[i, j] = (slopeJ * gij - crossI * gji) / determinant;
                step[j, i] = (slopeI * gji - crossJ * gij) / determinant;
            }
        }

        // A Newton step lowers a quadratic by half of the slope along it.
        double slope = 0.0;
        for (int i = 0; i < sources; i++)
        {
            for (int j = 0; j < sources; j++)
            {
                slope += step[i, j] * gradient[i * sources + j];
            }
        }

        return (step, 0.5 * slope);
    }

    /// <summary>Computes E ψ_i(x_i) x_j, row after row, in one pass.</summary>
    private double[] Gradient(BlockPass<double, Sums> pass, Matrix<double> unmixing, KernelDensity[] densities)
    {
        int sources = unmixing.RowCount;
        double[] weights = unmixing.ToRowMajorArray();
        pass.Run(
            (sums, block, scratch, count, _) =>
            {
                Span<double> x = scratch[..(sources * count)], scores = scratch[(sources * count)..];
                BlockKernels.Centre(block, count, mean);
                BlockKernels.Project<double>(weights, sources, block, samples.Channels, count, x);
                for (int i = 0; i < sources; i++)
                {
                    LinearTable.Read(x.Slice(i * count, count), origin, binWidth, densities[i].Score,
                        scores.Slice(i * count, count));
                }

                BlockKernels.AddOuterProduct<double>(scores, sources, x, sources, count, sums.Product);
            },
            cancellation);
        double[] product = new double[sources * sources];
        foreach (Sums sums in pass.States)
        {
            TensorPrimitives.Add<double>(product, sums.Product, product);
            Array.Clear(sums.Product);
        }

        TensorPrimitives.Divide(product, samples.Length, product);
        return product;
    }

    private sealed class Sums : IPartialSums
    {
        public Sums(IEnumerable<LinearHistogram> histograms)
        {
            Histograms = [.. histograms];
            Product = new double[Histograms.Length * Histograms.Length];
        }

        public IReadOnlyList<double[]> Totals => [Product, .. Histograms.SelectMany(each => each.Totals)];

        public LinearHistogram[] Histograms { get; }

        public double[] Product { get; }
    }
}
