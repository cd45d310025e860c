using System.Numerics;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// What is done to an unmixing matrix W at one frequency as a whole: scales of its rows by what a microphone hears, A =
/// W⁻¹, and where it begins.
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
    public static void Scale(Span<Complex> unmixing, int order, int rows, double power, ReadOnlySpan<Complex> mixing)
    {
        for (int n = 0; n < rows; n++)
        {
            double square = SmallComplex.Square(mixing[n]) + 1e-300;
            Multiply(unmixing.Slice(n * order, order), Math.Pow(square, 0.5 * (power - 1.0)) * mixing[n]);
        }
    }

    /// <summary>
    /// Turns the covariance C of the channels into C^(−1/2), whose outputs have unit power, do not correlate, and are
    /// as near to the channels as such outputs can be, so that their order is the same at all frequencies.
    /// </summary>
    /// <param name="covariance">C, which is overwritten.</param>
    /// <param name="order">The number of channels.</param>
    public static void Whiten(Span<Complex> covariance, int order)
    {
        // Directions with so little power are the microphones' noise.
        const double LeastShare = 1e-4;
        double trace = 0.0;
        for (int i = 0; i < order; i++)
        {
            trace += covariance[i * order + i].Real;
        }

        for (int i = 0; i < order; i++)
        {
            covariance[i * order + i] += LeastShare * trace;
        }

        SmallComplex.InverseRoot(covariance, order);
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
