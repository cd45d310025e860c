using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// Finds the symmetric (Hermitian) positive definite matrix nearest to a square matrix in the Frobenius norm: the
/// symmetric part with its negative eigenvalues raised to a small positive bound. Source: N. J. Higham, "Computing a
/// nearest symmetric positive semidefinite matrix", Linear Algebra and its Applications 103 (1988). SciPy has no call
/// for it.
/// </summary>
public static class NearestPositiveDefinite
{
    /// <summary>Finds it.</summary>
    /// <param name="a">A square matrix.</param>
    /// <param name="smallestEigenvalue">
    /// The bound on the eigenvalues, relative to the order times the largest in size; null for 45 ε, which keeps
    /// Cholesky's factorization possible.
    /// </param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">A is not square.</exception>
    public static Matrix<T> Of<T>(Matrix<T> a, double? smallestEigenvalue = null)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        double share = smallestEigenvalue ?? 45.0 * Element<T>.Epsilon;
        ArgumentOutOfRangeException.ThrowIfNegative(share, nameof(smallestEigenvalue));
        if (a.RowCount != a.ColumnCount)
        {
            throw new ArgumentException($"A is {a.RowCount} × {a.ColumnCount}, and must be square.", nameof(a));
        }

        T half = Element<T>.Of(0.5);
        Matrix<T> symmetric = half * (a + a.ConjugateTranspose());
        var eigen = symmetric.Evd(Symmetricity.Hermitian);
        Vector<double> values = Vector<double>.Build.Dense(a.RowCount, i => eigen.EigenValues[i].Real);
        double bound = share * a.RowCount * values.AbsoluteMaximum();
        if (values.Minimum() >= bound)
        {
            return symmetric;
        }

        Vector<double> raised = values.PointwiseMaximum(Math.Max(bound, double.Epsilon));
        Matrix<T> nearest = eigen.EigenVectors.MultiplyColumns(raised) * eigen.EigenVectors.ConjugateTranspose();
        return half * (nearest + nearest.ConjugateTranspose());
    }
}
