using Math4AI.LinearAlgebra.Functions;
using Math4AI.LinearAlgebra.Provider;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// Holds the thin (economy) singular value decomposition A = U Σ Vᴴ of an m × n matrix with k = min(m, n): exact, and
/// in O(m n) memory, where Math.NET's <c>Svd</c>, <c>Rank</c>, <c>ConditionNumber</c>, <c>L2Norm</c> and
/// <c>PseudoInverse</c> allocate an m × m array. Equals <c>numpy.linalg.svd(a, full_matrices=False)</c> and MATLAB's
/// <c>svd(A, 'econ')</c>.
/// </summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <param name="U">The left singular vectors, m × k, orthonormal columns.</param>
/// <param name="S">The k singular values, descending.</param>
/// <param name="VT">Vᴴ, k × n, orthonormal rows: the right singular vectors, conjugated.</param>
public sealed record ThinSvd<T>(Matrix<T> U, Vector<double> S, Matrix<T> VT)
    where T : struct, IEquatable<T>, IFormattable
{
    /// <summary>
    /// Gets the rank: the number of singular values above max(m, n) ε σ₁, as <c>numpy.linalg.matrix_rank</c> and
    /// MATLAB's <c>rank</c> count them.
    /// </summary>
    public int Rank => ThinSvd.RankOf<T>(S, U.RowCount, VT.ColumnCount);

    /// <summary>Gets the condition number σ₁ / σ_k; infinite where σ_k is 0. Equals <c>numpy.linalg.cond</c>.</summary>
    public double ConditionNumber => ThinSvd.ConditionNumberOf(S);

    /// <summary>
    /// Computes the pseudo-inverse A⁺ = V Σ⁺ Uᴴ, n × m, with the singular values that count in <see cref="Rank"/>.
    /// Equals <c>numpy.linalg.pinv</c> and MATLAB's <c>pinv</c> with their tolerance max(m, n) ε σ₁. Of a zero matrix
    /// it is zero.
    /// </summary>
    public Matrix<T> PseudoInverse()
    {
        int rank = Rank;
        if (rank == 0)
        {
            return Matrix<T>.Build.Dense(VT.ColumnCount, U.RowCount);
        }

        Matrix<T> divided =
            VT.SubMatrix(0, rank, 0, VT.ColumnCount).MultiplyRows(S.SubVector(0, rank).Map(value => 1.0 / value));
        return divided.ConjugateTransposeThisAndMultiply(U.SubMatrix(0, U.RowCount, 0, rank).ConjugateTranspose());
    }

    /// <summary>
    /// Computes an orthonormal basis of the null space {x : A x = 0}, n × (n − rank). Equals
    /// <c>scipy.linalg.null_space</c> and MATLAB's <c>null</c> up to a rotation.
    /// </summary>
    public Matrix<T> NullSpace()
    {
        int columns = VT.ColumnCount, rank = Rank;
        if (rank == 0)
        {
            return Matrix<T>.Build.DenseIdentity(columns);
        }

        // The remaining columns of the full Q are orthogonal to the row space.
        Matrix<T> rowSpace = VT.SubMatrix(0, rank, 0, columns).ConjugateTranspose();
        return rank == columns
            ? Matrix<T>.Build.Dense(columns, 0)
            : rowSpace.QR(QRMethod.Full).Q.SubMatrix(0, columns, rank, columns - rank);
    }

    /// <summary>
    /// Gets an orthonormal basis of the range of A, m × rank. Equals <c>scipy.linalg.orth</c> and MATLAB's <c>orth</c>
    /// up to signs.
    /// </summary>
    public Matrix<T> Range() => Rank == 0 ? Matrix<T>.Build.Dense(U.RowCount, 0) : U.SubMatrix(0, U.RowCount, 0, Rank);
}

/// <summary>
/// Computes thin singular value decompositions, and what follows from singular values alone.
/// </summary>
public static class ThinSvd
{
    /// <summary>Decomposes a matrix.</summary>
    /// <param name="a">A, m × n.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="MathNet.Numerics.NonConvergenceException">A holds NaN or infinity.</exception>
    public static ThinSvd<T> Of<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        int count = Math.Min(a.RowCount, a.ColumnCount);
        T[] u = new T[checked(a.RowCount * count)], vt = new T[checked(count * a.ColumnCount)];
        Vector<double> values = Decompose(a, u, vt);
        return new ThinSvd<T>(
            Matrix<T>.Build.Dense(a.RowCount, count, u), values, Matrix<T>.Build.Dense(count, a.ColumnCount, vt));
    }

    /// <summary>Computes the min(m, n) singular values of an m × n matrix, descending, without their vectors.</summary>
    /// <param name="a">A, m × n.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="MathNet.Numerics.NonConvergenceException">A holds NaN or infinity.</exception>
    public static Vector<double> SingularValues<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        return Decompose(a, [], []);
    }

    /// <summary>Computes the rank, the number of singular values above max(m, n) ε σ₁.</summary>
    /// <param name="a">A, m × n.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="MathNet.Numerics.NonConvergenceException">A holds NaN or infinity.</exception>
    public static int Rank<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable =>
        RankOf<T>(SingularValues(a), a.RowCount, a.ColumnCount);

    /// <summary>Computes the condition number, the ratio of the largest to the smallest singular value.</summary>
    /// <param name="a">A, m × n.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="MathNet.Numerics.NonConvergenceException">A holds NaN or infinity.</exception>
    public static double ConditionNumber<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable =>
        ConditionNumberOf(SingularValues(a));

    /// <summary>Computes the pseudo-inverse A⁺, n × m; see <see cref="ThinSvd{T}.PseudoInverse"/>.</summary>
    /// <param name="a">A, m × n.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="MathNet.Numerics.NonConvergenceException">A holds NaN or infinity.</exception>
    public static Matrix<T> PseudoInverse<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable =>
        Of(a).PseudoInverse();

    /// <summary>Computes an orthonormal basis of the null space; see <see cref="ThinSvd{T}.NullSpace"/>.</summary>
    /// <param name="a">A, m × n.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="MathNet.Numerics.NonConvergenceException">A holds NaN or infinity.</exception>
    public static Matrix<T> NullSpace<T>(Matrix<T> a)
        where T : struct, IEquatable<T>, IFormattable =>
        Of(a).NullSpace();

    internal static int RankOf<T>(Vector<double> values, int rows, int columns)
        where T : struct =>
        values.Count == 0 ? 0 : values.Count(value => value > Math.Max(rows, columns) * Element<T>.Epsilon * values[0]);

    internal static double ConditionNumberOf(Vector<double> values) =>
        values.Count == 0 ? 0.0 : values[0] == 0.0 ? double.PositiveInfinity : values[0] / values[^1];

    private static Vector<double> Decompose<T>(Matrix<T> a, T[] u, T[] vt)
        where T : struct, IEquatable<T>, IFormattable
    {
        int count = Math.Min(a.RowCount, a.ColumnCount);
        T[] s = new T[count];
        if (count > 0 && LinearAlgebraControl.Provider is IThinSvdProvider<T> provider)
        {
            provider.ThinSingularValueDecomposition(a.ToColumnMajorArray(), a.RowCount, a.ColumnCount, s, u, vt);
        }
        else if (count > 0)
        {
            DecomposeByQr(a, s, u, vt);
        }

        return Vector<double>.Build.Dense(count, i => Element<T>.Real(s[i]));
    }

    /// <summary>
    /// For providers without a thin decomposition: A = Q R first, and R, which is square, by Math.NET.
    /// </summary>
    internal static void DecomposeByQr<T>(Matrix<T> a, T[] s, T[] u, T[] vt)
        where T : struct, IEquatable<T>, IFormattable
    {
        bool isWide = a.RowCount < a.ColumnCount;
        var qr = (isWide ? a.ConjugateTranspose() : a).QR(QRMethod.Thin);
        var svd = qr.R.Svd(u.Length > 0);
        svd.S.ToArray().CopyTo(s, 0);
        if (u.Length > 0)
        {
            Matrix<T> left = qr.Q * svd.U;
            (isWide ? svd.VT.ConjugateTranspose() : left).ToColumnMajorArray().CopyTo(u, 0);
            (isWide ? left.ConjugateTranspose() : svd.VT).ToColumnMajorArray().CopyTo(vt, 0);
        }
    }
}
