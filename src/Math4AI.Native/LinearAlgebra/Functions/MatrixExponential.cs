using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Functions;

/// <summary>
/// Computes e^A by scaling and squaring: e^A = (r(A/2^s))^(2^s) with r the diagonal Padé approximant of degree 3, 5, 7,
/// 9 or 13, the least one whose backward error stays under the rounding of float64. Equals <c>scipy.linalg.expm</c>.
/// Source: N. J. Higham, "The scaling and squaring method for the matrix exponential revisited", SIAM J. Matrix Anal.
/// Appl. 26 (2005), table 2.3 and algorithm 2.3.
/// </summary>
public static class MatrixExponential
{
    // The largest ‖A‖₁ for which each degree is exact to rounding.
    private static readonly (int Degree, double Norm)[] Degrees =
        [(3, 1.495585217958292e-2), (5, 2.539398330063230e-1), (7, 9.504178996162932e-1), (9, 2.097847961257068)];

    private const double NormOfDegree13 = 5.371920351148152;

    /// <summary>Computes e^A.</summary>
    /// <param name="a">A, square.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">A is not square, or not finite.</exception>
    public static Matrix<T> Of<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        double norm = a.RowCount == a.ColumnCount ? a.L1Norm() : double.NaN;
        if (!double.IsFinite(norm))
        {
            throw new ArgumentException(
                $"A is {a.RowCount} × {a.ColumnCount}; a square matrix of finite numbers is needed.");
        }

        foreach ((int degree, double most) in Degrees)
        {
            if (norm <= most)
            {
                return Pade(a, degree);
            }
        }

        int squarings = Math.Max(0, (int)Math.Ceiling(Math.Log2(norm / NormOfDegree13)));
        Matrix<T> result = Pade(Element<T>.Of(Math.Pow(2.0, -squarings)) * a, 13);
        for (int i = 0; i < squarings; i++)
        {
            result *= result;
        }

        return result;
    }

    /// <summary>
    /// q(A)⁻¹ p(A) with p(x) = Σ b_k x^k and q(x) = p(−x): odd terms U, even terms V, (V − U)⁻¹ (V + U).
    /// </summary>
    private static Matrix<T> Pade<T>(Matrix<T> a, int degree)
        where T : struct, IEquatable<T>, IFormattable
    {
        T[] b = [.. Coefficients(degree).Select(Element<T>.Of)];
        Matrix<T> identity = Matrix<T>.Build.DenseIdentity(a.RowCount);
        Matrix<T> square = a * a;
        Matrix<T> odd = b[^1] * identity;
        Matrix<T> even = b[^2] * identity;
        for (int k = degree - 2; k >= 1; k -= 2)
        {
            odd = odd * square + b[k] * identity;
            even = even * square + b[k - 1] * identity;
        }

        odd = a * odd;
        return (even - odd).Solve(even + odd);
    }

    /// <summary>b_k = (2m − k)! m! / ((2m)! (m − k)! k!), scaled so that the last is 1.</summary>
    private static double[] Coefficients(int m)
    {
        double[] b = new double[m + 1];
        b[m] = 1.0;
        for (int k = m; k > 0; k--)
        {
            b[k - 1] = b[k] * k * (2 * m - k + 1) / (m - k + 1);
        }

        return b;
    }
}
