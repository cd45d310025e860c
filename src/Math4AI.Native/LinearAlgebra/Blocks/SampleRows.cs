using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>Samples one after the other, as loops over samples need them.</summary>
internal static class SampleRows
{
    // So many lines of the cache are written to at once.
    private const int RowsAtOnce = 32;

    /// <summary>Returns the rows of a matrix one after the other.</summary>
    /// <param name="matrix">Samples × channels.</param>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public static double[] Finite(Matrix<double> matrix)
    {
        double[] rows = RowMajor(matrix);
        int bad = Array.FindIndex(rows, value => !double.IsFinite(value));
        return bad < 0
            ? rows
            : throw new ArgumentException(
                $"The samples must be finite: row {bad / matrix.ColumnCount + 1} has {rows[bad]} in column "
                + $"{bad % matrix.ColumnCount + 1}.");
    }

    /// <summary>
    /// As Math.NET's ToRowMajorArray, which crosses a matrix column by column: each number of a large one is then
    /// written to another line of the cache.
    /// </summary>
    private static double[] RowMajor(Matrix<double> matrix)
    {
        if (matrix.AsColumnMajorArray() is not { } columns)
        {
            return matrix.ToRowMajorArray();
        }

        (int count, int channels) = (matrix.RowCount, matrix.ColumnCount);
        double[] rows = new double[columns.Length];
        for (int start = 0; start < count; start += RowsAtOnce)
        {
            int some = Math.Min(RowsAtOnce, count - start);
            for (int channel = 0; channel < channels; channel++)
            {
                ReadOnlySpan<double> column = columns.AsSpan(channel * count + start, some);
                for (int i = 0; i < column.Length; i++)
                {
                    rows[(start + i) * channels + channel] = column[i];
                }
            }
        }

        return rows;
    }

    /// <summary>Throws where a number of a matrix is not finite; a sparse one stays so.</summary>
    /// <param name="matrix">Samples × channels.</param>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public static void RequireFinite(Matrix<double> matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (matrix.Find(value => !double.IsFinite(value), Zeros.AllowSkip) is (int row, int column, double value))
        {
            throw new ArgumentException(
                $"The samples must be finite: row {row + 1} has {value} in column {column + 1}.");
        }
    }

    /// <summary>
    /// Multiplies numbers by a power of two that brings the largest near 1, so that no square overflows or vanishes,
    /// and returns it.
    /// </summary>
    public static double Scale(double[] rows)
    {
        double largest = TensorPrimitives.MaxMagnitude<double>(rows);
        double scale = largest == 0.0 ? 1.0 : Math.ScaleB(1.0, Math.Clamp(-Math.ILogB(largest), -1022, 1022));
        TensorPrimitives.Multiply(rows, scale, rows);
        return scale;
    }
}
