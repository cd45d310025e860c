using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Diagonalization;

/// <summary>
/// Finds the rotation V that makes symmetric matrices VᵀM_kV jointly as diagonal as possible, by Jacobi's plane
/// rotations with the angle in closed form. Source: J.-F. Cardoso and A. Souloumiac, "Jacobi angles for simultaneous
/// diagonalization", SIAM Journal on Matrix Analysis and Applications 17 (1996).
/// </summary>
internal static class JointDiagonalization
{
    private const int MaxSweeps = 100;

    /// <summary>Rotates the matrices in place.</summary>
    /// <param name="matrices">Symmetric, all of one order.</param>
    /// <param name="tolerance">The least angle worth a rotation.</param>
    /// <param name="swept">
    /// Receives the largest angle of every sweep, and the sum of the squared off-diagonal elements after it.
    /// </param>
    /// <returns>V, and whether the last sweep turned nothing.</returns>
    public static (Matrix<double> Rotation, bool IsConverged) Solve(
        Matrix<double>[] matrices, double tolerance, Action<double, double> swept)
    {
        int order = matrices[0].RowCount;
        Matrix<double> rotation = Matrix<double>.Build.DenseIdentity(order);
        for (int sweep = 0; sweep < MaxSweeps; sweep++)
        {
            double largest = 0.0;
            for (int p = 0; p < order; p++)
            {
                for (int q = p + 1; q < order; q++)
                {
                    double angle = Angle(matrices, p, q);
                    if (Math.Abs(angle) > tolerance)
                    {
                        largest = Math.Max(largest, Math.Abs(angle));
                        (double sine, double cosine) = Math.SinCos(angle);
                        foreach (Matrix<double> matrix in matrices)
                        {
                            Rotate(matrix, p, q, cosine, sine, bothSides: true);
                        }

                        Rotate(rotation, p, q, cosine, sine, bothSides: false);
                    }
                }
            }

            swept(largest, matrices.Sum(BesideDiagonal));
            if (largest == 0.0)
            {
                return (rotation, true);
            }
        }

        return (rotation, false);
    }

    private static double BesideDiagonal(Matrix<double> matrix)
    {
        double sum = 0.0;
        for (int i = 0; i < matrix.RowCount; i++)
        {
            for (int j = 0; j < matrix.ColumnCount; j++)
            {
                sum += i == j ? 0.0 : matrix[i, j] * matrix[i, j];
            }
        }

        return sum;
    }

    /// <summary>
    /// Returns the θ that minimizes Σ (off-diagonal)² in the plane: half the angle of the leading axis of h = (M_pp −
    /// M_qq, 2 M_pq).
    /// </summary>
    private static double Angle(Matrix<double>[] matrices, int p, int q)
    {
        double on = 0.0, off = 0.0;
        foreach (Matrix<double> matrix in matrices)
        {
            double difference = matrix[p, p] - matrix[q, q], sum = 2.0 * matrix[p, q];
            on += difference * difference - sum * sum;
            off += 2.0 * difference * sum;
        }

        return 0.25 * Math.Atan2(off, on);
    }

    private static void Rotate(Matrix<double> matrix, int p, int q, double cosine, double sine, bool bothSides)
    {
        for (int i = 0; i < matrix.RowCount; i++)
        {
            (double a, double b) = (matrix[i, p], matrix[i, q]);
            matrix[i, p] = cosine * a + sine * b;
            matrix[i, q] = cosine * b - sine * a;
        }

        for (int j = 0; bothSides && j < matrix.ColumnCount; j++)
        {
            (double a, double b) = (matrix[p, j], matrix[q, j]);
            matrix[p, j] = cosine * a + sine * b;
            matrix[q, j] = cosine * b - sine * a;
        }
    }
}
