using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics.LinearAlgebra;
using Complex = System.Numerics.Complex;

namespace Math4AI.LinearAlgebra.Solves;

/// <summary>
/// Estimates κ₁(A) = ‖A‖₁ ‖A⁻¹‖₁ for the price of a few solves with A's LU factors: a lower bound, seldom under a
/// third of the truth. Source: N. J. Higham, "FORTRAN codes for estimating the one-norm of a real or complex matrix",
/// ACM TOMS 14 (1988), after W. W. Hager. Equals LAPACK's <c>gecon</c>; <c>numpy.linalg.cond(a, 1)</c> is the exact
/// figure.
/// </summary>
public static class ConditionEstimate
{
    private const int MaxSteps = 5;

    /// <summary>Estimates the condition number of a square matrix.</summary>
    /// <param name="a">A.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <returns>The estimate; infinity where A is singular.</returns>
    /// <exception cref="ArgumentException">A is not square.</exception>
    public static double Of<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.RowCount != a.ColumnCount)
        {
            throw new ArgumentException($"A is {a.RowCount} × {a.ColumnCount}, and must be square.", nameof(a));
        }

        // The condition number does not depend on the scale; subnormal elements would lose digits.
        a = a.WithElementsAboutOne(out _);
        var lu = a.LU();
        if (lu.U.Diagonal().Any(value => Element<T>.Magnitude(value) == 0.0))
        {
            return double.PositiveInfinity;
        }

        var adjoint = a.ConjugateTranspose().LU();
        int order = a.RowCount;
        Vector<T> x = Vector<T>.Build.Dense(order, Element<T>.Of(1.0 / order));
        Vector<T> y = lu.Solve(x);
        double estimate = y.L1Norm();
        int last = -1;
        for (int step = 0; step < MaxSteps && double.IsFinite(estimate); step++)
        {
            Vector<T> z = adjoint.Solve(Vector<T>.Build.Dense(order, i => Direction(y[i])));
            int largest = z.AbsoluteMaximumIndex();
            if (largest == last || Element<T>.Magnitude(z[largest]) <= Element<T>.Real(z.ConjugateDotProduct(x)))
            {
                break;
            }

            last = largest;
            x = Vector<T>.Build.Dense(order, i => Element<T>.Of(i == largest ? 1.0 : 0.0));
            y = lu.Solve(x);
            estimate = Math.Max(estimate, y.L1Norm());
        }

        // A vector of alternating signs and growing size catches what the ascent above misses.
        Vector<T> alternating = Vector<T>.Build.Dense(
            order, i => Element<T>.Of((i % 2 == 0 ? 1.0 : -1.0) * (1.0 + (double)i / Math.Max(1, order - 1))));
        estimate = Math.Max(estimate, 2.0 * lu.Solve(alternating).L1Norm() / (3.0 * order));
        return double.IsFinite(estimate) ? a.L1Norm() * estimate : double.PositiveInfinity;
    }

    /// <summary>y/|y|, and 1 for 0: the sign of a real number.</summary>
    private static T Direction<T>(T value)
        where T : struct, IEquatable<T>, IFormattable
    {
        Complex number = Element<T>.ToComplex(value);
        double size = Complex.Abs(number);
        return Element<T>.Of(size > 0.0 ? number / size : Complex.One);
    }
}
