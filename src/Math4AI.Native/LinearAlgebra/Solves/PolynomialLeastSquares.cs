using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Solves;

/// <summary>
/// Computes the polynomial Σ c_k x^k that is nearest to points in the sense of least squares, in double-double
/// arithmetic from the powers to the coefficients. A matrix of powers in float64 is rounded already, and where it is
/// nearly singular (high degrees far from 0) that alone costs most digits; here none is lost that the data hold. Equals
/// <c>numpy.polynomial.polynomial.polyfit</c>, to more digits.
/// </summary>
public static class PolynomialLeastSquares
{
    /// <summary>Fits a polynomial.</summary>
    /// <param name="x">Where the points are.</param>
    /// <param name="y">Their values.</param>
    /// <param name="degree">The degree; at least one point more is needed.</param>
    /// <returns>c_0 … c_degree.</returns>
    /// <exception cref="ArgumentException">There are too few distinct points, or the counts differ.</exception>
    public static Vector<double> Fit(IReadOnlyList<double> x, IReadOnlyList<double> y, int degree)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        if (x.Count != y.Count || x.Distinct().Count() <= degree || !x.Concat(y).All(double.IsFinite))
        {
            throw new ArgumentException(
                $"A polynomial of degree {degree} needs at least {degree + 1} points with different finite x; there "
                + $"are {x.Count} x and {y.Count} y.");
        }

        return DoubleDoubleLeastSquares.Solve(Powers(x, degree), y);
    }

    private static DoubleDouble[][] Powers(IReadOnlyList<double> x, int degree)
    {
        var powers = new DoubleDouble[degree + 1][];
        powers[0] = [.. x.Select(_ => (DoubleDouble)1.0)];
        for (int k = 1; k <= degree; k++)
        {
            powers[k] = [.. powers[k - 1].Select((power, i) => power * x[i])];
        }

        return powers;
    }
}
