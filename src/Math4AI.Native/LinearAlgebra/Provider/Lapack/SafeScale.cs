using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// Brings a matrix whose largest element is far from 1 to about 1, by a power of two, which changes no digit. MKL's code for
/// small matrices squares elements without care for what overflows or vanishes.
/// </summary>
internal static class SafeScale<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    // An eighth of the exponent range on either side of 1.
    private static readonly int Safe = TReal.ILogB(TReal.One / TReal.Epsilon) / 8;

    /// <summary>Scales a matrix in place where it has to be.</summary>
    /// <returns>k, where the matrix was multiplied by 2ᵏ; 0 where it was left as it is.</returns>
    public static int Apply(Span<T> matrix)
    {
        TReal largest = TReal.Abs(TensorPrimitives.MaxMagnitude<TReal>(MemoryMarshal.Cast<T, TReal>(matrix)));
        if (TReal.IsZero(largest) || !TReal.IsFinite(largest))
        {
            return 0;
        }

        int exponent = TReal.ILogB(largest);
        if (Math.Abs(exponent) <= Safe)
        {
            return 0;
        }

        Multiply(matrix, -exponent);
        return -exponent;
    }

    /// <summary>Multiplies what was computed from a scaled matrix by 2⁻ᵏ.</summary>
    public static void Undo(Span<T> result, int exponent) => Multiply(result, -exponent);

    private static void Multiply(Span<T> matrix, int exponent)
    {
        if (exponent == 0)
        {
            return;
        }

        foreach (ref TReal part in MemoryMarshal.Cast<T, TReal>(matrix))
        {
            part = TReal.ScaleB(part, exponent);
        }
    }
}
