using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Functions;

/// <summary>
/// Computes the principal logarithm X of a matrix, e^X = A, by inverse scaling and squaring: square roots until A is
/// near the identity, then the Padé approximant of log(I + E) as a sum of partial fractions at Gauss–Legendre points,
/// log A = 2^k log A^(1/2^k). Equals <c>scipy.linalg.logm</c>, where that has no eigenvalue on the negative real axis.
/// Source: S. H. Cheng, N. J. Higham, C. S. Kenney, A. J. Laub, "Approximating the logarithm of a matrix to specified
/// accuracy", SIAM J. Matrix Anal. Appl. 22 (2001). Square roots are computed by the scaled product form of the
/// Denman–Beavers iteration, N. J. Higham, "Functions of Matrices", SIAM (2008), equation 6.29.
/// </summary>
public static class MatrixLogarithm
{
    // With 9 points the approximant is exact to rounding for ‖E‖ up to this.
    private const double NearIdentity = 0.25;
    private const int Points = 9;
    private const int MaxRoots = 60;
    private const int MaxIterations = 50;

    /// <summary>Computes log A. That of a real matrix is real.</summary>
    /// <param name="a">A, square, without eigenvalues on the closed negative real axis.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">
    /// A is not square or not finite, or has an eigenvalue on that axis or next to it.
    /// </exception>
    public static Matrix<T> Of<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.RowCount != a.ColumnCount || !double.IsFinite(a.L1Norm()))
        {
            throw new ArgumentException(
                $"A is {a.RowCount} × {a.ColumnCount}; a square matrix of finite numbers is needed.");
        }

        // What counts as zero or real to rounding depends on the matrix, not on the eigenvalue.
        double rounding = a.RowCount * Element<T>.Epsilon * a.L1Norm();
        if (a.Evd().EigenValues.Any(value =>
            value.Real <= 0.0 && Math.Abs(value.Imaginary) <= Math.Max(rounding, Element<T>.Epsilon * value.Magnitude)))
        {
            throw new ArgumentException("A has an eigenvalue that is zero or negative: it has no principal logarithm.");
        }

        Matrix<T> identity = Matrix<T>.Build.DenseIdentity(a.RowCount);
        Matrix<T> root = a.WithElementsAboutOne(out int exponent);
        int roots = 0;
        for (; (root - identity).L1Norm() > NearIdentity && roots < MaxRoots; roots++)
        {
            root = SquareRoot(root, identity);
        }

        Matrix<T> e = root - identity;
        Matrix<T> sum = Matrix<T>.Build.Dense(a.RowCount, a.ColumnCount);
        var rule = new MathNet.Numerics.Integration.GaussLegendreRule(0.0, 1.0, Points);
        for (int i = 0; i < Points; i++)
        {
            // log(I + E) = ∫₀¹ E (I + t E)⁻¹ dt.
            sum += Element<T>.Of(rule.GetWeight(i)) * (identity + Element<T>.Of(rule.GetAbscissa(i)) * e).Solve(e);
        }

        // log A = log(2ᵏ A) − k log 2.
        return Element<T>.Of(Math.Pow(2.0, roots)) * sum - Element<T>.Of(exponent * Math.Log(2.0)) * identity;
    }

    /// <summary>
    /// M ← (I + (μ²M + M⁻¹/μ²)/2)/2, Y ← μ Y (I + M⁻¹/μ²)/2 from M = Y = A: M tends to I and Y to A^(1/2). While M is
    /// far from I, μ = |det M|^(−1/2n) brings its eigenvalues to about 1.
    /// </summary>
    private static Matrix<T> SquareRoot<T>(Matrix<T> a, Matrix<T> identity)
        where T : struct, IEquatable<T>, IFormattable
    {
        Matrix<T> m = a;
        Matrix<T> y = a;
        double distance = double.PositiveInfinity;
        for (int i = 0; i < MaxIterations; i++)
        {
            double before = distance;
            distance = (m - identity).L1Norm();

            // Near I the distance is squared in each iteration, until only rounding is left.
            if (distance <= a.RowCount * Element<T>.Epsilon || (before < NearIdentity && distance > before / 2.0))
            {
                return y;
            }

            var lu = m.LU();
            double scale = distance < NearIdentity
                ? 1.0
                : Math.Exp(-lu.U.Diagonal().Sum(pivot => Math.Log(Element<T>.Magnitude(pivot))) / (2.0 * a.RowCount));
            T square = Element<T>.Of(scale * scale);
            Matrix<T> inverse = Element<T>.Of(1.0 / (scale * scale)) * lu.Inverse();
            y = Element<T>.Of(scale / 2.0) * (y * (identity + inverse));
            m = Element<T>.Of(0.5) * (identity + Element<T>.Of(0.5) * (square * m + inverse));
        }

        throw new ArgumentException(
            "The square roots of A do not converge: an eigenvalue lies too near to zero or to the negative real axis.");
    }
}
