using System.Numerics;
using Math4AI.Runtime;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// S += F Fᵀ, of which the half on and below the diagonal is computed: tile by tile, each by one product on one thread,
/// so that the sums do not depend on the number of threads.
/// </summary>
internal static unsafe class SymmetricProduct
{
    private const int Tile = 256;

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
            for (int at = Interlocked.Increment(ref next); at < all; at = Interlocked.Increment(ref next))
            {
                int row = (int)((Math.Sqrt(8.0 * at + 1.0) - 1.0) / 2.0), column = at - row * (row + 1) / 2;
                int i = row * Tile, j = column * Tile, rows = Math.Min(Tile, order - i),
                    columns = Math.Min(Tile, order - j);
                using OneThread alone = OneThread.BeginIf(true);
                Products.Gemm(
                    (byte)'N',
                    (byte)'T',
                    rows,
                    columns,
                    count,
                    T.One,
                    (T*)from + i,
                    order,
                    (T*)from + j,
                    order,
                    beta,
                    (T*)to + (long)j * order + i,
                    order);
            }
        });
    }
}
