using System.Numerics;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// The best two rows of an unmixing matrix, all others as they are: with P_k = (W V_k)⁻¹ [e_a e_b] and U_k = P_kᴴ V_k
/// P_k, the rows are w_k = P_k h_k/√(h_kᴴ U_k h_k) with the eigenvectors h of U_b⁻¹ U_a. Source: N. Ono, IWAENC (2012);
/// R. Scheibler and N. Ono, ICASSP (2020).
/// </summary>
internal static class PairUpdate
{
    /// <summary>Updates rows a and b of W from the weighted covariances of the two sources.</summary>
    public static void Renew(
        Span<Complex> unmixing, int order, int a, int b, ReadOnlySpan<Complex> first, ReadOnlySpan<Complex> second)
    {
        Span<Complex> basisA = stackalloc Complex[2 * order], basisB = stackalloc Complex[2 * order];
        Span<Complex> u = stackalloc Complex[4], v = stackalloc Complex[4];
        Basis(unmixing, order, a, b, first, basisA);
        Basis(unmixing, order, a, b, second, basisB);
        Reduce(first, basisA, order, u);
        Reduce(second, basisB, order, v);

        // G = U_b⁻¹ U_a has two real eigenvalues: a product of positive definite matrices.
        double determinant = 1.0 / (v[0].Real * v[3].Real - SmallComplex.Square(v[1]));
        Span<Complex> g =
        [
            determinant * (v[3] * u[0] - v[1] * u[2]), determinant * (v[3] * u[1] - v[1] * u[3]),
            determinant * (v[0] * u[2] - v[2] * u[0]), determinant * (v[0] * u[3] - v[2] * u[1]),
        ];
        double half = 0.5 * (g[0].Real + g[3].Real);
        double root = Math.Sqrt(Math.Max(0.0, half * half - (g[0] * g[3] - g[1] * g[2]).Real));

        // For two channels U is the covariance, which the own source shall make small; for more it is an inverse.
        (double ofA, double ofB) = order == 2 ? (half - root, half + root) : (half + root, half - root);
        SetRow(unmixing, order, a, basisA, u, Eigenvector(g, ofA));
        SetRow(unmixing, order, b, basisB, v, Eigenvector(g, ofB));
    }

    private static void Basis(
        ReadOnlySpan<Complex> unmixing, int order, int a, int b, ReadOnlySpan<Complex> covariance, Span<Complex> basis)
    {
        if (order == 2)
        {
            (basis[0], basis[1], basis[2], basis[3]) = (Complex.One, Complex.Zero, Complex.Zero, Complex.One);
            return;
        }

        Span<Complex> inverse = stackalloc Complex[order * order];
        SmallComplex.Multiply(unmixing, covariance, order, inverse);
        SmallComplex.Invert(inverse, order);
        for (int i = 0; i < order; i++)
        {
            basis[2 * i] = inverse[i * order + a];
            basis[2 * i + 1] = inverse[i * order + b];
        }
    }

    /// <summary>Computes PᴴVP, 2 × 2.</summary>
    private static void Reduce(
        ReadOnlySpan<Complex> covariance, ReadOnlySpan<Complex> basis, int order, Span<Complex> reduced)
    {
        reduced.Clear();
        for (int i = 0; i < order; i++)
        {
            Complex first = Complex.Zero, second = Complex.Zero;
            for (int j = 0; j < order; j++)
            {
                first += covariance[i * order + j] * basis[2 * j];
                second += covariance[i * order + j] * basis[2 * j + 1];
            }

            Complex left = Complex.Conjugate(basis[2 * i]), right = Complex.Conjugate(basis[2 * i + 1]);
            reduced[0] += left * first;
            reduced[1] += left * second;
            reduced[2] += right * first;
            reduced[3] += right * second;
        }
    }

    private static (Complex First, Complex Second) Eigenvector(ReadOnlySpan<Complex> g, double eigenvalue)
    {
        (Complex, Complex) one = (g[1], eigenvalue - g[0]), other = (eigenvalue - g[3], g[2]);
        return Size(one) > Size(other) ? one : Size(other) > 0.0 ? other : (Complex.One, Complex.Zero);
    }

    private static double Size((Complex First, Complex Second) h) =>
        SmallComplex.Square(h.First) + SmallComplex.Square(h.Second);

    /// <summary>Sets the row to wᴴ, w = P h/√(hᴴ U h).</summary>
    private static void SetRow(
        Span<Complex> unmixing,
        int order,
        int row,
        ReadOnlySpan<Complex> basis,
        ReadOnlySpan<Complex> reduced,
        (Complex First, Complex Second) h)
    {
        double square = (Complex.Conjugate(h.First) * (reduced[0] * h.First + reduced[1] * h.Second)
            + Complex.Conjugate(h.Second) * (reduced[2] * h.First + reduced[3] * h.Second)).Real;
        double scale = 1.0 / Math.Sqrt(Math.Max(square, 1e-300));
        for (int i = 0; i < order; i++)
        {
            unmixing[row * order + i] = scale * Complex.Conjugate(basis[2 * i] * h.First + basis[2 * i + 1] * h.Second);
        }
    }
}
