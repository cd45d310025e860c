using System.Numerics.Tensors;
using Math4AI.Interop.Mkl;
using Math4AI.Runtime;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// The Cholesky factor of a symmetric positive definite matrix, A = L Lᵀ, in the array that A stood in; what statistics
/// asks of it: log det A, A⁻¹ b, L⁻¹ b and A⁻¹.
/// </summary>
internal sealed unsafe class PositiveDefiniteFactor
{
    // Columns that a thread takes at a time: enough for products, few enough to share out evenly.
    private const int ColumnsAtATime = 128;

    // Right sides that a thread takes at a time: each call packs all of L anew.
    private const int RightSidesAtATime = 512;

    private readonly double[] factor;

    private PositiveDefiniteFactor(double[] factor, int order) => (this.factor, Order) = (factor, order);

    public int Order { get; }

    /// <summary>Gets L, column after column; above the diagonal it is 0.</summary>
    public ReadOnlySpan<double> Lower => factor;

    /// <summary>
    /// Factors A in its own array; null where it is not positive definite to rounding, or not finite.
    /// </summary>
    /// <param name="matrix">A, column after column; overwritten either way.</param>
    /// <param name="order">The order of A.</param>
    public static PositiveDefiniteFactor? TryFactor(double[] matrix, int order)
    {
        try
        {
            LinearAlgebraControl.Provider.CholeskyFactor(matrix, order);
        }
        catch (ArgumentException)
        {
            return null;
        }

        for (int i = 0; i < order; i++)
        {
            if (!double.IsFinite(matrix[i * order + i]))
            {
                return null;
            }
        }

        return new PositiveDefiniteFactor(matrix, order);
    }

    /// <summary>Returns log det A = 2 Σ log L_ii.</summary>
    public double LogDeterminant()
    {
        double sum = 0.0;
        for (int i = 0; i < Order; i++)
        {
            sum += Math.Log(factor[i * Order + i]);
        }

        return 2.0 * sum;
    }

    /// <summary>Replaces b by A⁻¹ b.</summary>
    /// <param name="right">b, column after column.</param>
    public void Solve(double[] right) =>
        LinearAlgebraControl.Provider.CholeskySolveFactored(factor, Order, right, right.Length / Order);

    /// <summary>Takes a factor that was computed before.</summary>
    /// <param name="lower">L, column after column, 0 above the diagonal.</param>
    /// <param name="order">The order of L.</param>
    public static PositiveDefiniteFactor OfLower(double[] lower, int order) => new(lower, order);

    /// <summary>Replaces b by L⁻¹ b.</summary>
    /// <param name="right">b, column after column.</param>
    public void SolveLower(double[] right) => SolveTriangle(right, isTransposed: false);

    /// <summary>Replaces b by L⁻ᵀ b.</summary>
    /// <param name="right">b, column after column.</param>
    public void SolveUpper(double[] right) => SolveTriangle(right, isTransposed: true);

    private void SolveTriangle(double[] right, bool isTransposed)
    {
        int columns = right.Length / Order;
        int width = Math.Clamp((columns + Team.Size - 1) / Team.Size, ColumnsAtATime, RightSidesAtATime);
        InBlocks(columns, width, (first, count) =>
        {
            if (!Compute.HasMkl)
            {
                for (int column = first; column < first + count; column++)
                {
                    Span<double> own = right.AsSpan(column * Order, Order);
                    if (isTransposed)
                    {
                        SolveUpper(own);
                    }
                    else
                    {
                        SolveLower(own);
                    }
                }

                return;
            }

            fixed (double* l = factor, b = right)
            {
                Mkl<double, double>.Trsm(
                    (byte)'L', (byte)'L', isTransposed ? (byte)'T' : (byte)'N', (byte)'N', Order, count, 1.0, l, Order,
                    b + (long)first * Order, Order);
            }
        });
    }

    /// <summary>
    /// Computes A⁻¹, column after column. A block of columns of its lower triangle is what solves A Z = I from the
    /// block's first row on, with what stands below that row in the factor; no block waits for another, where LAPACK's
    /// <c>potri</c> waits at every one.
    /// </summary>
    /// <param name="inverse">Receives A⁻¹; another array than that of L.</param>
    /// <param name="isMirrored">Whether what is above the diagonal is filled too.</param>
    public void Invert(double[] inverse, bool isMirrored = true)
    {
        inverse.AsSpan().Clear();
        InBlocks(Order, ColumnsAtATime, (first, count) =>
        {
            int rows = Order - first;
            for (int column = first; column < first + count; column++)
            {
                inverse[column * Order + column] = 1.0;
            }

            if (!Compute.HasMkl)
            {
                double[] block = new double[count * Order];
                Array.Copy(inverse, first * Order, block, 0, block.Length);
                LinearAlgebraControl.Provider.CholeskySolveFactored(factor, Order, block, count);
                Array.Copy(block, 0, inverse, first * Order, block.Length);
                return;
            }

            fixed (double* l = factor, z = inverse)
            {
                long corner = (long)first * Order + first;
                _ = MklLapack<double, double>.Potrs((byte)'L', rows, count, l + corner, Order, z + corner, Order);
            }
        });
        if (isMirrored)
        {
            Symmetry.MirrorLower(inverse, Order);
        }
    }

    private void SolveLower(Span<double> right)
    {
        for (int i = 0; i < Order; i++)
        {
            right[i] /= factor[i * Order + i];
            Span<double> below = right[(i + 1)..];
            TensorPrimitives.MultiplyAdd(factor.AsSpan(i * Order + i + 1, Order - i - 1), -right[i], below, below);
        }
    }

    private void SolveUpper(Span<double> right)
    {
        for (int i = Order - 1; i >= 0; i--)
        {
            int below = i * Order + i + 1;
            right[i] = (right[i] - TensorPrimitives.Dot<double>(factor.AsSpan(below, Order - i - 1), right[(i + 1)..]))
                / factor[below - 1];
        }
    }

    /// <summary>Shares columns out in blocks; a thread that is done takes the next one.</summary>
    private static void InBlocks(int columns, int width, Action<int, int> work)
    {
        int blocks = (columns + width - 1) / width, next = -1;
        Team.Run(Math.Min(Team.Size, blocks), _ =>
        {
            using OneThread alone = OneThread.BeginIf(true);
            for (int block = Interlocked.Increment(ref next); block < blocks; block = Interlocked.Increment(ref next))
            {
                int first = block * width;
                work(first, Math.Min(width, columns - first));
            }
        });
    }
}
