using System.Globalization;
using CsvHelper;
using Math4AI.Data.Arrays;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Data.Tables;

/// <summary>Small matrices in files: <c>.npy</c>, or numbers in comma-separated lines.</summary>
public static class MatrixFile
{
    private const int MostElements = 1 << 24;

    /// <summary>Reads a matrix, rows as they stand in the file.</summary>
    /// <param name="path">A <c>.npy</c> file of one or two dimensions, or any other name for comma-separated text.</param>
    /// <exception cref="InvalidDataException">The file holds something else; the message names line and column.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Matrix<double> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Matrix<double> matrix = path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? ReadNpy(path) : ReadCsv(path);
        foreach ((int row, int column, double value) in matrix.EnumerateIndexed(Zeros.Include))
        {
            if (!double.IsFinite(value))
            {
                throw new InvalidDataException($"{path} holds {value} in row {row + 1}, column {column + 1}.");
            }
        }

        return matrix;
    }

    private static DenseMatrix ReadNpy(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        NpyHeader header = NpyHeader.Read(stream);
        long rows = header.Shape.Length > 0 ? header.Shape[0] : 1;
        long columns = header.Shape.Length > 1 ? header.Shape[1] : 1;
        if (header.Shape.Length > 2 || rows < 1 || columns < 1 || rows * columns > MostElements)
        {
            throw new InvalidDataException($"{path} has the shape ({string.Join(", ", header.Shape)}); a matrix is needed.");
        }

        using var reader = new BinaryReader(stream);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = header.IsDouble ? reader.ReadDouble() : reader.ReadSingle();
        }

        return header.IsFortranOrder
            ? new DenseMatrix((int)rows, (int)columns, values)
            : DenseMatrix.Create((int)rows, (int)columns, (row, column) => values[row * columns + column]);
    }

    private static DenseMatrix ReadCsv(string path)
    {
        var rows = new List<double[]>();
        using CsvReader reader = CsvFile.Open(path, hasComments: true);
        while (reader.Read())
        {
            long line = reader.LineNumber;
            double[] row = new double[reader.FieldCount];
            for (int column = 0; column < row.Length; column++)
            {
                row[column] = Number(path, reader.GetString(column), line, column + 1);
            }

            if (rows.Count > 0 && row.Length != rows[0].Length)
            {
                throw new InvalidDataException(
                    $"{path}, line {line}: {row.Length} numbers where the lines before have {rows[0].Length}.");
            }

            rows.Add(row);
            if ((long)rows.Count * row.Length > MostElements)
            {
                throw new InvalidDataException($"{path} is too large for a matrix of this kind.");
            }
        }

        return rows.Count > 0
            ? DenseMatrix.OfRowArrays(rows)
            : throw new InvalidDataException($"{path} is empty; one line of comma-separated numbers per row is needed.");
    }

    private static double Number(string path, string text, long line, int column) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new InvalidDataException(
                $"{path}, line {line}, column {column}: '{(text.Length > 40 ? text[..40] + "…" : text)}' is not a number.");
}
