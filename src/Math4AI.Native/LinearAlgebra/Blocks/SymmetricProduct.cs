using System.Numerics;
using Math4AI.Runtime;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// S += F Fᵀ, of which the half on and below the diagonal is computed: tile by tile, each by products on one thread,
/// so that the sums do not depend on the number of threads.
/// </summary>
internal static unsafe class SymmetricProduct
{
    private const int Tile = 256;

    // A tile on the diagonal is halved until it is so small that its upper half costs little.
    private const int SmallTile = 64;

    /// <summary>Adds F Fᵀ to the lower triangle of S; what is above the diagonal tiles stays as it is.</summary>
    /// <param name="factor">F, order × count, column after column.</param>
    /// <param name="order">The number of rows of F.</param>
    /// <param name="count">The number of columns of F.</param>
    /// <param name="sums">S, order × order, column after column.</param>
    /// <param name="beta">0 to overwrite S, 1 to add to it.</param>
    public static void AddLower<T>(T* factor, int order, int count, T* sums, T beta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int tiles = (order + Tile - 1) / Tile, all = tiles * (tiles + 1) / 2, next = -1;
        nint from = (nint)factor, to = (nint)sums;
        Team.Run(Math.Min(Team.Size, all), _ =>
        {
            using OneThread alone = OneThread.BeginIf(true);
            for (int at = Interlocked.Increment(ref next); at < all; at = Interlocked.Increment(ref next))
            {
                // The last rows of tiles are the longest: they come first.
                int turn = all - 1 - at, row = (int)((Math.Sqrt(8.0 * turn + 1.0) - 1.0) / 2.0);
                int i = row * Tile, j = (turn - row * (row + 1) / 2) * Tile, rows = Math.Min(Tile, order - i);
                if (i == j)
                {
                    AddDiagonal((T*)from + i, order, rows, count, (T*)to + (long)i * order + i, beta);
                }
                else
                {
                    Products.Multiply(
                        (byte)'N', (byte)'T', rows, Tile, count, (T*)from + i, order, (T*)from + j, order, beta,
                        (T*)to + (long)j * order + i, order);
                }
            }
        });
    }

    /// <summary>A tile on the diagonal: its two halves on the diagonal, and what is below the first.</summary>
    private static void AddDiagonal<T>(T* factor, int order, int rows, int count, T* sums, T beta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int half = rows <= SmallTile ? rows : (rows + 1) / 2;
        if (half < rows)
        {
            AddDiagonal(factor, order, half, count, sums, beta);
            AddDiagonal(factor + half, order, rows - half, count, sums + (long)half * order + half, beta);
            Products.Multiply(
                (byte)'N', (byte)'T', rows - half, half, count, factor + half, order, factor, order, beta, sums + half,
                order);
            return;
        }

        Products.Multiply(
            (byte)'N', (byte)'T', rows, rows, count, factor, order, factor, order, beta, sums, order);
    }
}
