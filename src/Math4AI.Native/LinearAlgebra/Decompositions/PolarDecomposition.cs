using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// Holds A = U P with orthonormal columns in U (m × n, m ≥ n) and P Hermitian positive semidefinite (n × n), by A = W Σ
/// Vᴴ: U = W Vᴴ, P = V Σ Vᴴ. U is the orthogonal (unitary) matrix nearest to A. Equals <c>scipy.linalg.polar</c>.
/// </summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <param name="U">m × n.</param>
/// <param name="P">n × n.</param>
public sealed record PolarDecomposition<T>(Matrix<T> U, Matrix<T> P)
    where T : struct, IEquatable<T>, IFormattable;

/// <summary>Makes polar decompositions.</summary>
public static class PolarDecomposition
{
    /// <summary>Decomposes a matrix.</summary>
    /// <param name="a">A, m × n with m ≥ n.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">A has fewer rows than columns.</exception>
    public static PolarDecomposition<T> Of<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        if (a.RowCount < a.ColumnCount)
        {
            throw new ArgumentException(
                $"A is {a.RowCount} × {a.ColumnCount}: at least as many rows as columns are needed; decompose its "
                + "transpose.");
        }

        var svd = a.Svd();
        Matrix<T> w = svd.U.SubMatrix(0, a.RowCount, 0, a.ColumnCount);
        Matrix<T> p = svd.VT.ConjugateTransposeThisAndMultiply(
            svd.VT.MultiplyRows(Vector<double>.Build.Dense([.. svd.S.Select(Element<T>.Real)])));
        return new PolarDecomposition<T>(w * svd.VT, Element<T>.Of(0.5) * (p + p.ConjugateTranspose()));
    }
}
