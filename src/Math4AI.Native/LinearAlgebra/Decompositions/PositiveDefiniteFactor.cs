using Math4AI.Interop.Mkl;
using Math4AI.Runtime;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// The Cholesky factor of a symmetric positive definite matrix, A = L Lᵀ, in the array that A stood in; what statistics asks of it:
/// log det A, A⁻¹ b, L⁻¹ b and A⁻¹.
/// </summary>
internal sealed unsafe class PositiveDefiniteFactor
{
    private readonly double[] factor;

    private PositiveDefiniteFactor(double[] factor, int order) => (this.factor, Order) = (factor, order);

    public int Order { get; }

    /// <summary>Gets L, column after column; above the diagonal it is 0.</summary>
    public ReadOnlySpan<double> Lower => factor;

    /// <summary>Factors A in its own array; null where it is not positive definite to rounding, or not finite.</summary>
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

    /// <summary>A copy, for what overwrites.</summary>
    public PositiveDefiniteFactor Clone() => new([.. factor], Order);

    /// <summary>log det A = 2 Σ log L_ii.</summary>
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

    /// <summary>Replaces b by L⁻¹ b.</summary>
    /// <param name="right">b, column after column.</param>
    public void SolveLower(double[] right)
    {
        int columns = right.Length / Order;
        if (Compute.HasMkl)
        {
            using MklCall call = MklCall.Begin((double)Order * Order * columns);
            fixed (double* l = factor, b = right)
            {
                Mkl<double, double>.Trsm((byte)'L', (byte)'L', (byte)'N', (byte)'N', Order, columns, 1.0, l, Order, b, Order);
            }

            return;
        }

        Parallel.For(0, columns, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, column =>
        {
            Span<double> b = right.AsSpan(column * Order, Order);
            for (int i = 0; i < Order; i++)
            {
                b[i] /= factor[i * Order + i];
                Span<double> below = b[(i + 1)..];
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(
                    factor.AsSpan(i * Order + i + 1, Order - i - 1), -b[i], below, below);
            }
        });
    }

    /// <summary>A⁻¹, column after column, in the array of L: the factor is of no use afterwards.</summary>
    public double[] ToInverse()
    {
        if (Compute.HasMkl)
        {
            using MklCall call = MklCall.Begin(2.0 / 3.0 * Order * Order * Order);
            fixed (double* l = factor)
            {
                _ = MklPositiveDefinite.Invert((byte)'L', Order, l);
            }

            Symmetry.MirrorLower(factor, Order);
            return factor;
        }

        double[] inverse = new double[factor.Length];
        for (int i = 0; i < Order; i++)
        {
            inverse[i * Order + i] = 1.0;
        }

        Solve(inverse);
        return inverse;
    }
}
