using System.Numerics;
using Math4AI.Runtime;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// S += F Fᵀ, of which the half on and below the diagonal is computed: in narrow panels of columns, from the diagonal
/// down, each by products on one thread, so that the sums do not depend on the number of threads.
/// </summary>
internal static unsafe class SymmetricProduct
{
    // So narrow that little is computed above the diagonal. MKL's products of tall panels lose nothing by it: squares
    // of 256, halved on the diagonal, were slower by a quarter.
    private const int Panel = 64;

    // So many rows of F fit into a processor's cache of addresses.
    private const int Rows = 1024;

    /// <summary>Adds F Fᵀ to the lower triangle of S; what is above the diagonal panels stays as it is.</summary>
    /// <param name="factor">F, order × count, column after column.</param>
    /// <param name="order">The number of rows of F.</param>
    /// <param name="count">The number of columns of F.</param>
    /// <param name="sums">S, order × order, column after column.</param>
    /// <param name="beta">0 to overwrite S, 1 to add to it.</param>
    public static void AddLower<T>(T* factor, int order, int count, T* sums, T beta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int panels = (order + Panel - 1) / Panel, bands = (order + Rows - 1) / Rows, next = -1;
        nint from = (nint)factor, to = (nint)sums;
        Team.Run(Math.Min(Team.Size, panels), _ =>
        {
            using OneThread alone = OneThread.BeginIf(true);
            for (int at = Interlocked.Increment(ref next); at < panels * bands; at = Interlocked.Increment(ref next))
            {
                // The first panels are the longest: they come first.
                int left = at / bands * Panel, top = Math.Max(left, at % bands * Rows);
                int rows = Math.Min(order, (at % bands + 1) * Rows) - top;
                if (rows > 0)
                {
                    Products.Multiply(
                        (byte)'N', (byte)'T', rows, Math.Min(Panel, order - left), count, (T*)from + top, order,
                        (T*)from + left, order, beta, (T*)to + (long)left * order + top, order);
                }
            }
        });
    }
}
