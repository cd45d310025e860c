using Math4AI.Runtime;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>Symmetric matrices of which one triangle is known.</summary>
internal static class Symmetry
{
    // Tiles that stay in the cache while rows become columns.
    private const int Tile = 32;

    /// <summary>Copies what is below the diagonal above it, on all threads.</summary>
    /// <param name="matrix">A, column after column.</param>
    /// <param name="order">The order of A.</param>
    public static void MirrorLower(double[] matrix, int order)
    {
        int tiles = (order + Tile - 1) / Tile;
        Parallel.For(0, tiles, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, tile =>
        {
            for (int below = tile; below < tiles; below++)
            {
                for (int column = tile * Tile; column < Math.Min(order, (tile + 1) * Tile); column++)
                {
                    for (int row = Math.Max(column + 1, below * Tile); row < Math.Min(order, (below + 1) * Tile); row++)
                    {
                        matrix[row * order + column] = matrix[column * order + row];
                    }
                }
            }
        });
    }
}
