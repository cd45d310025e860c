using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation.Ica;

/// <summary>
/// Computes the step for one to four channels and log cosh in float32, with all operations on a sample in one loop:
/// centering, projection, tanh, and both sums.
/// </summary>
internal sealed unsafe class FusedFixedPointPass : FixedPointPass
{
    private const int Most = FewChannels.MaxCount;

    private readonly ISampleSource samples;
    private readonly Matrix<double> whitening;
    private readonly double[] mean;
    private readonly BlockPass<double, Sums> pass;

    public FusedFixedPointPass(ISampleSource samples, Whitening whitening)
    {
        this.samples = samples;
        this.whitening = whitening.Matrix;
        mean = [.. Enumerable.Range(0, Most).Select(i => whitening.Covariance.Mean[i < samples.Channels ? i : 0])];
        pass = new BlockPass<double, Sums>(
            samples, (start, count, block) => FewChannels.ReadIfNotLent(samples, start, count, block), 0,
            () => new Sums());
    }

    public override Matrix<double> Step(Matrix<double> rotation, CancellationToken cancellation)
    {
        int rows = rotation.RowCount, channels = samples.Channels;
        Matrix<double> unmixing = rotation * whitening;
        float[] weights = new float[Most * Most];
        for (int row = 0; row < rows; row++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                weights[row * Most + channel] = (float)unmixing[row, channel];
            }
        }

        pass.Run(
            (sums, block, _, count, start) =>
                Add(FewChannels.Of(samples, block, start, count), mean, weights, rows, sums),
            cancellation);
        double[] product = new double[Most * Most], squares = new double[Most];
        foreach (Sums sums in pass.States)
        {
            sums.MoveTo(product, squares);
        }

        Matrix<double> scores = DenseMatrix.Create(rows, channels, (i, j) => product[i * Most + j] / samples.Length);
        return scores * whitening.Transpose()
            - DenseMatrix.CreateDiagonal(rows, rows, i => 1.0 - squares[i] / samples.Length) * rotation;
    }

    /// <summary>
    /// Adds the sums of a block: in float32 over a few dozen samples in each lane, and in float64 over blocks.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(FewChannels y, double[] mean, float[] weights, int rows, Sums sums)
    {
        int width = Vector512<float>.Count, count = y.First.Length, t = 0;
        Vector512<float>* total = stackalloc Vector512<float>[Most * (Most + 1)];
        new Span<byte>(total, sizeof(Vector512<float>) * Most * (Most + 1)).Clear();
        fixed (double* a = y.First, b = y.Second, c = y.Third, d = y.Fourth)
        fixed (float* w = weights)
        {
            Vector512<double> meanA = Vector512.Create(mean[0]), meanB = Vector512.Create(mean[1]);
            Vector512<double> meanC = Vector512.Create(mean[2]), meanD = Vector512.Create(mean[3]);
            for (; t <= count - width; t += width)
            {
                Vector512<float> first = Narrow(a + t, meanA), second = Narrow(b + t, meanB);
                Vector512<float> third = Narrow(c + t, meanC), fourth = Narrow(d + t, meanD);
                Vector512<float>* sum = total;
                for (float* row = w; row < w + rows * Most; row += Most, sum += Most + 1)
                {
                    Vector512<float> u = Vector512.Create(row[0]) * first;
                    u = Vector512.FusedMultiplyAdd(Vector512.Create(row[1]), second, u);
                    u = Vector512.FusedMultiplyAdd(Vector512.Create(row[2]), third, u);
                    u = Vector512.FusedMultiplyAdd(Vector512.Create(row[3]), fourth, u);
                    Vector512<float> g = LogCosh.Tanh(u);
                    sum[0] = Vector512.FusedMultiplyAdd(g, first, sum[0]);
                    sum[1] = Vector512.FusedMultiplyAdd(g, second, sum[1]);
                    sum[2] = Vector512.FusedMultiplyAdd(g, third, sum[2]);
                    sum[3] = Vector512.FusedMultiplyAdd(g, fourth, sum[3]);
                    sum[4] = Vector512.FusedMultiplyAdd(g, g, sum[4]);
                }
            }

            for (; t < count; t++)
            {
                sums.Add(a[t] - mean[0], b[t] - mean[1], c[t] - mean[2], d[t] - mean[3], weights, rows);
            }
        }

        sums.Add(total, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Narrow(double* x, Vector512<double> mean) =>
        Vector512.Narrow(Vector512.Load(x) - mean, Vector512.Load(x + Vector512<double>.Count) - mean);

    /// <summary>The sums Σ tanh(u) (y − μ)ᵀ and Σ tanh² u of one segment.</summary>
    private sealed class Sums : IPartialSums
    {
        public IReadOnlyList<double[]> Totals => [Product, Squares];

        public double[] Product { get; } = new double[Most * Most];

        public double[] Squares { get; } = new double[Most];

        public void Add(Vector512<float>* lanes, int rows)
        {
            for (int row = 0; row < rows; row++, lanes += Most + 1)
            {
                for (int channel = 0; channel < Most; channel++)
                {
                    Product[row * Most + channel] += Vector512.Sum(lanes[channel]);
                }

                Squares[row] += Vector512.Sum(lanes[Most]);
            }
        }

        public void Add(double a, double b, double c, double d, float[] weights, int rows)
        {
            for (int row = 0; row < rows; row++)
            {
                int i = row * Most;
                double g = Math.Tanh(weights[i] * a + weights[i + 1] * b + weights[i + 2] * c + weights[i + 3] * d);
                Product[i] += g * a;
                Product[i + 1] += g * b;
                Product[i + 2] += g * c;
                Product[i + 3] += g * d;
                Squares[row] += g * g;
            }
        }

        public void MoveTo(double[] product, double[] squares)
        {
            TensorPrimitives.Add<double>(product, Product, product);
            TensorPrimitives.Add<double>(squares, Squares, squares);
            Array.Clear(Product);
            Array.Clear(Squares);
        }
    }
}
