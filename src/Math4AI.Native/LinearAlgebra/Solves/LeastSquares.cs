using Math4AI.LinearAlgebra.Functions;
using Math4AI.LinearAlgebra.Provider;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Providers.LinearAlgebra;
using Complex = System.Numerics.Complex;

namespace Math4AI.LinearAlgebra.Solves;

/// <summary>Holds the solution of a linear least-squares problem.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <param name="Solution">
/// X, columns of A × columns of B; of all that minimize the residual, the one of least norm.
/// </param>
/// <param name="Rank">The numerical rank of A.</param>
/// <param name="SingularValues">Those of A with its columns scaled to lengths between 1 and 2, descending.</param>
/// <param name="ConditionNumber">σ_max / σ_min of A with its columns scaled so.</param>
/// <param name="ResidualSumOfSquares">‖A x − b‖² for each column of B.</param>
public sealed record LeastSquaresSolution<T>(
    Matrix<T> Solution,
    int Rank,
    Vector<double> SingularValues,
    double ConditionNumber,
    Vector<double> ResidualSumOfSquares)
    where T : struct, IEquatable<T>, IFormattable;

/// <summary>
/// Solves min ‖A X − B‖. Where A is real and has full column rank: Householder QR of the scaled columns, refined to
/// nearly all digits (<see cref="LeastSquaresRefinement"/>); else the solution of least norm by singular values (LAPACK
/// <c>gelsd</c>). float32 is solved in float64, and the rank judged by its own precision. Equals
/// <c>scipy.linalg.lstsq</c>.
/// </summary>
public static class LeastSquares
{
    /// <summary>Solves for several right-hand sides.</summary>
    /// <param name="a">A, m × n.</param>
    /// <param name="b">B, m × k.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">The row counts differ, or a value is not finite.</exception>
    public static LeastSquaresSolution<T> Solve<T>(Matrix<T> a, Matrix<T> b)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.RowCount != b.RowCount || a.RowCount == 0 || a.ColumnCount == 0)
        {
            throw new ArgumentException(
                $"A is {a.RowCount} × {a.ColumnCount} and B has "
                + $"{b.RowCount} rows: both need the same rows, at least one.");
        }

        if (!double.IsFinite(a.FrobeniusNorm()) || !double.IsFinite(b.FrobeniusNorm()))
        {
            throw new ArgumentException("A or B holds a value that is not finite, or too large to be squared.");
        }

        return Element<T>.IsComplex
            ? Converted<Complex, T>(
                Solve(Widened<T, Complex>(a), Widened<T, Complex>(b), Element<T>.Epsilon, isRefined: false))
            : Converted<double, T>(
                Solve(Widened<T, double>(a), Widened<T, double>(b), Element<T>.Epsilon, isRefined: true));
    }

    /// <summary>Solves for one right-hand side.</summary>
    /// <param name="a">A, m × n.</param>
    /// <param name="b">b, m numbers.</param>
    /// <typeparam name="T">double, float, Complex or Complex32.</typeparam>
    /// <exception cref="ArgumentException">The row counts differ, or a value is not finite.</exception>
    public static LeastSquaresSolution<T> Solve<T>(Matrix<T> a, Vector<T> b)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(b);
        return Solve(a, b.ToColumnMatrix());
    }

    private static LeastSquaresSolution<T> Solve<T>(Matrix<T> a, Matrix<T> b, double epsilon, bool isRefined)
        where T : struct, IEquatable<T>, IFormattable
    {
        // Powers of two: scaling then rounds nothing.
        Vector<double> scale = a.ColumnNorms(2.0).Map(norm => norm > 0.0 ? Math.ScaleB(1.0, -Math.ILogB(norm)) : 1.0);
        Matrix<T> scaled = a.MultiplyColumns(scale);
        double[] values;
        if (a.RowCount >= a.ColumnCount)
        {
            QR<T> qr = scaled.QR(QRMethod.Thin);
            values = Values(qr.R);
            if (isRefined && RankOf(values, a, epsilon) == a.ColumnCount)
            {
                Matrix<double> real = (Matrix<double>)(object)scaled;
                var factors = (QR<double>)(object)qr;
                Matrix<T> solution = Matrix<T>.Build.Dense(a.ColumnCount, b.ColumnCount);
                for (int column = 0; column < b.ColumnCount; column++)
                {
                    Vector<double> x =
                        LeastSquaresRefinement.Solve(real, factors, (Vector<double>)(object)b.Column(column));
                    solution.SetColumn(column, [.. x.Select((value, i) => Element<T>.Of(scale[i] * value))]);
                }

                return Result(a, b, solution, a.ColumnCount, values);
            }
        }
        else
        {
            values = Values(scaled);
        }

        (Matrix<T> shortest, int rank) = LeastNorm(a, b, Math.Max(a.RowCount, a.ColumnCount) * epsilon);
        return Result(a, b, shortest, rank, values);
    }

    /// <summary>By gelsd; where MKL is not loaded, by the singular value decomposition itself.</summary>
    private static (Matrix<T> Solution, int Rank) LeastNorm<T>(Matrix<T> a, Matrix<T> b, double tolerance)
        where T : struct, IEquatable<T>, IFormattable
    {
        if (LinearAlgebraControl.Provider is ILeastNormProvider<T> provider)
        {
            (T[] solution, int found) = provider.LeastNorm(
                a.ToColumnMajorArray(),
                a.RowCount,
                a.ColumnCount,
                b.ToColumnMajorArray(),
                b.ColumnCount,
                tolerance,
                new double[Math.Min(a.RowCount, a.ColumnCount)]);
            return (Matrix<T>.Build.Dense(a.ColumnCount, b.ColumnCount, solution), found);
        }

        Svd<T> svd = a.Svd();
        double[] values = [.. svd.S.Select(Element<T>.Real)];
        int rank = values.Count(value => value > tolerance * values[0]);
        Matrix<T> projected = svd.U.ConjugateTransposeThisAndMultiply(b);
        Matrix<T> coordinates = Matrix<T>.Build.Dense(
            a.ColumnCount, b.ColumnCount,
            (i, j) => i < rank ? Element<T>.Of(Element<T>.ToComplex(projected[i, j]) / values[i]) : default);
        return (svd.VT.ConjugateTransposeThisAndMultiply(coordinates), rank);
    }

    private static LeastSquaresSolution<T> Result<T>(
        Matrix<T> a, Matrix<T> b, Matrix<T> solution, int rank, double[] values)
        where T : struct, IEquatable<T>, IFormattable
    {
        Matrix<T> residual = a * solution - b;
        return new LeastSquaresSolution<T>(
            solution,
            rank,
            Vector<double>.Build.Dense(values),
            values[^1] > 0.0 ? values[0] / values[^1] : double.PositiveInfinity,
            Vector<double>.Build.Dense(b.ColumnCount, j => Math.Pow(residual.Column(j).L2Norm(), 2.0)));
    }

    private static double[] Values<T>(Matrix<T> matrix)
        where T : struct, IEquatable<T>, IFormattable =>
        [.. matrix.Svd(computeVectors: false).S.Select(Element<T>.Real)];

    private static int RankOf<T>(double[] values, Matrix<T> a, double epsilon)
        where T : struct, IEquatable<T>, IFormattable =>
        values.Count(value => value > Math.Max(a.RowCount, a.ColumnCount) * epsilon * values[0]);

    private static Matrix<TTo> Widened<TFrom, TTo>(Matrix<TFrom> matrix)
        where TFrom : struct, IEquatable<TFrom>, IFormattable
        where TTo : struct, IEquatable<TTo>, IFormattable =>
        matrix as Matrix<TTo> ?? Matrix<TTo>.Build.Dense(
            matrix.RowCount, matrix.ColumnCount, (i, j) => Element<TTo>.Of(Element<TFrom>.ToComplex(matrix[i, j])));

    private static LeastSquaresSolution<TTo> Converted<TFrom, TTo>(LeastSquaresSolution<TFrom> wide)
        where TFrom : struct, IEquatable<TFrom>, IFormattable
        where TTo : struct, IEquatable<TTo>, IFormattable =>
        wide as LeastSquaresSolution<TTo> ?? new LeastSquaresSolution<TTo>(
            Widened<TFrom, TTo>(wide.Solution), wide.Rank, wide.SingularValues, wide.ConditionNumber,
            wide.ResidualSumOfSquares);
}
