using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// An estimate of κ₁(A) = ‖A‖₁ ‖A⁻¹‖₁ for the price of a few solves with A's LU factors: a lower bound, seldom under a third
/// of the truth. Source: N. J. Higham, "FORTRAN codes for estimating the one-norm of a real or complex matrix", ACM TOMS 14
/// (1988), after W. W. Hager. Equals LAPACK's <c>gecon</c>; <c>numpy.linalg.cond(a, 1)</c> is the exact figure.
/// </summary>
public static class ConditionEstimate
{
    private const int MostSteps = 5;

    /// <summary>Estimates the condition number of a square matrix.</summary>
    /// <param name="a">A.</param>
    /// <returns>The estimate; infinity where A is singular.</returns>
    /// <exception cref="ArgumentException">A is not square.</exception>
    public static double Of(Matrix<double> a)
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.RowCount != a.ColumnCount)
        {
            throw new ArgumentException($"A is {a.RowCount} × {a.ColumnCount}, and must be square.", nameof(a));
        }

        var lu = a.LU();
        if (lu.Determinant == 0.0 && lu.U.Diagonal().Any(value => value == 0.0))
        {
            return double.PositiveInfinity;
        }

        var transposed = a.Transpose().LU();
        int order = a.RowCount;
        Vector<double> x = DenseVector.Create(order, 1.0 / order);
        Vector<double> y = lu.Solve(x);
        double estimate = y.L1Norm();
        int last = -1;
        for (int step = 0; step < MostSteps; step++)
        {
            Vector<double> z = transposed.Solve(y.Map(value => value >= 0.0 ? 1.0 : -1.0));
            int largest = z.AbsoluteMaximumIndex();
            if (largest == last || Math.Abs(z[largest]) <= z.DotProduct(x))
            {
                break;
            }

            last = largest;
            x = DenseVector.Create(order, i => i == largest ? 1.0 : 0.0);
            y = lu.Solve(x);
            estimate = Math.Max(estimate, y.L1Norm());
        }

        // A vector of alternating signs and growing size catches what the ascent above misses.
        Vector<double> alternating = DenseVector.Create(
            order, i => (i % 2 == 0 ? 1.0 : -1.0) * (1.0 + (double)i / Math.Max(1, order - 1)));
        estimate = Math.Max(estimate, 2.0 * lu.Solve(alternating).L1Norm() / (3.0 * order));
        return a.L1Norm() * estimate;
    }
}
