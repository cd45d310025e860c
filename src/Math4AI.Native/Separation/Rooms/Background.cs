using System.Numerics;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// The rows of an unmixing matrix that stand for no source, where there are more microphones than sources: a stationary
/// Gaussian background, whose only condition is that it be uncorrelated with the sources. With C = E x xᴴ and the rows
/// W₁ of the sources, they are (J, −I) with J = B₂ B₁⁻¹, where B₁ and B₂ are the upper and the lower part of C W₁ᴴ.
/// Source: R. Scheibler and N. Ono, "Independent vector analysis with more microphones than sources", WASPAA (2019).
/// </summary>
internal static class Background
{
    /// <summary>Sets the rows after those of the sources.</summary>
    /// <param name="unmixing">The matrix, row-major.</param>
    /// <param name="order">The number of microphones.</param>
    /// <param name="sources">The number of sources.</param>
    /// <param name="covariance">C, row-major.</param>
    public static void Renew(Span<Complex> unmixing, int order, int sources, ReadOnlySpan<Complex> covariance)
    {
        Span<Complex> upper = stackalloc Complex[sources * sources],
            lower = stackalloc Complex[(order - sources) * sources];
        for (int i = 0; i < order; i++)
        {
            for (int n = 0; n < sources; n++)
            {
                Complex sum = Complex.Zero;
                for (int j = 0; j < order; j++)
                {
                    sum += covariance[i * order + j] * Complex.Conjugate(unmixing[n * order + j]);
                }

                (i < sources ? upper : lower)[(i < sources ? i : i - sources) * sources + n] = sum;
            }
        }

        SmallComplex.Invert(upper, sources);
        for (int row = 0; row < order - sources; row++)
        {
            Span<Complex> of = unmixing.Slice((sources + row) * order, order);
            of.Clear();
            of[sources + row] = -Complex.One;
            for (int n = 0; n < sources; n++)
            {
                for (int k = 0; k < sources; k++)
                {
                    of[n] += lower[row * sources + k] * upper[k * sources + n];
                }
            }
        }
    }
}
