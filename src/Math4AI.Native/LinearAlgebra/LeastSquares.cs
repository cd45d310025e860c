using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.LinearAlgebra;

/// <summary>The solution of a linear least-squares problem.</summary>
/// <param name="Solution">X, columns of A × columns of B; of all that minimise the residual, the one of least norm.</param>
/// <param name="Rank">The numerical rank of A.</param>
/// <param name="SingularValues">Those of A with its columns scaled to lengths between 1 and 2, descending.</param>
/// <param name="ConditionNumber">σ_max / σ_min of A with its columns scaled so.</param>
/// <param name="ResidualSumOfSquares">‖A x − b‖² for each column of B.</param>
public sealed record LeastSquaresSolution(
    Matrix<double> Solution,
    int Rank,
    Vector<double> SingularValues,
    double ConditionNumber,
    Vector<double> ResidualSumOfSquares);

/// <summary>
/// min ‖A X − B‖. Where A has full column rank: Householder QR of the scaled columns, then refinement of solution and
/// residual together, with their defects in double-double arithmetic, until nothing changes; the answer is then that of the
/// matrix as given, to nearly all digits. Else the solution of least norm by singular values. Equals
/// <c>scipy.linalg.lstsq</c> (gelsd).
/// Source of the refinement: Å. Björck, "Iterative refinement of linear least squares solutions I", BIT 7 (1967).
/// </summary>
public static class LeastSquares
{
    private const int MostRefinements = 10;

    /// <summary>Solves for several right-hand sides.</summary>
    /// <param name="a">A, m × n.</param>
    /// <param name="b">B, m × k.</param>
    /// <exception cref="ArgumentException">The row counts differ, or a value is not finite.</exception>
    public static LeastSquaresSolution Solve(Matrix<double> a, Matrix<double> b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.RowCount != b.RowCount || a.RowCount == 0 || a.ColumnCount == 0)
        {
            throw new ArgumentException(
                $"A is {a.RowCount} × {a.ColumnCount} and B has {b.RowCount} rows: both need the same rows, at least one.");
        }

        if (!double.IsFinite(a.FrobeniusNorm()) || !double.IsFinite(b.FrobeniusNorm()))
        {
            throw new ArgumentException("A or B holds a value that is not finite, or too large to be squared.");
        }

        // Powers of two: scaling then rounds nothing.
        Vector<double> scale = a.ColumnNorms(2.0).Map(norm => norm > 0.0 ? Math.ScaleB(1.0, -Math.ILogB(norm)) : 1.0);
        Matrix<double> scaled = a.MultiplyColumns(scale);
        if (a.RowCount >= a.ColumnCount)
        {
            QR<double> qr = scaled.QR(QRMethod.Thin);
            Vector<double> values = qr.R.Svd(computeVectors: false).S;
            if (RankOf(values, a) == a.ColumnCount)
            {
                Matrix<double> solution = DenseMatrix.Create(a.ColumnCount, b.ColumnCount, 0.0);
                for (int column = 0; column < b.ColumnCount; column++)
                {
                    solution.SetColumn(column, Refined(scaled, qr, b.Column(column)));
                }

                return Result(a, b, solution.MultiplyRows(scale), a.ColumnCount, values);
            }
        }

        return LeastNorm(a, b, scaled);
    }

    /// <summary>Solves for one right-hand side.</summary>
    /// <param name="a">A, m × n.</param>
    /// <param name="b">b, m numbers.</param>
    /// <exception cref="ArgumentException">The row counts differ, or a value is not finite.</exception>
    public static LeastSquaresSolution Solve(Matrix<double> a, Vector<double> b)
    {
        ArgumentNullException.ThrowIfNull(b);
        return Solve(a, b.ToColumnMatrix());
    }

    /// <summary>
    /// Residual r and solution x solve [I A; Aᵀ 0] [r; x] = [b; 0]. With A = Q R, the corrections for the defects f and g of
    /// the two rows are δx = R⁻¹(Qᵀf − z) and δr = Q z + (f − Q Qᵀ f), where z = R⁻ᵀ g.
    /// </summary>
    private static Vector<double> Refined(Matrix<double> a, QR<double> qr, Vector<double> b)
    {
        Matrix<double> transposedR = qr.R.Transpose();
        Vector<double> x = DenseVector.Create(a.ColumnCount, 0.0);
        Vector<double> r = DenseVector.Create(a.RowCount, 0.0);
        double lastChange = double.PositiveInfinity;
        for (int step = 0; step < MostRefinements; step++)
        {
            (Vector<double> f, Vector<double> g) = Defects(a, b, x, r);
            Vector<double> z = SolveLower(transposedR, g);
            Vector<double> projected = qr.Q.TransposeThisAndMultiply(f);
            Vector<double> change = SolveUpper(qr.R, projected - z);
            double size = change.InfinityNorm();
            if (!(size < 0.5 * lastChange))
            {
                break;
            }

            x += change;
            r += f + qr.Q * (z - projected);
            lastChange = size;
        }

        return x;
    }

    /// <summary>f = b − r − A x and g = −Aᵀ r, summed in double-double.</summary>
    private static (Vector<double> F, Vector<double> G) Defects(
        Matrix<double> a, Vector<double> b, Vector<double> x, Vector<double> r)
    {
        Vector<double> f = DenseVector.Create(a.RowCount, i =>
        {
            DoubleDouble sum = b[i];
            sum -= r[i];
            for (int j = 0; j < a.ColumnCount; j++)
            {
                sum -= DoubleDouble.ExactProduct(a[i, j], x[j]);
            }

            return (double)sum;
        });
        Vector<double> g = DenseVector.Create(a.ColumnCount, j =>
        {
            DoubleDouble sum = 0.0;
            for (int i = 0; i < a.RowCount; i++)
            {
                sum -= DoubleDouble.ExactProduct(a[i, j], r[i]);
            }

            return (double)sum;
        });
        return (f, g);
    }

    private static DenseVector SolveUpper(Matrix<double> r, Vector<double> b)
    {
        var x = new DenseVector(b.Count);
        for (int i = b.Count - 1; i >= 0; i--)
        {
            double sum = b[i];
            for (int j = i + 1; j < b.Count; j++)
            {
                sum -= r[i, j] * x[j];
            }

            x[i] = sum / r[i, i];
        }

        return x;
    }

    private static DenseVector SolveLower(Matrix<double> l, Vector<double> b)
    {
        var x = new DenseVector(b.Count);
        for (int i = 0; i < b.Count; i++)
        {
            double sum = b[i];
            for (int j = 0; j < i; j++)
            {
                sum -= l[i, j] * x[j];
            }

            x[i] = sum / l[i, i];
        }

        return x;
    }

    private static LeastSquaresSolution LeastNorm(Matrix<double> a, Matrix<double> b, Matrix<double> scaled)
    {
        Vector<double> values = scaled.Svd(computeVectors: false).S;
        int rank = RankOf(values, a);
        Svd<double> svd = a.Svd();
        Matrix<double> projected = svd.U.TransposeThisAndMultiply(b);
        Matrix<double> coordinates = DenseMatrix.Create(
            a.ColumnCount, b.ColumnCount, (i, j) => i < rank ? projected[i, j] / svd.S[i] : 0.0);
        return Result(a, b, svd.VT.TransposeThisAndMultiply(coordinates), rank, values);
    }

    private static LeastSquaresSolution Result(
        Matrix<double> a, Matrix<double> b, Matrix<double> solution, int rank, Vector<double> values)
    {
        Matrix<double> residual = a * solution - b;
        return new LeastSquaresSolution(
            solution,
            rank,
            values,
            values[^1] > 0.0 ? values[0] / values[^1] : double.PositiveInfinity,
            DenseVector.Create(b.ColumnCount, j => residual.Column(j).DotProduct(residual.Column(j))));
    }

    private static int RankOf(Vector<double> values, Matrix<double> a)
    {
        double epsilon = double.BitIncrement(1.0) - 1.0;
        double least = Math.Max(a.RowCount, a.ColumnCount) * epsilon * values[0];
        return values.Count(value => value > least);
    }
}
