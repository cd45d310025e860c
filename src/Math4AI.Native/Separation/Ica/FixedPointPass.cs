using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation.Ica;

/// <summary>
/// Computes FastICA's step for rows w of W on white data z = K (y − μ), E[g(Wz) zᵀ] − diag(E[g′(Wz)]) W, in one pass
/// over y in blocks that stay in the cache. White data are never stored: with B = W K, wᵀz = B (y − μ), and E[g zᵀ] =
/// E[g (y − μ)ᵀ] Kᵀ.
/// </summary>
internal abstract class FixedPointPass
{
    // Rounding samples to float32 adds noise of 2⁻²⁵ to channels of unit variance. After K, it must stay far below the
    // tolerance of the steps, and below what a million samples can resolve.
    private const double MaxAmplification = 1e3;
    private const double FinestTolerance = 1e-7;

    // Between these, samples and their products fit float32.
    private const double MinDeviation = 1e-12;
    private const double MaxDeviation = 1e12;

    /// <summary>
    /// Creates the pass in float32, which is twice as fast, if its rounding is negligible; otherwise in float64.
    /// </summary>
    /// <param name="samples">y.</param>
    /// <param name="whitening">K and μ.</param>
    /// <param name="rows">The rows of W that go together.</param>
    /// <param name="options">The contrast, and the change that counts as none.</param>
    public static FixedPointPass Over(ISampleSource samples, Whitening whitening, int rows, FastIcaOptions options)
    {
        var deviations = whitening.Covariance.Matrix.Diagonal().PointwiseSqrt();
        double amplification = whitening.Matrix.MultiplyColumns(deviations).RowNorms(2.0).Maximum();
        bool isSingle = options is { Contrast.HasSinglePrecision: true, Tolerance: >= FinestTolerance }
            && amplification <= MaxAmplification;
        bool isFew = samples.Channels <= FewChannels.MaxCount
            && deviations.All(d => d is > MinDeviation and < MaxDeviation);
        return isSingle && isFew && options.Contrast.FusedPass(samples, whitening) is { } fused ? fused
            : isSingle ? new Typed<float>(samples, whitening, rows, options.Contrast)
            : new Typed<double>(samples, whitening, rows, options.Contrast);
    }

    /// <summary>Computes the step, rows × components.</summary>
    /// <param name="rotation">W, rows × components.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    public abstract Matrix<double> Step(Matrix<double> rotation, CancellationToken cancellation);

    private sealed class Typed<T> : FixedPointPass
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ISampleSource samples;
        private readonly Matrix<double> whitening;
        private readonly double[] scales;
        private readonly BlockPass<T, Sums<T>> pass;

        public Typed(ISampleSource samples, Whitening whitening, int rows, Contrast contrast)
        {
            this.samples = samples;
            this.whitening = whitening.Matrix;
            double[] mean = whitening.Covariance.Mean.ToArray();
            scales = [.. whitening.Covariance.Matrix.Diagonal().Select(
                variance => typeof(T) == typeof(float) && variance > 0.0 ? 1.0 / Math.Sqrt(variance) : 1.0)];
            pass = new BlockPass<T, Sums<T>>(
                samples,
                (start, count, block) => Read(start, count, mean, block),
                rows,
                () => new Sums<T>(rows, samples.Channels, contrast));
        }

        public override Matrix<double> Step(Matrix<double> rotation, CancellationToken cancellation)
        {
            int rows = rotation.RowCount;
            T[] weights = [.. (rotation * whitening).ToRowMajorArray().Select(
                (b, i) => T.CreateTruncating(b / scales[i % scales.Length]))];
            pass.Run((sums, block, scratch, count, _) => sums.Add(weights, block, scratch, count), cancellation);
            double[] product = new double[rows * scales.Length], slope = new double[rows];
            foreach (Sums<T> sums in pass.States)
            {
                sums.MoveTo(product, slope);
            }

            Matrix<double> mean = DenseMatrix.Create(
                rows, scales.Length, (i, j) => product[i * scales.Length + j] / scales[j] / samples.Length);
            return mean * whitening.Transpose()
                - DenseMatrix.CreateDiagonal(rows, rows, i => slope[i] / samples.Length) * rotation;
        }

        private void Read(long start, int count, double[] mean, Span<T> block)
        {
            if (typeof(T) == typeof(float))
            {
                samples.Read(start, count, mean, scales, MemoryMarshal.Cast<T, float>(block));
                return;
            }

            Span<double> exact = MemoryMarshal.Cast<T, double>(block);
            samples.Read(start, count, exact);
            BlockKernels.Centre(exact, count, mean);
        }
    }

    /// <summary>The sums Σ g(u) (y − μ)ᵀ and Σ g′(u) of one segment.</summary>
    private sealed class Sums<T>(int rows, int channels, Contrast contrast) : IPartialSums
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] ofBlock = new T[rows * channels];
        private readonly double[] product = new double[rows * channels];
        private readonly double[] slope = new double[rows];

        public IReadOnlyList<double[]> Totals => [product, slope];

        public void Add(T[] weights, ReadOnlySpan<T> block, Span<T> g, int count)
        {
            BlockKernels.Project<T>(weights, rows, block, channels, count, g);
            for (int row = 0; row < rows; row++)
            {
                Span<T> u = g.Slice(row * count, count);
                slope[row] += typeof(T) == typeof(float)
                    ? contrast.Score(MemoryMarshal.Cast<T, float>(u))
                    : contrast.Score(MemoryMarshal.Cast<T, double>(u));
            }

            // The sum of a block is in the type of the samples, the sum over blocks in float64.
            Array.Clear(ofBlock);
            BlockKernels.AddOuterProduct<T>(g, rows, block, channels, count, ofBlock);
            for (int i = 0; i < ofBlock.Length; i++)
            {
                product[i] += double.CreateTruncating(ofBlock[i]);
            }
        }

        public void MoveTo(double[] products, double[] slopes)
        {
            TensorPrimitives.Add<double>(products, product, products);
            TensorPrimitives.Add<double>(slopes, slope, slopes);
            Array.Clear(product);
            Array.Clear(slope);
        }
    }
}
