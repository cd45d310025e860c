using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.LinearAlgebra.Solves;

/// <summary>
/// Least squares of full column rank from a QR factorization, refined: solution and residual together, with their
/// defects in double-double arithmetic, until nothing changes. The answer is then that of the matrix as given, to
/// nearly all digits. Source: Å. Björck, "Iterative refinement of linear least squares solutions I", BIT 7 (1967).
/// </summary>
internal static class LeastSquaresRefinement
{
    private const int MaxSteps = 10;

    /// <summary>
    /// Solves min ‖A x − b‖. The residual r and the solution x satisfy [I A; Aᵀ 0] [r; x] = [b; 0]. With A = Q R, the
    /// corrections for the defects f and g of the two rows are δx = R⁻¹(Qᵀf − z) and δr = Q z + (f − Q Qᵀ f), where z =
    /// R⁻ᵀ g.
    /// </summary>
    public static Vector<double> Solve(Matrix<double> a, QR<double> qr, Vector<double> b)
    {
        Matrix<double> transposedR = qr.R.Transpose();
        Vector<double> x = DenseVector.Create(a.ColumnCount, 0.0);
        Vector<double> r = DenseVector.Create(a.RowCount, 0.0);
        double lastChange = double.PositiveInfinity;
        for (int step = 0; step < MaxSteps; step++)
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
}
