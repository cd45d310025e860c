using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Functions;

/// <summary>
/// The principal logarithm, e^X = A, by inverse scaling and squaring: square roots until A is near the identity, then the
/// Padé approximant of log(I + E) as a sum of partial fractions at Gauss–Legendre points, log A = 2^k log A^(1/2^k). Equals
/// <c>scipy.linalg.logm</c>; of a real matrix the logarithm has to be real too: convert it to Complex where it is not.
/// Source: S. H. Cheng, N. J. Higham, C. S. Kenney, A. J. Laub, "Approximating the logarithm of a matrix to specified
/// accuracy", SIAM J. Matrix Anal. Appl. 22 (2001); square roots by the product form of the Denman–Beavers iteration.
/// </summary>
public static class MatrixLogarithm
{
    // With 9 points the approximant is exact to rounding for ‖E‖ up to this.
    private const double NearIdentity = 0.25;
    private const int Points = 9;
    private const int MaxRoots = 60;
    private const int MaxIterations = 50;

    /// <summary>Computes log A.</summary>
    /// <param name="a">A, square, without eigenvalues on the closed negative real axis.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">A is not square or not finite, or has an eigenvalue on that axis.</exception>
    public static Matrix<T> Of<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.RowCount != a.ColumnCount || !double.IsFinite(a.L1Norm()))
        {
            throw new ArgumentException($"A is {a.RowCount} × {a.ColumnCount}; a square matrix of finite numbers is needed.");
        }

        if (a.Evd().EigenValues.Any(value => Math.Abs(value.Imaginary) <= Element<T>.Epsilon * value.Magnitude && value.Real <= 0.0))
        {
            throw new ArgumentException("A has an eigenvalue that is zero or negative: it has no principal logarithm.");
        }

        Matrix<T> identity = Matrix<T>.Build.DenseIdentity(a.RowCount);
        Matrix<T> root = a;
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

        return Element<T>.Of(Math.Pow(2.0, roots)) * sum;
    }

    /// <summary>M ← (I + (M + M⁻¹)/2)/2, Y ← Y (I + M⁻¹)/2 from M = Y = A: M tends to I and Y to A^(1/2).</summary>
    private static Matrix<T> SquareRoot<T>(Matrix<T> a, Matrix<T> identity)
        where T : struct, IEquatable<T>, IFormattable
    {
        Matrix<T> m = a;
        Matrix<T> y = a;
        T half = Element<T>.Of(0.5);
        for (int i = 0; i < MaxIterations && (m - identity).L1Norm() > a.RowCount * Element<T>.Epsilon; i++)
        {
            Matrix<T> inverse = m.Inverse();
            y = half * (y * (identity + inverse));
            m = half * (identity + half * (m + inverse));
        }

        return y;
    }
}
