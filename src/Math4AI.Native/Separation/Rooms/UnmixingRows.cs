using System.Numerics;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// The scales of the rows of an unmixing matrix W at one frequency, by what a microphone hears, A = W⁻¹.
/// </summary>
internal static class UnmixingRows
{
    /// <summary>
    /// Scales every row to what one microphone hears of its source, A_rn w_n (projection back, the minimal distortion
    /// principle).
    /// </summary>
    public static void ProjectBack(
        ReadOnlySpan<Complex> unmixing, int order, int reference, Span<Complex> projected)
    {
        Span<Complex> inverse = stackalloc Complex[order * order];
        unmixing.CopyTo(inverse);
        SmallComplex.Invert(inverse, order);
        for (int i = 0; i < inverse.Length; i++)
        {
            projected[i] = inverse[reference * order + i / order] * unmixing[i];
        }
    }

    /// <summary>Scales the first rows by A_1n |A_1n|^(power − 1).</summary>
    public static void Scale(Span<Complex> unmixing, int order, int rows, double power)
    {
        Span<Complex> inverse = stackalloc Complex[order * order];
        unmixing.CopyTo(inverse);
        SmallComplex.Invert(inverse, order);
        for (int n = 0; n < rows; n++)
        {
            double square = SmallComplex.Square(inverse[n]) + 1e-300;
            Multiply(unmixing.Slice(n * order, order), Math.Pow(square, 0.5 * (power - 1.0)) * inverse[n]);
        }
    }

    /// <summary>Multiplies a row by a number.</summary>
    public static void Multiply(Span<Complex> row, Complex factor)
    {
        for (int m = 0; m < row.Length; m++)
        {
            row[m] *= factor;
        }
    }
}
