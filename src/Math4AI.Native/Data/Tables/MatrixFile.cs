using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Tables;

/// <summary>Reads small matrices from files.</summary>
public static class MatrixFile
{
    private const int MaxElements = 1 << 24;

    /// <summary>Reads a matrix from a file of any format that holds one, rows as they stand there.</summary>
    /// <param name="path">
    /// A <c>.npy</c> array of one or two dimensions, a <c>.npz</c> archive of one array, lines of numbers with or
    /// without the names of the columns, or another format of <see cref="DataFormat.All"/>.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// The file holds something else; the message names row and column.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Matrix<double> Read(string path)
    {
        Matrix<double> matrix = DataFormat.Of(path).ReadMatrix(path);
        if ((long)matrix.RowCount * matrix.ColumnCount > MaxElements)
        {
            throw new InvalidDataException($"{path} is too large for a matrix of this kind.");
        }

        foreach ((int row, int column, double value) in matrix.EnumerateIndexed(Zeros.Include))
        {
            if (!double.IsFinite(value))
            {
                throw new InvalidDataException($"{path} holds {value} in row {row + 1}, column {column + 1}.");
            }
        }

        return matrix;
    }
}
