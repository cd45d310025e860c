using System.Numerics.Tensors;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Kernels.Systems;

/// <summary>
/// The matrix A = K + diag(d) of a set of samples, as what it does to vectors: its elements are computed tile by tile
/// whenever they are needed, and no array of n² numbers exists.
/// </summary>
internal sealed class KernelOperator
{
    // A tile of float64 that stays in a core's second cache.
    private const int Tile = 256;

    private readonly Kernel kernel;
    private readonly KernelSamples[] blocks;
    private readonly double[] diagonal;
    private readonly ProcessGroup processes;
    private readonly int[] ownRows;

    /// <summary>Makes the operator.</summary>
    /// <param name="kernel">k.</param>
    /// <param name="samples">X.</param>
    /// <param name="diagonal">d, one number a sample.</param>
    /// <param name="processes">
    /// The processes that share the tiles of products, each with the same samples; null for this one alone.
    /// </param>
    public KernelOperator(
        Kernel kernel, KernelSamples samples, double[] diagonal, ProcessGroup? processes = null)
    {
        (this.kernel, this.diagonal, this.processes) = (kernel, diagonal, processes ?? ProcessGroup.Single);
        blocks = [.. Enumerable.Range(0, (samples.Count + Tile - 1) / Tile)
            .Select(block => samples.Range(block * Tile, Math.Min(Tile, samples.Count - block * Tile)))];
        Order = samples.Count;
        ownRows = [.. Dealt(Enumerable.Range(0, blocks.Length), this.processes.Rank, this.processes.Count)];
    }

    public int Order { get; }

    /// <summary>Computes A V. Each kernel value serves both halves of the symmetric matrix.</summary>
    /// <param name="vectors">V, n × m, column after column.</param>
    /// <param name="products">A V.</param>
    public void Multiply(double[] vectors, double[] products)
    {
        int parts = Math.Max(1, Math.Min(Team.Size, ownRows.Length));
        double[][] sums = [.. Enumerable.Range(0, parts).Select(_ => new double[vectors.Length])];
        Team.Run(parts, part => AddTiles(part, parts, vectors, sums[part]));
        if (processes.Count > 1)
        {
            foreach (double[] sum in sums[1..])
            {
                TensorPrimitives.Add(sums[0], sum, sums[0]);
            }

            processes.Sum(sums[0]);
            sums = sums[..1];
        }

        for (int column = 0; column < vectors.Length; column += Order)
        {
            TensorPrimitives.Multiply(diagonal, vectors.AsSpan(column, Order), products.AsSpan(column, Order));
        }

        foreach (double[] sum in sums)
        {
            TensorPrimitives.Add(products, sum, products);
        }
    }

    /// <summary>
    /// Fills the lower triangle of A in float32, column after column; above the diagonal nothing is written.
    /// </summary>
    public void FillLower(float[] matrix)
    {
        int next = -1;
        Team.Run(Math.Min(Team.Size, blocks.Length), _ =>
        {
            GramMatrix? room = null;
            for (int i = Interlocked.Increment(ref next); i < blocks.Length; i = Interlocked.Increment(ref next))
            {
                for (int j = i; j < blocks.Length; j++)
                {
                    GramMatrix tile = TileOf(j, i, ref room);
                    for (int column = 0; column < tile.Columns; column++)
                    {
                        TensorPrimitives.ConvertTruncating<double, float>(
                            tile.Column(column), matrix.AsSpan((i * Tile + column) * Order + j * Tile, tile.Rows));
                    }
                }

                for (int row = i * Tile; row < Math.Min(Order, (i + 1) * Tile); row++)
                {
                    matrix[row * Order + row] += (float)diagonal[row];
                }
            }
        });
    }

    private void AddTiles(int part, int parts, double[] vectors, double[] sums)
    {
        GramMatrix? room = null;
        foreach (int i in Dealt(ownRows, part, parts))
        {
            for (int j = 0; j <= i; j++)
            {
                AddTile(i, j, vectors, sums, ref room);
            }
        }
    }

    /// <summary>
    /// One part of the rows of tiles. They grow by one tile each: dealing them out forth and back gives every part as
    /// many.
    /// </summary>
    private static IEnumerable<int> Dealt(IEnumerable<int> rows, int part, int parts) => rows.Where((_, at) =>
    {
        int turn = at % (2 * parts);
        return (turn < parts ? turn : 2 * parts - 1 - turn) == part;
    });

    private void AddTile(int i, int j, double[] vectors, double[] sums, ref GramMatrix? room)
    {
        GramMatrix tile = TileOf(i, j, ref room);
        for (int first = 0; first < vectors.Length; first += Order)
        {
            Span<double> above = sums.AsSpan(first + i * Tile, tile.Rows),
                below = sums.AsSpan(first + j * Tile, tile.Columns);
            ReadOnlySpan<double> own = vectors.AsSpan(first + i * Tile, tile.Rows),
                other = vectors.AsSpan(first + j * Tile, tile.Columns);
            for (int column = 0; column < tile.Columns; column++)
            {
                ReadOnlySpan<double> values = tile.Column(column);
                TensorPrimitives.MultiplyAdd(values, other[column], above, above);
                if (i != j)
                {
                    below[column] += TensorPrimitives.Dot(values, own);
                }
            }
        }
    }

    private GramMatrix TileOf(int i, int j, ref GramMatrix? room)
    {
        if (room?.Rows != blocks[i].Count || room.Columns != blocks[j].Count)
        {
            room = new GramMatrix(blocks[i].Count, blocks[j].Count);
        }

        kernel.Fill(blocks[i], blocks[j], room);
        return room;
    }
}
