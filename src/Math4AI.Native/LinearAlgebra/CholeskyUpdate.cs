using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// The Cholesky factor of L Lᵀ ± v vᵀ from L, in n² operations instead of n³/3, by plane rotations (hyperbolic ones to take
/// away). Source: G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, section 6.5.4. SciPy has no call for it.
/// </summary>
public static class CholeskyUpdate
{
    /// <summary>The factor of L Lᵀ + v vᵀ.</summary>
    /// <param name="factor">L, lower triangular with a positive diagonal.</param>
    /// <param name="vector">v.</param>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public static Matrix<double> Add(Matrix<double> factor, Vector<double> vector) => Rotate(factor, vector, 1.0);

    /// <summary>The factor of L Lᵀ − v vᵀ.</summary>
    /// <param name="factor">L, lower triangular with a positive diagonal.</param>
    /// <param name="vector">v.</param>
    /// <exception cref="ArgumentException">The difference is not positive definite, or the sizes do not belong together.</exception>
    public static Matrix<double> Remove(Matrix<double> factor, Vector<double> vector) => Rotate(factor, vector, -1.0);

    private static Matrix<double> Rotate(Matrix<double> factor, Vector<double> vector, double sign)
    {
        ArgumentNullException.ThrowIfNull(factor);
        ArgumentNullException.ThrowIfNull(vector);
        int order = factor.RowCount;
        if (factor.ColumnCount != order || vector.Count != order)
        {
            throw new ArgumentException(
                $"The factor is {order} × {factor.ColumnCount} and the vector has {vector.Count} entries: they do not belong "
                + "together.");
        }

        Matrix<double> l = factor.Clone();
        Vector<double> v = vector.Clone();
        for (int k = 0; k < order; k++)
        {
            double square = l[k, k] * l[k, k] + sign * v[k] * v[k];
            if (!(square > 0.0))
            {
                throw new ArgumentException("What is left is not positive definite: the vector is too long to be taken away.");
            }

            double diagonal = Math.Sqrt(square);
            double cosine = diagonal / l[k, k];
            double sine = v[k] / l[k, k];
            l[k, k] = diagonal;
            for (int i = k + 1; i < order; i++)
            {
                l[i, k] = (l[i, k] + sign * sine * v[i]) / cosine;
                v[i] = cosine * v[i] - sine * l[i, k];
            }
        }

        return l;
    }
}
