using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using Vector = System.Numerics.Vector;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>
/// Compares all samples of different parts, by products of blocks: ‖x − y‖² = ‖x‖² + ‖y‖² − 2 x·y. The digits that the
/// difference loses only decide which pairs are looked at; their distances are then computed without it.
/// </summary>
internal sealed class AllPairs
{
    private const int Tile = 256;
    private const double Epsilon = 2.220446049250313e-16;

    private readonly int channels;
    private readonly int[] order;
    private readonly int[] parts;
    private readonly double[] cores;
    private readonly double[] original;
    private readonly double[] rows;
    private readonly double[] squares;
    private readonly double scale;
    private readonly double largest;

    /// <summary>Centers and scales the samples, so that a large mean or unit costs no digits.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="cores">The distance of each sample below which no edge to it counts as shorter.</param>
    /// <param name="order">The samples, part after part.</param>
    /// <param name="parts">The part of each sample in this order, ascending.</param>
    public AllPairs(Matrix<double> samples, double[] cores, int[] order, int[] parts)
    {
        (this.order, this.parts, channels) = (order, parts, samples.ColumnCount);
        this.cores = [.. order.Select(i => cores[i])];
        original = samples.ToRowMajorArray();
        scale = SampleRows.Scale(original);
        double[] center = new double[channels];
        for (int i = 0; i < order.Length; i++)
        {
            TensorPrimitives.Add<double>(center, original.AsSpan(i * channels, channels), center);
        }

        TensorPrimitives.Divide(center, order.Length, center);
        rows = new double[original.Length];
        squares = new double[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            Span<double> row = rows.AsSpan(i * channels, channels);
            TensorPrimitives.Subtract(original.AsSpan(order[i] * channels, channels), center, row);
            squares[i] = TensorPrimitives.SumOfSquares<double>(row);
        }

        largest = TensorPrimitives.Max<double>(squares);
    }

    /// <summary>Offers the edges that may be the shortest ones.</summary>
    public void Offer(CrossingEdges edges, CancellationToken cancellation)
    {
        int tiles = (order.Length + Tile - 1) / Tile;
        (int, int)[] pairs =
        [
            .. from i in Enumerable.Range(0, tiles)
               from j in Enumerable.Range(i, tiles - i)
               where parts[i * Tile] != parts[Math.Min(order.Length, (j + 1) * Tile) - 1]
               select (i * Tile, j * Tile),
        ];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Compute.Threads,
            CancellationToken = cancellation,
        };
        Parallel.For(0, pairs.Length, options, () => new double[Tile * Tile], (at, _, products) =>
        {
            (int i, int j) = pairs[at];
            Compare(i, Math.Min(Tile, order.Length - i), j, Math.Min(Tile, order.Length - j), products, edges);
            return products;
        }, _ => { });
    }

    private void Compare(int first, int height, int second, int width, double[] products, CrossingEdges edges)
    {
        Span<double> x = products.AsSpan(0, height * width);
        x.Clear();
        using (OneThread alone = OneThread.BeginIf(true))
        {
            BlockKernels.AddOuterProduct<double>(
                rows.AsSpan(first * channels, height * channels), height,
                rows.AsSpan(second * channels, width * channels), width, channels, x);
        }

        for (int i = 0; i < height; i++)
        {
            int end;
            for (int j = 0; j < width; j = end)
            {
                int part = parts[second + j];
                for (end = j + 1; end < width && parts[second + end] == part;)
                {
                    end++;
                }

                if (part != parts[first + i])
                {
                    CompareRun(first + i, second + j, x[(i * width + j)..(i * width + end)], edges);
                }
            }
        }
    }

    /// <summary>Compares a sample with samples of one other part.</summary>
    private void CompareRun(int row, int start, ReadOnlySpan<double> products, CrossingEdges edges)
    {
        double bound = edges.Bound(parts[row], parts[start]);
        int width = System.Numerics.Vector<double>.Count;
        for (int j = 0; j < products.Length && cores[row] < bound;)
        {
            double limit = Limit(row, bound);
            for (; j <= products.Length - width; j += width)
            {
                var twice = 2.0 * Vector.Create(products[j..]);
                var rest = Vector.Create(squares.AsSpan(start + j)) - twice;
                if (Vector.LessThanAny(rest, Vector.Create(limit)))
                {
                    break;
                }
            }

            int end = Math.Min(j + width, products.Length);
            for (; j < end; j++)
            {
                if (squares[start + j] - 2.0 * products[j] < limit && cores[start + j] < bound)
                {
                    OfferExact(row, start + j, bound, edges);
                    bound = edges.Bound(parts[row], parts[start]);
                }
            }
        }
    }

    /// <summary>Returns what ‖y‖² − 2 x·y is below, whatever its rounding, if ‖x − y‖ is below a bound.</summary>
    private double Limit(int row, double bound)
    {
        double square = bound * scale * (bound * scale);
        double slack = 4.0 * Epsilon * ((channels + 4) * (squares[row] + largest) + square);
        return square + slack - squares[row];
    }

    private void OfferExact(int row, int other, double bound, CrossingEdges edges)
    {
        double weight = Math.Max(Math.Max(cores[row], cores[other]), Exact(order[row], order[other]));
        if (weight < bound)
        {
            edges.Offer(parts[row], parts[other], new TreeEdge(order[row], order[other], weight));
        }
    }

    /// <summary>
    /// Returns the distance as the search for neighbors computes it: of samples that are not centered.
    /// </summary>
    private double Exact(int i, int j) =>
        Math.Sqrt(Distance.Square(original.AsSpan(i * channels, channels), original.AsSpan(j * channels, channels)))
        / scale;
}
