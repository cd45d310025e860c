using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.Interop.Mkl;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// The inner loops over one planar block (channel after channel, <c>count</c> samples each). A few channels are handled
/// by vector code here, where a call of <c>gemm</c> would cost as much as its work; more go to MKL.
/// </summary>
/// <remarks>
/// The loops are optimised at their first call: a command that runs for a tenth of a second would otherwise spend most of
/// it in code that is not vectorised yet. Where the processor has narrower vectors, .NET splits these.
/// </remarks>
internal static unsafe class BlockKernels
{
    private const int FewChannels = 4;
    private static readonly int Width = Vector512<double>.Count;

    /// <summary>block[c] −= mean[c].</summary>
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

    /// <summary>Σ x_i.</summary>
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

    /// <summary>Σ x_i³ and max |x_i|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Cubes, double Peak) CubesAndPeak(ReadOnlySpan<double> x)
    {
        fixed (double* samples = x)
        {
            Vector512<double> cubes = default, peaks = default;
            int i = 0;
            for (; i <= x.Length - Width; i += Width)
            {
                Vector512<double> value = Vector512.Load(samples + i);
                cubes = Vector512.FusedMultiplyAdd(value * value, value, cubes);
                peaks = Vector512.Max(peaks, Vector512.Abs(value));
            }

            double cube = Vector512.Sum(cubes);
            double peak = 0.0;
            for (int lane = 0; lane < Width; lane++)
            {
                peak = Math.Max(peak, peaks[lane]);
            }

            for (; i < x.Length; i++)
            {
                cube += samples[i] * samples[i] * samples[i];
                peak = Math.Max(peak, Math.Abs(samples[i]));
            }

            return (cube, peak);
        }
    }

    /// <summary>U = M Y: result[k] = Σ_c matrix[k, c] block[c].</summary>
    /// <param name="matrix">rows × channels, row-major.</param>
    /// <param name="rows">The rows of the matrix, and the channels of the result.</param>
    /// <param name="block">Y, planar.</param>
    /// <param name="channels">The channels of Y.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="result">U, planar.</param>
    public static void Project(
        ReadOnlySpan<double> matrix, int rows, ReadOnlySpan<double> block, int channels, int count, Span<double> result)
    {
        fixed (double* m = matrix, y = block, u = result)
        {
            if (channels <= FewChannels || !Compute.HasMkl)
            {
                for (int row = 0; row < rows; row++)
                {
                    ProjectRow(m + row * channels, y, channels, count, u + row * count);
                }
            }
            else
            {
                // Row-major M is column-major Mᵀ; the planar blocks are column-major Yᵀ and Uᵀ: Uᵀ = Yᵀ Mᵀ.
                MklDouble.Gemm((byte)'N', (byte)'N', count, rows, channels, 1.0, y, count, m, channels, 0.0, u, count);
            }
        }
    }

    /// <summary>sum += A Bᵀ, sum[i, j] += Σ_t a[i][t] b[j][t].</summary>
    /// <param name="a">Planar, <paramref name="rows"/> channels.</param>
    /// <param name="rows">The channels of A.</param>
    /// <param name="b">Planar, <paramref name="columns"/> channels.</param>
    /// <param name="columns">The channels of B.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="sum">rows × columns, row-major.</param>
    public static void AddOuterProduct(
        ReadOnlySpan<double> a, int rows, ReadOnlySpan<double> b, int columns, int count, Span<double> sum)
    {
        fixed (double* pa = a, pb = b, ps = sum)
        {
            if (columns <= FewChannels || !Compute.HasMkl)
            {
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        ps[i * columns + j] += Dot(pa + i * count, pb + j * count, count);
                    }
                }
            }
            else
            {
                // Row-major sum is column-major sumᵀ = B Aᵀ, and the planar blocks are column-major Aᵀ and Bᵀ.
                MklDouble.Gemm((byte)'T', (byte)'N', columns, rows, count, 1.0, pb, count, pa, count, 1.0, ps, columns);
            }
        }
    }

    /// <summary>y += factor · x.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ProjectRow(double* weights, double* block, int channels, int count, double* target)
    {
        int i = 0;
        for (; i <= count - Width; i += Width)
        {
            Vector512<double> sum = Vector512.Create(weights[0]) * Vector512.Load(block + i);
            for (int channel = 1; channel < channels; channel++)
            {
                sum = Vector512.FusedMultiplyAdd(
                    Vector512.Create(weights[channel]), Vector512.Load(block + channel * count + i), sum);
            }

            sum.Store(target + i);
        }

        for (; i < count; i++)
        {
            double sum = weights[0] * block[i];
            for (int channel = 1; channel < channels; channel++)
            {
                sum = Math.FusedMultiplyAdd(weights[channel], block[channel * count + i], sum);
            }

            target[i] = sum;
        }
    }

    /// <summary>Σ a_i b_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(double* a, double* b, int count)
    {
        Vector512<double> first = default, second = default;
        int i = 0;
        for (; i <= count - 2 * Width; i += 2 * Width)
        {
            first = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), first);
            second = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + Width), Vector512.Load(b + i + Width), second);
        }

        double sum = Vector512.Sum(first + second);
        for (; i < count; i++)
        {
            sum = Math.FusedMultiplyAdd(a[i], b[i], sum);
        }

        return sum;
    }
}
