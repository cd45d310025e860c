using Math4AI.LinearAlgebra.Functions;
using Math4AI.Processes;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// Holds the thin QR factorization A = Q R of a matrix whose rows are shared by several processes, each with rows of
/// its own, as many as it likes. One message of n (n + 1)/2 numbers a process is all that is sent, and nothing is
/// squared: the result is as accurate as that of one process. With as many processes it has the same bits in every run.
/// Source: J. Demmel, L. Grigori, M. Hoemmen and J. Langou, "Communication-optimal parallel and sequential QR and LU
/// factorizations", SIAM Journal on Scientific Computing 34 (2012): TSQR with one level.
/// </summary>
/// <param name="Q">
/// The rows of Q that belong to the rows of this process, rows × n; QᵀQ over all processes is I.
/// </param>
/// <param name="R">The triangle, n × n, the same in every process; no element of its diagonal is negative.</param>
public sealed record TallQr(Matrix<double> Q, Matrix<double> R)
{
    /// <summary>Factorizes a matrix.</summary>
    /// <param name="rows">The rows of this process, own rows × n.</param>
    /// <param name="processes">The processes that share the matrix; null for this one alone.</param>
    /// <exception cref="ArgumentException">All processes together have fewer rows than columns.</exception>
    /// <exception cref="NonConvergenceException">An element is not finite.</exception>
    /// <exception cref="IOException">The processes differ in their columns, or one cannot be reached.</exception>
    public static TallQr Of(Matrix<double> rows, ProcessGroup? processes = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        processes ??= ProcessGroup.Single;
        int n = rows.ColumnCount;
        processes.RequireSame("The number of columns", $"{n}");
        double[] count = [rows.RowCount];
        processes.Sum(count);
        if (count[0] < n)
        {
            throw new ArgumentException(
                $"The matrix has {count[0]:0} rows in all processes together, and {n} columns: it has to be tall.",
                nameof(rows));
        }

        (Matrix<double> own, Matrix<double> triangle) = processes.Agree(() => OfOwn(rows));
        if (processes.Count > 1)
        {
            (Matrix<double> joined, triangle) = Factors(Gathered(triangle, processes));
            own *= joined.SubMatrix(processes.Rank * n, n, 0, n);
        }

        return WithPositiveDiagonal(own, triangle);
    }

    /// <summary>Computes the thin singular value decomposition A = U Σ Vᵀ from that of R.</summary>
    /// <returns>
    /// The rows of U that belong to the rows of this process, rows × n; the n singular values, descending, and Vᵀ, n
    /// × n, the same in every process.
    /// </returns>
    /// <exception cref="NonConvergenceException">The singular values of R do not converge.</exception>
    public (Matrix<double> U, Vector<double> S, Matrix<double> VT) Svd()
    {
        ThinSvd<double> ofTriangle = ThinSvd.Of(R);
        return (Q * ofTriangle.U, ofTriangle.S, ofTriangle.VT);
    }

    // Fewer rows than columns are filled up with zeros, so that every process has a whole triangle.
    private static (Matrix<double> Q, Matrix<double> R) OfOwn(Matrix<double> rows)
    {
        int n = rows.ColumnCount;
        if (rows.RowCount >= n)
        {
            return Factors(rows);
        }

        Matrix<double> filled = Matrix<double>.Build.Dense(n, n);
        filled.SetSubMatrix(0, 0, rows);
        (Matrix<double> q, Matrix<double> r) = Factors(filled);
        return (q.SubMatrix(0, rows.RowCount, 0, n), r);
    }

    private static (Matrix<double> Q, Matrix<double> R) Factors(Matrix<double> matrix)
    {
        QR<double> factors = matrix.QR(QRMethod.Thin);
        return (factors.Q, factors.R);
    }

    /// <summary>The triangles of all processes, one below the other.</summary>
    private static Matrix<double> Gathered(Matrix<double> triangle, ProcessGroup processes)
    {
        int n = triangle.ColumnCount, size = n * (n + 1) / 2;
        double[] all = new double[checked(size * processes.Count)];
        Visit(n, (i, j, at) => all[processes.Rank * size + at] = triangle[i, j]);

        // Only one of the numbers that are added is not zero.
        processes.Sum(all);
        Matrix<double> below = Matrix<double>.Build.Dense(checked(n * processes.Count), n);
        for (int process = 0; process < processes.Count; process++)
        {
            Visit(n, (i, j, at) => below[process * n + i, j] = all[process * size + at]);
        }

        return below;
    }

    private static void Visit(int n, Action<int, int, int> element)
    {
        for (int j = 0, at = 0; j < n; j++)
        {
            for (int i = 0; i <= j; i++, at++)
            {
                element(i, j, at);
            }
        }
    }

    private static TallQr WithPositiveDiagonal(Matrix<double> q, Matrix<double> r)
    {
        Vector<double> signs = r.Diagonal().Map(value => value < 0.0 ? -1.0 : 1.0);
        return new TallQr(q.MultiplyColumns(signs), r.MultiplyRows(signs));
    }
}
