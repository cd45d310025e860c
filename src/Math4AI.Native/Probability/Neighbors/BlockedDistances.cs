using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;

namespace Math4AI.Probability.Neighbors;

/// <summary>
/// Compares every query with every sample, by products of blocks: ‖x − y‖² = ‖x‖² + ‖y‖² − 2 x·y. The digits that the
/// difference loses only decide which samples are looked at; their distances are then computed without it.
/// </summary>
internal sealed unsafe class BlockedDistances : INeighborFinder
{
    private const int Block = 1024;
    private const double Epsilon = 2.220446049250313e-16;

    private readonly int channels;
    private readonly double[] samples;
    private readonly double[] centered;
    private readonly double[] center;
    private readonly double[] squares;
    private readonly double largest;

    /// <summary>Centers the samples, so that a large mean costs no digits.</summary>
    /// <param name="samples">Sample after sample.</param>
    /// <param name="channels">The numbers of each sample.</param>
    public BlockedDistances(double[] samples, int channels)
    {
        this.samples = samples;
        this.channels = channels;
        int count = samples.Length / channels;
        center = new double[channels];
        for (int i = 0; i < count; i++)
        {
            TensorPrimitives.Add<double>(center, samples.AsSpan(i * channels, channels), center);
        }

        TensorPrimitives.Divide(center, count, center);
        (centered, squares) = Center(samples);
        largest = TensorPrimitives.Max<double>(squares);
    }

    public void Find(ReadOnlySpan<double> queries, ReadOnlySpan<NeighborCollector> collectors)
    {
        (double[] moved, double[] norms) = Center(queries);
        int count = samples.Length / channels, many = collectors.Length;
        double[] products = new double[Block * many];
        for (int start = 0; start < count; start += Block)
        {
            int length = Math.Min(Block, count - start);
            Multiply(start, length, moved, many, products);
            for (int query = 0; query < many; query++)
            {
                Offer(
                    queries.Slice(query * channels, channels), norms[query], products.AsSpan(query * length, length),
                    start, collectors[query]);
            }
        }
    }

    /// <summary>Counts the samples whose distance from a query has a square below each of some limits.</summary>
    /// <param name="queries">One query after the other.</param>
    /// <param name="limits">Some limits for each query.</param>
    /// <returns>A number for each limit.</returns>
    public int[][] CountNearer(ReadOnlySpan<double> queries, ReadOnlySpan<double[]> limits)
    {
        (double[] moved, double[] norms) = Center(queries);
        int count = samples.Length / channels, many = limits.Length;
        double[] products = new double[Block * many];
        int[][] counts = [.. limits.ToArray().Select(of => new int[of.Length])];
        for (int start = 0; start < count; start += Block)
        {
            int length = Math.Min(Block, count - start);
            Multiply(start, length, moved, many, products);
            for (int query = 0; query < many; query++)
            {
                ReadOnlySpan<double> row = queries.Slice(query * channels, channels);
                for (int i = 0; i < counts[query].Length; i++)
                {
                    counts[query][i] += CountNearer(
                        row, norms[query], products.AsSpan(query * length, length), start, limits[query][i]);
                }
            }
        }

        return counts;
    }

    private int CountNearer(
        ReadOnlySpan<double> query, double norm, ReadOnlySpan<double> products, int start, double limit)
    {
        double slack = Slack(norm), above = limit - norm + slack, below = limit - norm - slack;
        int width = Vector<double>.Count, count = 0;
        for (int i = 0; i < products.Length; i += width)
        {
            int end = Math.Min(i + width, products.Length);
            if (end - i == width)
            {
                Vector<double> squared =
                    new Vector<double>(squares.AsSpan(start + i)) - new Vector<double>(products[i..]);
                Vector<long> isNearer = Vector.LessThan(squared, new Vector<double>(below));
                if (Vector.EqualsAll(isNearer, Vector.LessThanOrEqual(squared, new Vector<double>(above))))
                {
                    count -= (int)Vector.Sum(isNearer);
                    continue;
                }
            }

            for (int j = i; j < end; j++)
            {
                double squared = squares[start + j] - products[j];
                count += squared < below || (squared <= above
                    && Distance.Square(query, samples.AsSpan((start + j) * channels, channels)) < limit) ? 1 : 0;
            }
        }

        return count;
    }

    /// <summary>The most by which rounding moves the square of a distance that products give.</summary>
    private double Slack(double norm) => 4.0 * (channels + 4) * Epsilon * (norm + largest);

    private (double[] Moved, double[] Squares) Center(ReadOnlySpan<double> rows)
    {
        double[] moved = new double[rows.Length], norms = new double[rows.Length / channels];
        for (int i = 0; i < norms.Length; i++)
        {
            Span<double> row = moved.AsSpan(i * channels, channels);
            TensorPrimitives.Subtract(rows.Slice(i * channels, channels), center, row);
            norms[i] = TensorPrimitives.SumOfSquares<double>(row);
        }

        return (moved, norms);
    }

    /// <summary>2 x·y, samples × queries, column after column.</summary>
    private void Multiply(int start, int length, double[] moved, int many, double[] products)
    {
        using OneThread alone = OneThread.BeginIf(true);
        fixed (double* x = centered, q = moved, p = products)
        {
            Products.Gemm(
                (byte)'T', (byte)'N', length, many, channels, 2.0, x + (nint)start * channels, channels, q, channels,
                0.0, p, length);
        }
    }

    private void Offer(
        ReadOnlySpan<double> query, double norm, ReadOnlySpan<double> products, int start, NeighborCollector collector)
    {
        double slack = Slack(norm) - norm;
        int width = Vector<double>.Count;
        for (int i = 0; i < products.Length; i += width)
        {
            int end = Math.Min(i + width, products.Length);
            if (end - i == width && Vector.GreaterThanAll(
                new Vector<double>(squares.AsSpan(start + i)) - new Vector<double>(products[i..]),
                new Vector<double>(collector.Bound + slack)))
            {
                continue;
            }

            for (int j = i; j < end; j++)
            {
                if (squares[start + j] - products[j] <= collector.Bound + slack)
                {
                    double distance = Distance.Square(query, samples.AsSpan((start + j) * channels, channels));
                    if (distance <= collector.Bound)
                    {
                        collector.Offer(start + j, distance);
                    }
                }
            }
        }
    }
}

/// <summary>Euclid's distance, by the same sum wherever it is taken.</summary>
internal static class Distance
{
    public static double Square(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0.0;
        for (int i = 0; i < x.Length; i++)
        {
            double difference = x[i] - y[i];
            sum += difference * difference;
        }

        return sum;
    }
}
