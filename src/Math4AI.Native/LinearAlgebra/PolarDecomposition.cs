using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// A = U P with orthonormal columns in U (m × n, m ≥ n) and P symmetric positive semidefinite (n × n), by A = W Σ Vᵀ:
/// U = W Vᵀ, P = V Σ Vᵀ. U is the orthogonal matrix nearest to A. Equals <c>scipy.linalg.polar</c>.
/// </summary>
/// <param name="U">m × n.</param>
/// <param name="P">n × n.</param>
public sealed record PolarDecomposition(Matrix<double> U, Matrix<double> P)
{
    /// <summary>Decomposes a matrix.</summary>
    /// <param name="a">A, m × n with m ≥ n.</param>
    /// <exception cref="ArgumentException">A has fewer rows than columns.</exception>
    public static PolarDecomposition Of(Matrix<double> a)
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.RowCount < a.ColumnCount)
        {
            throw new ArgumentException(
                $"A is {a.RowCount} × {a.ColumnCount}: at least as many rows as columns are needed; decompose its transpose.");
        }

        var svd = a.Svd();
        Matrix<double> w = svd.U.SubMatrix(0, a.RowCount, 0, a.ColumnCount);
        Matrix<double> p = svd.VT.TransposeThisAndMultiply(svd.VT.MultiplyRows(svd.S));
        return new PolarDecomposition(w * svd.VT, (p + p.Transpose()) / 2.0);
    }
}
