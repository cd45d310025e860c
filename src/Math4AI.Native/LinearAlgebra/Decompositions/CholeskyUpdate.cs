using MathNet.Numerics.LinearAlgebra;
using Complex = System.Numerics.Complex;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// Computes the Cholesky factor of L Lᴴ ± v vᴴ from L, in n² operations instead of n³/3, by plane rotations (hyperbolic
/// ones to take away). Source: G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, section 6.5.4. SciPy
/// has no call for it.
/// </summary>
public static class CholeskyUpdate
{
    /// <summary>Returns the factor of L Lᴴ + v vᴴ.</summary>
    /// <param name="factor">L, lower triangular with a positive diagonal.</param>
    /// <param name="vector">v.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public static Matrix<T> Add<T>(Matrix<T> factor, Vector<T> vector)
        where T : struct, IEquatable<T>, IFormattable => Rotate(factor, vector, 1.0);

    /// <summary>Returns the factor of L Lᴴ − v vᴴ.</summary>
    /// <param name="factor">L, lower triangular with a positive diagonal.</param>
    /// <param name="vector">v.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">
    /// The difference is not positive definite, or the sizes do not belong together.
    /// </exception>
    public static Matrix<T> Remove<T>(Matrix<T> factor, Vector<T> vector)
        where T : struct, IEquatable<T>, IFormattable => Rotate(factor, vector, -1.0);

    private static Matrix<T> Rotate<T>(Matrix<T> factor, Vector<T> vector, double sign)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(factor);
        ArgumentNullException.ThrowIfNull(vector);
        int order = factor.RowCount;
        if (factor.ColumnCount != order || vector.Count != order)
        {
            throw new ArgumentException(
                $"The factor is {order} × {factor.ColumnCount} and the vector has {vector.Count} entries: they do not "
                + "belong together.");
        }

        Complex[] v = [.. vector.Select(Element<T>.ToComplex)];
        Matrix<T> l = factor.Clone();
        for (int k = 0; k < order; k++)
        {
            double before = Element<T>.Real(l[k, k]);
            double square = before * before + sign * (v[k].Real * v[k].Real + v[k].Imaginary * v[k].Imaginary);
            if (!(square > 0.0))
            {
                throw new ArgumentException(
                    "What is left is not positive definite: the vector is too long to be taken away.");
            }

            double diagonal = Math.Sqrt(square), cosine = diagonal / before;
            Complex sine = v[k] / before;
            l[k, k] = Element<T>.Of(diagonal);
            for (int i = k + 1; i < order; i++)
            {
                Complex turned = (Element<T>.ToComplex(l[i, k]) + sign * Complex.Conjugate(sine) * v[i]) / cosine;
                v[i] = cosine * v[i] - sine * turned;
                l[i, k] = Element<T>.Of(turned);
            }
        }

        return l;
    }
}
