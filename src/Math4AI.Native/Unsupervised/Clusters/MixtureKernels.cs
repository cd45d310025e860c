using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// The two products of a mixture with few channels, of which a general product would compute twice as much: with a
/// triangle, and of samples with themselves. Sums have the same order wherever a sample stands in its block but for the
/// last ones.
/// </summary>
internal static unsafe class MixtureKernels
{
    /// <summary>The most channels that these products are faster for.</summary>
    public const int MaxChannels = 32;

    private const int TileRows = 2;
    private const int TileColumns = 4;

    /// <summary>Writes ‖T x − o‖² for each sample.</summary>
    /// <param name="triangle">T, channels × channels, row after row; 0 above the diagonal.</param>
    /// <param name="offsets">o.</param>
    /// <param name="block">The samples, planar.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="squares">Takes one number a sample.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SquaredLengths(
        ReadOnlySpan<double> triangle, ReadOnlySpan<double> offsets, ReadOnlySpan<double> block, int count,
        Span<double> squares)
    {
        int channels = offsets.Length, width = Vector512<double>.Count, i = 0;
        fixed (double* t = triangle, o = offsets, x = block, to = squares)
        {
            for (; i <= count - 2 * width; i += 2 * width)
            {
                Vector512<double> first = default, second = default;
                for (int row = 0; row < channels; row++)
                {
                    Vector512<double> u = Vector512.Create(-o[row]), v = u;
                    double* weights = t + row * channels, at = x + i;
                    for (int channel = 0; channel <= row; channel++, at += count)
                    {
                        Vector512<double> weight = Vector512.Create(weights[channel]);
                        u = Vector512.FusedMultiplyAdd(weight, Vector512.Load(at), u);
                        v = Vector512.FusedMultiplyAdd(weight, Vector512.Load(at + width), v);
                    }

                    first = Vector512.FusedMultiplyAdd(u, u, first);
                    second = Vector512.FusedMultiplyAdd(v, v, second);
                }

                first.Store(to + i);
                second.Store(to + i + width);
            }

            for (; i < count; i++)
            {
                to[i] = SquaredLength(t, o, channels, x + i, count);
            }
        }
    }

    /// <summary>Writes x − μ and p (x − μ) of one channel, and returns the sum of the latter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double CenterAndWeigh(
        ReadOnlySpan<double> samples, double mean, ReadOnlySpan<double> weights, Span<double> centered,
        Span<double> weighted)
    {
        int width = Vector512<double>.Count, count = samples.Length, i = 0;
        var means = Vector512.Create(mean);
        Vector512<double> sums = default;
        double sum = 0.0;
        fixed (double* x = samples, p = weights, c = centered, w = weighted)
        {
            for (; i <= count - width; i += width)
            {
                Vector512<double> apart = Vector512.Load(x + i) - means, part = apart * Vector512.Load(p + i);
                apart.Store(c + i);
                part.Store(w + i);
                sums += part;
            }

            for (; i < count; i++)
            {
                c[i] = x[i] - mean;
                w[i] = c[i] * p[i];
                sum += w[i];
            }
        }

        return Vector512.Sum(sums) + sum;
    }

    /// <summary>Adds the lower triangle of W Cᵀ to a sum; above it are arbitrary numbers.</summary>
    /// <param name="weighted">W, planar.</param>
    /// <param name="centered">C, planar.</param>
    /// <param name="channels">The channels of both.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="sum">channels × channels, row after row.</param>
    public static void AddLower(
        ReadOnlySpan<double> weighted, ReadOnlySpan<double> centered, int channels, int count, Span<double> sum)
    {
        fixed (double* w = weighted, c = centered, s = sum)
        {
            for (int row = 0; row < channels; row += TileRows)
            {
                for (int column = 0; column < Math.Min(row + TileRows, channels); column += TileColumns)
                {
                    double* rows = w + row * count, columns = c + column * count, to = s + row * channels + column;
                    if (row + TileRows <= channels && column + TileColumns <= channels)
                    {
                        AddTile(rows, columns, count, to, channels);
                    }
                    else
                    {
                        AddPart(rows, Math.Min(TileRows, channels - row), columns,
                            Math.Min(TileColumns, channels - column), count, to, channels);
                    }
                }
            }
        }
    }

    private static double SquaredLength(double* triangle, double* offsets, int channels, double* x, int stride)
    {
        double sum = 0.0;
        for (int row = 0; row < channels; row++)
        {
            double value = -offsets[row];
            for (int channel = 0; channel <= row; channel++)
            {
                value = Math.FusedMultiplyAdd(triangle[row * channels + channel], x[channel * stride], value);
            }

            sum = Math.FusedMultiplyAdd(value, value, sum);
        }

        return sum;
    }

    private static void AddPart(
        double* rows, int height, double* columns, int width, int count, double* sum, int stride)
    {
        for (int i = 0; i < height; i++)
        {
            for (int j = 0; j < width; j++)
            {
                sum[i * stride + j] += BlockKernels.Dot(rows + i * count, columns + j * count, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTile(double* rows, double* columns, int count, double* sum, int stride)
    {
        int width = Vector512<double>.Count, i = 0;
        Vector512<double> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector512<double> b0 = default, b1 = default, b2 = default, b3 = default;
        for (; i <= count - width; i += width)
        {
            Vector512<double> a = Vector512.Load(rows + i), b = Vector512.Load(rows + count + i);
            Vector512<double> c = Vector512.Load(columns + i);
            (a0, b0) = (Vector512.FusedMultiplyAdd(a, c, a0), Vector512.FusedMultiplyAdd(b, c, b0));
            c = Vector512.Load(columns + count + i);
            (a1, b1) = (Vector512.FusedMultiplyAdd(a, c, a1), Vector512.FusedMultiplyAdd(b, c, b1));
            c = Vector512.Load(columns + 2 * count + i);
            (a2, b2) = (Vector512.FusedMultiplyAdd(a, c, a2), Vector512.FusedMultiplyAdd(b, c, b2));
            c = Vector512.Load(columns + 3 * count + i);
            (a3, b3) = (Vector512.FusedMultiplyAdd(a, c, a3), Vector512.FusedMultiplyAdd(b, c, b3));
        }

        for (int rest = i; rest < count; rest++)
        {
            for (int j = 0; j < TileColumns; j++)
            {
                sum[j] += rows[rest] * columns[j * count + rest];
                sum[stride + j] += rows[count + rest] * columns[j * count + rest];
            }
        }

        sum[0] += Vector512.Sum(a0);
        sum[1] += Vector512.Sum(a1);
        sum[2] += Vector512.Sum(a2);
        sum[3] += Vector512.Sum(a3);
        sum[stride] += Vector512.Sum(b0);
        sum[stride + 1] += Vector512.Sum(b1);
        sum[stride + 2] += Vector512.Sum(b2);
        sum[stride + 3] += Vector512.Sum(b3);
    }
}
