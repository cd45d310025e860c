using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// The symmetric positive definite matrix nearest to a square matrix in the Frobenius norm: the symmetric part with its
/// negative eigenvalues raised to a small positive bound. Source: N. J. Higham, "Computing a nearest symmetric positive
/// semidefinite matrix", Linear Algebra and its Applications 103 (1988). SciPy has no call for it.
/// </summary>
public static class NearestPositiveDefinite
{
    /// <summary>Finds it.</summary>
    /// <param name="a">A square matrix.</param>
    /// <param name="smallestEigenvalue">
    /// The bound on the eigenvalues, relative to the largest in size; the default keeps Cholesky's factorisation possible.
    /// </param>
    /// <exception cref="ArgumentException">A is not square.</exception>
    public static Matrix<double> Of(Matrix<double> a, double smallestEigenvalue = 1e-14)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentOutOfRangeException.ThrowIfNegative(smallestEigenvalue);
        if (a.RowCount != a.ColumnCount)
        {
            throw new ArgumentException($"A is {a.RowCount} × {a.ColumnCount}, and must be square.", nameof(a));
        }

        Matrix<double> symmetric = (a + a.Transpose()) / 2.0;
        var eigen = symmetric.Evd(Symmetricity.Symmetric);
        Vector<double> values = DenseVector.Create(a.RowCount, i => eigen.EigenValues[i].Real);
        double bound = smallestEigenvalue * a.RowCount * values.AbsoluteMaximum();
        if (values.Minimum() >= bound)
        {
            return symmetric;
        }

        Vector<double> raised = values.PointwiseMaximum(Math.Max(bound, double.Epsilon));
        Matrix<double> nearest = eigen.EigenVectors.MultiplyColumns(raised) * eigen.EigenVectors.Transpose();
        return (nearest + nearest.Transpose()) / 2.0;
    }
}
