using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Arrays;

/// <summary>
/// Files of named arrays. As a table each array of one dimension is a column of its name, and one of two dimensions as
/// many columns, NAME1, NAME2, …; as samples it holds one array of channels × samples, or one array of one dimension
/// for each channel.
/// </summary>
internal abstract class NamedArraysFormat : DataFormat
{
    /// <summary>Reads all arrays of a file; there is at least one.</summary>
    protected abstract IReadOnlyList<NumberArray> ReadArrays(string path);

    public override IEnumerable<Table> ReadBlocks(string path, int rows, TableOptions options)
    {
        IReadOnlyList<NumberArray> arrays = ReadArrays(path);
        long length = arrays[0].Shape.DefaultIfEmpty(0).First();
        if (arrays.FirstOrDefault(array => array.Shape.Length is not (1 or 2) || array.Shape[0] != length) is { } odd)
        {
            throw new InvalidDataException(
                $"{path}: the array '{odd.Name}' has the shape {odd.ShapeText}; a table needs arrays of {length} rows, "
                + $"or of {length} rows × columns.");
        }

        if (length < 1)
        {
            throw new InvalidDataException($"{path} has no rows.");
        }

        double[][] columns = [.. arrays.SelectMany(array => array.Columns())];
        string[] names =
        [
            .. arrays.SelectMany(array => array.Shape.Length == 1
                ? [array.Name]
                : ColumnNames.Numbered(array.Name, (int)array.Shape[1])),
        ];
        return Table.OfSamples(path, new ColumnSource(columns), names, rows, options);
    }

    public override ISampleFile OpenSamples(string path)
    {
        IReadOnlyList<NumberArray> arrays = ReadArrays(path);
        double epsilon = arrays.Max(array => array.Epsilon);
        if (arrays.All(array => array.Shape.Length == 1 && array.Shape[0] == arrays[0].Shape[0] && array.Shape[0] > 0))
        {
            return new ColumnSource([.. arrays.Select(array => array.Values)], epsilon);
        }

        NumberArray matrix = Only(path, arrays);
        return matrix.Shape[0] <= matrix.Shape[1]
            ? new ColumnSource(matrix.Rows(), epsilon)
            : throw new InvalidDataException(
                $"{path} has {matrix.Shape[0]} channels of {Counted.Of(matrix.Shape[1], "sample")}: transpose it to "
                + "channels × samples, or record longer.");
    }

    public override Matrix<double> ReadMatrix(string path) =>
        Matrix<double>.Build.DenseOfColumnArrays(Only(path, ReadArrays(path)).Columns());

    /// <summary>Returns the only array of an archive, which must have rows and columns.</summary>
    private static NumberArray Only(string path, IReadOnlyList<NumberArray> arrays) =>
        arrays.Count == 1 && arrays[0].Shape.Length == 2 && arrays[0].Values.Length > 0
            ? arrays[0]
            : throw new InvalidDataException(
                $"{path} holds {string.Join(", ", arrays.Select(array => $"{array.Name} {array.ShapeText}"))}; one "
                + "array of two dimensions is needed: save it alone.");
}
