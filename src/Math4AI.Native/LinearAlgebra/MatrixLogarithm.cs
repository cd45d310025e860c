using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// The principal logarithm, e^X = A, by inverse scaling and squaring: square roots until A is near the identity, then the
/// Padé approximant of log(I + E) as a sum of partial fractions at Gauss–Legendre points, log A = 2^k log A^(1/2^k). Equals
/// <c>scipy.linalg.logm</c> for real results.
/// Source: S. H. Cheng, N. J. Higham, C. S. Kenney, A. J. Laub, "Approximating the logarithm of a matrix to specified
/// accuracy", SIAM J. Matrix Anal. Appl. 22 (2001); square roots by the product form of the Denman–Beavers iteration.
/// </summary>
public static class MatrixLogarithm
{
    // With 9 points the approximant is exact to rounding for ‖E‖ up to this.
    private const double NearIdentity = 0.25;
    private const int Points = 9;
    private const int MostRoots = 60;
    private const int MostIterations = 50;

    /// <summary>Computes log A.</summary>
    /// <param name="a">A, square, without eigenvalues on the closed negative real axis.</param>
    /// <exception cref="ArgumentException">A is not square or not finite, or has no real principal logarithm.</exception>
    public static Matrix<double> Of(Matrix<double> a)
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.RowCount != a.ColumnCount || !double.IsFinite(a.L1Norm()))
        {
            throw new ArgumentException($"A is {a.RowCount} × {a.ColumnCount}; a square matrix of finite numbers is needed.");
        }

        if (a.Evd().EigenValues.Any(value => value.Imaginary == 0.0 && value.Real <= 0.0))
        {
            throw new ArgumentException("A has an eigenvalue that is zero or negative: its logarithm is not real.");
        }

        Matrix<double> identity = DenseMatrix.CreateIdentity(a.RowCount);
        Matrix<double> root = a;
        int roots = 0;
        for (; (root - identity).L1Norm() > NearIdentity && roots < MostRoots; roots++)
        {
            root = SquareRoot(root, identity);
        }

        Matrix<double> e = root - identity;
        Matrix<double> sum = DenseMatrix.Create(a.RowCount, a.ColumnCount, 0.0);
        var rule = new MathNet.Numerics.Integration.GaussLegendreRule(0.0, 1.0, Points);
        for (int i = 0; i < Points; i++)
        {
            // log(I + E) = ∫₀¹ E (I + t E)⁻¹ dt.
            sum += rule.GetWeight(i) * (identity + rule.GetAbscissa(i) * e).Solve(e);
        }

        return Math.Pow(2.0, roots) * sum;
    }

    /// <summary>M ← (I + (M + M⁻¹)/2)/2, Y ← Y (I + M⁻¹)/2 from M = Y = A: M tends to I and Y to A^(1/2).</summary>
    private static Matrix<double> SquareRoot(Matrix<double> a, Matrix<double> identity)
    {
        Matrix<double> m = a;
        Matrix<double> y = a;
        double epsilon = double.BitIncrement(1.0) - 1.0;
        for (int i = 0; i < MostIterations && (m - identity).L1Norm() > a.RowCount * epsilon; i++)
        {
            Matrix<double> inverse = m.Inverse();
            y = y * (identity + inverse) / 2.0;
            m = (identity + (m + inverse) / 2.0) / 2.0;
        }

        return y;
    }
}
