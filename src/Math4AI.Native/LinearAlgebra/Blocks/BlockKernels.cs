using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.Runtime;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// The inner loops over one planar block (channel after channel, <c>count</c> samples each). A few channels are handled
/// by vector code here, where a call of <c>gemm</c> would cost as much as its work; more go to MKL.
/// </summary>
/// <remarks>
/// The loops are optimised at their first call: a command that runs for a tenth of a second would otherwise spend most
/// of it in code that is not vectorized yet. Where the processor has narrower vectors, .NET splits these.
/// </remarks>
internal static unsafe class BlockKernels
{
    private const int FewChannels = 4;
    private const int WidestPanel = 64;
    private static readonly int Width = Vector512<double>.Count;

    /// <summary>Subtracts the mean of each channel: block[c] −= mean[c].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Centre(Span<double> block, int count, ReadOnlySpan<double> mean)
    {
        for (int channel = 0; channel < mean.Length; channel++)
        {
            fixed (double* samples = block.Slice(channel * count, count))
            {
                var shift = Vector512.Create(mean[channel]);
                int i = 0;
                for (; i <= count - Width; i += Width)
                {
                    (Vector512.Load(samples + i) - shift).Store(samples + i);
                }

                for (; i < count; i++)
                {
                    samples[i] -= mean[channel];
                }
            }
        }
    }

    /// <summary>Returns Σ x_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(ReadOnlySpan<double> x)
    {
        fixed (double* samples = x)
        {
            Vector512<double> first = default, second = default;
            int i = 0;
            for (; i <= x.Length - 2 * Width; i += 2 * Width)
            {
                first += Vector512.Load(samples + i);
                second += Vector512.Load(samples + i + Width);
            }

            double sum = Vector512.Sum(first + second);
            for (; i < x.Length; i++)
            {
                sum += samples[i];
            }

            return sum;
        }
    }

    /// <summary>Returns Σ x_i³, Σ x_i⁴ and max |x_i|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Cubes, double Fourths, double Peak) HigherMoments(ReadOnlySpan<double> x)
    {
        fixed (double* samples = x)
        {
            Vector512<double> cubes = default, fourths = default, peaks = default;
            int i = 0;
            for (; i <= x.Length - Width; i += Width)
            {
                Vector512<double> value = Vector512.Load(samples + i), square = value * value;
                cubes = Vector512.FusedMultiplyAdd(square, value, cubes);
                fourths = Vector512.FusedMultiplyAdd(square, square, fourths);
                peaks = Vector512.Max(peaks, Vector512.Abs(value));
            }

            (double cube, double fourth, double peak) = (Vector512.Sum(cubes), Vector512.Sum(fourths), 0.0);
            for (int lane = 0; lane < Width; lane++)
            {
                peak = Math.Max(peak, peaks[lane]);
            }

            for (; i < x.Length; i++)
            {
                double square = samples[i] * samples[i];
                cube += square * samples[i];
                fourth += square * square;
                peak = Math.Max(peak, Math.Abs(samples[i]));
            }

            return (cube, fourth, peak);
        }
    }

    /// <summary>Computes U = M Y: result[k] = Σ_c matrix[k, c] block[c].</summary>
    /// <param name="matrix">rows × channels, row-major.</param>
    /// <param name="rows">The rows of the matrix, and the channels of the result.</param>
    /// <param name="block">Y, planar.</param>
    /// <param name="channels">The channels of Y.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="result">U, planar.</param>
    /// <param name="stride">From a channel of Y to the next; <paramref name="count"/> where it is 0.</param>
    /// <typeparam name="T">double or float.</typeparam>
    public static void Project<T>(
        ReadOnlySpan<T> matrix, int rows, ReadOnlySpan<T> block, int channels, int count, Span<T> result,
        int stride = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        stride = stride == 0 ? count : stride;
        fixed (T* m = matrix, y = block, u = result)
        {
            if (channels <= FewChannels || !Compute.HasMkl)
            {
                for (int row = 0; row < rows; row++)
                {
                    ProjectRow(m + row * channels, y, stride, channels, count, u + row * count);
                }
            }
            else
            {
                // Row-major M is column-major Mᵀ; the planar blocks are column-major Yᵀ and Uᵀ: Uᵀ = Yᵀ Mᵀ.
                Products.Gemm(
                    (byte)'N', (byte)'N', count, rows, channels, T.One, y, stride, m, channels, T.Zero, u, count);
            }
        }
    }

    /// <summary>Adds A Bᵀ to a sum: sum[i, j] += Σ_t a[i][t] b[j][t].</summary>
    /// <param name="a">Planar, <paramref name="rows"/> channels.</param>
    /// <param name="rows">The channels of A.</param>
    /// <param name="b">Planar, <paramref name="columns"/> channels.</param>
    /// <param name="columns">The channels of B.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="sum">rows × columns, row-major.</param>
    /// <param name="stride">From a channel of B to the next; <paramref name="count"/> where it is 0.</param>
    /// <typeparam name="T">double or float.</typeparam>
    public static void AddOuterProduct<T>(
        ReadOnlySpan<T> a, int rows, ReadOnlySpan<T> b, int columns, int count, Span<T> sum, int stride = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        stride = stride == 0 ? count : stride;
        fixed (T* pa = a, pb = b, ps = sum)
        {
            if (columns <= FewChannels || !Compute.HasMkl)
            {
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        ps[i * columns + j] += Dot(pa + i * count, pb + (nint)j * stride, count);
                    }
                }
            }
            else
            {
                // Row-major sum is column-major sumᵀ = B Aᵀ, and the planar blocks are column-major Aᵀ and Bᵀ.
                Products.Gemm(
                    (byte)'T', (byte)'N', columns, rows, count, T.One, pb, stride, pa, count, T.One, ps, columns);
            }
        }
    }

    /// <summary>
    /// Adds the upper triangle of B Bᵀ to a sum: sum[i, j] += Σ_t b[i][t] b[j][t] for i ≤ j; below it are arbitrary
    /// numbers.
    /// </summary>
    /// <param name="block">B, planar.</param>
    /// <param name="channels">The channels of B.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="sum">channels × channels, column after column.</param>
    public static void AddGram(ReadOnlySpan<double> block, int channels, int count, Span<double> sum)
    {
        if (!Compute.HasMkl)
        {
            AddOuterProduct(block, channels, block, channels, count, sum);
            return;
        }

        fixed (double* b = block, s = sum)
        {
            // Panels of about the same width: a narrow one is slow.
            int panels = (channels + WidestPanel - 1) / WidestPanel;
            for (int i = 0, first = 0, width; i < panels; i++, first += width)
            {
                width = channels * (i + 1) / panels - first;
                double* panel = b + first * count;
                Products.Gemm((byte)'T', (byte)'N', first + width, width, count, 1.0, b, count, panel, count, 1.0, s
                    + first * channels, channels);
            }
        }
    }

    /// <summary>Computes y += factor · x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(double factor, double* x, double* y, int count)
    {
        var factors = Vector512.Create(factor);
        int i = 0;
        for (; i <= count - Width; i += Width)
        {
            Vector512.FusedMultiplyAdd(factors, Vector512.Load(x + i), Vector512.Load(y + i)).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = Math.FusedMultiplyAdd(factor, x[i], y[i]);
        }
    }

    /// <summary>Returns Σ a_i b_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot<T>(T* a, T* b, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = Vector512<T>.Count, i = 0;
        Vector512<T> first = default, second = default;
        for (; i <= count - 2 * width; i += 2 * width)
        {
            first = MultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), first);
            second = MultiplyAdd(Vector512.Load(a + i + width), Vector512.Load(b + i + width), second);
        }

        T sum = Vector512.Sum(first + second);
        for (; i < count; i++)
        {
            sum = T.FusedMultiplyAdd(a[i], b[i], sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ProjectRow<T>(T* weights, T* block, nint stride, int channels, int count, T* target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = Vector512<T>.Count, i = 0;
        for (; i <= count - width; i += width)
        {
            Vector512<T> sum = Vector512.Create(weights[0]) * Vector512.Load(block + i);
            for (int channel = 1; channel < channels; channel++)
            {
                sum = MultiplyAdd(
                    Vector512.Create(weights[channel]), Vector512.Load(block + channel * stride + i), sum);
            }

            sum.Store(target + i);
        }

        for (; i < count; i++)
        {
            T sum = weights[0] * block[i];
            for (int channel = 1; channel < channels; channel++)
            {
                sum = T.FusedMultiplyAdd(weights[channel], block[channel * stride + i], sum);
            }

            target[i] = sum;
        }
    }

    /// <summary>a b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> MultiplyAdd<T>(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
}
