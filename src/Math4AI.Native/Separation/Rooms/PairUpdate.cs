using System.Numerics;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// The best two rows of an unmixing matrix W, all others as they are: with P_k = (W V_k)⁻¹ [e_a e_b] and U_k = P_kᴴ V_k
/// P_k, the rows are w_k = P_k h_k/√(h_kᴴ U_k h_k) with the eigenvectors h of U_b⁻¹ U_a. Source: N. Ono, IWAENC (2012);
/// R. Scheibler and N. Ono, ICASSP (2020).
/// </summary>
/// <remarks>
/// With V_k = L_k L_kᴴ, the two columns B of A = W⁻¹, and Q_k = L_k⁻¹ B, it is P_k = L_k⁻ᴴ Q_k and U_k = Q_kᴴ Q_k. Each
/// V_k is factored once for all pairs that its source belongs to, and A follows the rows that are renewed: a pair then
/// needs no inverse.
/// </remarks>
internal static class PairUpdate
{
    /// <summary>Updates pairs of rows of W, one after the other.</summary>
    /// <param name="unmixing">W, row-major.</param>
    /// <param name="order">The rows of W.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="covariances">
    /// The weighted covariances V of the sources, one after the other, which are overwritten.
    /// </param>
    /// <param name="mixing">Receives A, the inverse of W after all updates.</param>
    public static void Renew(
        Span<Complex> unmixing,
        int order,
        ReadOnlySpan<(int First, int Second)> pairs,
        Span<Complex> covariances,
        Span<Complex> mixing)
    {
        int square = order * order;
        for (int at = 0; at < covariances.Length; at += square)
        {
            SmallComplex.Decompose(covariances.Slice(at, square), order);
        }

        unmixing.CopyTo(mixing);
        SmallComplex.Invert(mixing, order);
        Span<Complex> first = stackalloc Complex[2 * order], second = stackalloc Complex[2 * order];
        Span<Complex> before = stackalloc Complex[2 * order];
        foreach ((int a, int b) in pairs)
        {
            ReadOnlySpan<Complex> ofA = covariances.Slice(a * square, square),
                ofB = covariances.Slice(b * square, square);
            Reduce(mixing, order, a, b, ofA, first);
            Reduce(mixing, order, a, b, ofB, second);
            ((Complex, Complex) forA, (Complex, Complex) forB) = Eigenvectors(first, second, order);
            Span<Complex> rowA = unmixing.Slice(a * order, order), rowB = unmixing.Slice(b * order, order);
            rowA.CopyTo(before);
            rowB.CopyTo(before[order..]);
            SetRow(rowA, ofA, first, forA);
            SetRow(rowB, ofB, second, forB);
            if (!TryFollow(mixing, unmixing, order, a, b))
            {
                // Covariances of too low a rank, as of a frame that is louder than all others, tell no best rows.
                before[..order].CopyTo(rowA);
                before[order..].CopyTo(rowB);
            }
        }
    }

    /// <summary>Computes Q = L⁻¹ B, one column after the other.</summary>
    private static void Reduce(
        ReadOnlySpan<Complex> mixing, int order, int a, int b, ReadOnlySpan<Complex> factor, Span<Complex> reduced)
    {
        for (int i = 0; i < order; i++)
        {
            (reduced[i], reduced[order + i]) = (mixing[i * order + a], mixing[i * order + b]);
        }

        SmallComplex.SolveLower(factor, order, reduced[..order]);
        SmallComplex.SolveLower(factor, order, reduced[order..]);
    }

    private static ((Complex, Complex) OfA, (Complex, Complex) OfB) Eigenvectors(
        ReadOnlySpan<Complex> first, ReadOnlySpan<Complex> second, int order)
    {
        (double u0, Complex u1, double u3) = Products(first, order);
        (double v0, Complex v1, double v3) = Products(second, order);

        // G = U_b⁻¹ U_a has two real eigenvalues: a product of positive definite matrices.
        double determinant = 1.0 / (v0 * v3 - SmallComplex.Square(v1));
        Complex u2 = Complex.Conjugate(u1), v2 = Complex.Conjugate(v1);
        Span<Complex> g =
        [
            determinant * (v3 * u0 - v1 * u2), determinant * (v3 * u1 - v1 * u3),
            determinant * (v0 * u2 - v2 * u0), determinant * (v0 * u3 - v2 * u1),
        ];
        double half = 0.5 * (g[0].Real + g[3].Real);
        double root = Math.Sqrt(Math.Max(0.0, half * half - (g[0] * g[3] - g[1] * g[2]).Real));
        return (Eigenvector(g, half + root), Eigenvector(g, half - root));
    }

    /// <summary>Computes U = Qᴴ Q: both on the diagonal, and the one beside it.</summary>
    private static (double First, Complex Both, double Second) Products(ReadOnlySpan<Complex> reduced, int order)
    {
        double first = 0.0, second = 0.0;
        Complex both = Complex.Zero;
        for (int i = 0; i < order; i++)
        {
            first += SmallComplex.Square(reduced[i]);
            second += SmallComplex.Square(reduced[order + i]);
            both += Complex.Conjugate(reduced[i]) * reduced[order + i];
        }

        return (first, both, second);
    }

    private static (Complex First, Complex Second) Eigenvector(ReadOnlySpan<Complex> g, double eigenvalue)
    {
        (Complex, Complex) one = (g[1], eigenvalue - g[0]), other = (eigenvalue - g[3], g[2]);
        return Size(one) > Size(other) ? one : Size(other) > 0.0 ? other : (Complex.One, Complex.Zero);
    }

    private static double Size((Complex First, Complex Second) h) =>
        SmallComplex.Square(h.First) + SmallComplex.Square(h.Second);

    /// <summary>Sets the row to wᴴ, w = P h/√(hᴴ U h) = L⁻ᴴ Q h/|Q h|.</summary>
    private static void SetRow(
        Span<Complex> row,
        ReadOnlySpan<Complex> factor,
        ReadOnlySpan<Complex> reduced,
        (Complex First, Complex Second) h)
    {
        int order = row.Length;
        double square = 0.0;
        for (int i = 0; i < order; i++)
        {
            row[i] = reduced[i] * h.First + reduced[order + i] * h.Second;
            square += SmallComplex.Square(row[i]);
        }

        SmallComplex.SolveUpper(factor, order, row);
        double scale = 1.0 / Math.Sqrt(Math.Max(square, 1e-300));
        for (int i = 0; i < order; i++)
        {
            row[i] = scale * Complex.Conjugate(row[i]);
        }
    }

    /// <summary>
    /// Makes A the inverse of W again, two of whose rows R are new: the two columns become B (R B)⁻¹, and every other
    /// one a becomes a − B (R B)⁻¹ R a. Returns false, and changes nothing, where R B has no inverse.
    /// </summary>
    private static bool TryFollow(Span<Complex> mixing, ReadOnlySpan<Complex> unmixing, int order, int a, int b)
    {
        ReadOnlySpan<Complex> first = unmixing.Slice(a * order, order), second = unmixing.Slice(b * order, order);
        (Complex m0, Complex m2) = Along(mixing, order, a, first, second);
        (Complex m1, Complex m3) = Along(mixing, order, b, first, second);
        Complex determinant = m0 * m3 - m1 * m2, scale = SmallComplex.Reciprocal(determinant);
        double size = (m0 * m3).Magnitude + (m1 * m2).Magnitude;
        if (!(determinant.Magnitude > SmallComplex.Rounding * size) || !Complex.IsFinite(scale))
        {
            return false;
        }

        for (int i = 0; i < order; i++)
        {
            ref Complex one = ref mixing[i * order + a], other = ref mixing[i * order + b];
            (one, other) = (scale * (one * m3 - other * m2), scale * (other * m0 - one * m1));
        }

        for (int column = 0; column < order; column++)
        {
            if (column != a && column != b)
            {
                (Complex ofA, Complex ofB) = Along(mixing, order, column, first, second);
                for (int i = 0; i < order; i++)
                {
                    mixing[i * order + column] -= mixing[i * order + a] * ofA + mixing[i * order + b] * ofB;
                }
            }
        }

        return true;
    }

    /// <summary>Computes what two rows give of a column of A.</summary>
    private static (Complex First, Complex Second) Along(
        ReadOnlySpan<Complex> mixing, int order, int column, ReadOnlySpan<Complex> first, ReadOnlySpan<Complex> second)
    {
        (Complex one, Complex other) = (Complex.Zero, Complex.Zero);
        for (int i = 0; i < order; i++)
        {
            one += first[i] * mixing[i * order + column];
            other += second[i] * mixing[i * order + column];
        }

        return (one, other);
    }
}
