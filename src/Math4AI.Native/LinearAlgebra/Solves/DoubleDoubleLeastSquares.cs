using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.LinearAlgebra.Solves;

/// <summary>
/// min ‖A x − y‖ in double-double arithmetic throughout, by Gram–Schmidt orthogonalisation of the columns, done twice:
/// for small problems that float64 cannot hold. Source: Å. Björck, "Numerics of Gram–Schmidt orthogonalization", Linear
/// Algebra and its Applications 197 (1994).
/// </summary>
internal static class DoubleDoubleLeastSquares
{
    /// <summary>Solves for the coefficients of the columns, which are linearly independent.</summary>
    public static DenseVector Solve(DoubleDouble[][] columns, IReadOnlyList<double> y)
    {
        DoubleDouble[][] basis = [.. columns.Select(column => (DoubleDouble[])column.Clone())];
        var r = new DoubleDouble[columns.Length, columns.Length];
        for (int column = 0; column < columns.Length; column++)
        {
            for (int pass = 0; pass < 2; pass++)
            {
                for (int earlier = 0; earlier < column; earlier++)
                {
                    DoubleDouble part = Dot(basis[earlier], basis[column]);
                    Subtract(basis[column], part, basis[earlier]);
                    r[earlier, column] += part;
                }
            }

            r[column, column] = DoubleDouble.Sqrt(Dot(basis[column], basis[column]));
            for (int i = 0; i < y.Count; i++)
            {
                basis[column][i] /= r[column, column];
            }
        }

        return BackSubstitute(r, Coordinates(basis, y));
    }

    private static DoubleDouble[] Coordinates(DoubleDouble[][] basis, IReadOnlyList<double> y)
    {
        DoubleDouble[] rest = [.. y.Select(value => (DoubleDouble)value)];
        var coordinates = new DoubleDouble[basis.Length];
        for (int k = 0; k < basis.Length; k++)
        {
            coordinates[k] = Dot(basis[k], rest);
            Subtract(rest, coordinates[k], basis[k]);
        }

        return coordinates;
    }

    private static DenseVector BackSubstitute(DoubleDouble[,] r, DoubleDouble[] coordinates)
    {
        var coefficients = new DoubleDouble[coordinates.Length];
        for (int i = coordinates.Length - 1; i >= 0; i--)
        {
            DoubleDouble sum = coordinates[i];
            for (int j = i + 1; j < coordinates.Length; j++)
            {
                sum -= r[i, j] * coefficients[j];
            }

            coefficients[i] = sum / r[i, i];
        }

        return DenseVector.Create(coefficients.Length, i => (double)coefficients[i]);
    }

    private static DoubleDouble Dot(DoubleDouble[] a, DoubleDouble[] b)
    {
        DoubleDouble sum = 0.0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static void Subtract(DoubleDouble[] from, DoubleDouble factor, DoubleDouble[] vector)
    {
        for (int i = 0; i < from.Length; i++)
        {
            from[i] -= factor * vector[i];
        }
    }
}
