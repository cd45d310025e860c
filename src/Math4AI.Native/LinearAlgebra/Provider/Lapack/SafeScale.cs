using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using MathNet.Numerics;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// Brings a matrix whose largest element is far from 1 to about 1, by a power of two, which changes no digit. MKL's
/// code for small matrices squares elements without care for what overflows or vanishes, and subnormal numbers have
/// fewer digits the smaller they are: of a matrix of these only what is computed on a scaled copy is accurate.
/// </summary>
internal static class SafeScale<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    // An eighth of the exponent range on either side of 1.
    private static readonly int Safe = -TReal.ILogB(TReal.Epsilon) / 8;

    // The largest k for which 2ᵏ and 2⁻ᵏ are normal numbers.
    private static readonly int MaxStep =
        TReal.ILogB(TReal.BitIncrement(TReal.One) - TReal.One) - TReal.ILogB(TReal.Epsilon);

    /// <summary>Scales a matrix in place where it has to be.</summary>
    /// <returns>k, where the matrix was multiplied by 2ᵏ; 0 where it was left as it is.</returns>
    /// <exception cref="NonConvergenceException">An element is not finite.</exception>
    public static int Apply(Span<T> matrix)
    {
        int exponent = Exponent(matrix);
        Multiply(matrix, exponent);
        return exponent;
    }

    /// <summary>Returns the k of <see cref="Apply"/>, and leaves the matrix as it is.</summary>
    /// <exception cref="NonConvergenceException">An element is not finite.</exception>
    public static int Exponent(ReadOnlySpan<T> matrix)
    {
        TReal largest = TReal.Abs(TensorPrimitives.MaxMagnitude<TReal>(MemoryMarshal.Cast<T, TReal>(matrix)));
        if (!TReal.IsFinite(largest))
        {
            throw new NonConvergenceException(Require.NotFinite);
        }

        return OfLargest(largest);
    }

    /// <summary>Returns the k of <see cref="Apply"/>; 0 where an element is not finite.</summary>
    public static int ExponentIfFinite(ReadOnlySpan<T> matrix) =>
        matrix.IsEmpty
            ? 0
            : OfLargest(TReal.Abs(TensorPrimitives.MaxMagnitude<TReal>(MemoryMarshal.Cast<T, TReal>(matrix))));

    /// <summary>Returns the k of a matrix with this largest element; 0 where it is not finite.</summary>
    public static int OfLargest(TReal largest)
    {
        if (TReal.IsZero(largest) || !TReal.IsFinite(largest))
        {
            return 0;
        }

        int exponent = TReal.ILogB(largest);
        return Math.Abs(exponent) <= Safe ? 0 : -exponent;
    }

    /// <summary>Multiplies what was computed from a scaled matrix by 2⁻ᵏ.</summary>
    public static void Undo(Span<T> result, int exponent) => Multiply(result, -exponent);

    /// <summary>Multiplies a matrix by 2ᵏ, which rounds only what becomes subnormal.</summary>
    public static void Multiply(Span<T> matrix, int exponent)
    {
        Span<TReal> parts = MemoryMarshal.Cast<T, TReal>(matrix);
        while (exponent != 0)
        {
            int step = Math.Clamp(exponent, -MaxStep, MaxStep);
            TensorPrimitives.Multiply(parts, TReal.ScaleB(TReal.One, step), parts);
            exponent -= step;
        }
    }
}
