using Math4AI.Data.Arrays;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Models;

/// <summary>
/// The float64 arrays of a model, written under names and read by name and length.
/// </summary>
internal sealed class ModelArrays
{
    private readonly List<NumberArray> arrays = [];
    private readonly IReadOnlyDictionary<string, NumberArray> read;
    private readonly string path = string.Empty;

    /// <summary>Creates an empty set.</summary>
    public ModelArrays() => read = new Dictionary<string, NumberArray>();

    private ModelArrays(string folder) =>
        (path, read) = (ModelFolder.WeightsOf(folder), ModelFolder.ReadNumbers(folder));

    /// <summary>Gets what was added, to be written.</summary>
    public IReadOnlyList<NumberArray> All => arrays;

    /// <summary>Reads those of a folder.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ModelArrays Read(string folder) => new(folder);

    public void Add(string name, IEnumerable<double> values)
    {
        double[] copy = [.. values];
        arrays.Add(new NumberArray(name, [copy.Length], IsFortranOrder: false, 0.0, copy));
    }

    /// <summary>Adds columns one after the other: an array of columns × rows.</summary>
    public void AddColumns(string name, int rows, int columns, double[] columnMajor) =>
        arrays.Add(new NumberArray(name, [columns, rows], IsFortranOrder: false, 0.0, columnMajor));

    public void Add(string name, Matrix<double> matrix) =>
        AddColumns(name, matrix.RowCount, matrix.ColumnCount, matrix.ToColumnMajorArray());

    /// <summary>Returns whether there is an array of that name.</summary>
    public bool Has(string name) => read.ContainsKey(name);

    /// <summary>Gets the names of the arrays that were read.</summary>
    public IEnumerable<string> Names => read.Keys;

    /// <summary>Returns an array of one dimension.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="length">How many numbers it has; null for any.</param>
    /// <exception cref="InvalidDataException">
    /// It is missing, of another length, or holds what is no finite number.
    /// </exception>
    public double[] Vector(string name, int? length = null) =>
        Find(name) is { Shape.Length: 1 } found && (length is null || found.Values.Length == length)
            ? found.Values
            : throw Wrong(name, length is null ? "one dimension" : $"{length} numbers");

    /// <summary>Returns an array of columns × rows, column after column.</summary>
    /// <exception cref="InvalidDataException">
    /// It is missing, of another shape, or holds what is no finite number.
    /// </exception>
    public Matrix<double> Matrix(string name, int? rows = null, int? columns = null) =>
        Find(name) is { Shape: [var width, var height] } found && (rows ?? height) == height
            && (columns ?? width) == width
            && height is > 0 and <= int.MaxValue && width is > 0 and <= int.MaxValue
            ? Matrix<double>.Build.Dense((int)height, (int)width, found.Values)
            : throw Wrong(name, "the shape that belongs to the others");

    /// <summary>Returns the numbers of an array of columns × rows, column after column; there may be no rows.</summary>
    /// <exception cref="InvalidDataException">
    /// It is missing, of another shape, or holds what is no finite number.
    /// </exception>
    public (double[] Values, int Rows) Columns(string name, int columns) =>
        Find(name) is { Shape: [var width, var height] } found && width == columns && height <= int.MaxValue
            ? (found.Values, (int)height)
            : throw Wrong(name, $"{columns} columns");

    /// <summary>Returns whole numbers from 0 to below a limit.</summary>
    /// <exception cref="InvalidDataException">One is not, or the array is missing.</exception>
    public int[] Places(string name, int limit) => Array.ConvertAll(
        Vector(name),
        value => value >= 0.0 && value < limit && value == Math.Floor(value)
            ? (int)value
            : throw Wrong(name, $"whole numbers below {limit}"));

    private NumberArray? Find(string name)
    {
        if (read.GetValueOrDefault(name) is not { } found)
        {
            return null;
        }

        return Array.TrueForAll(found.Values, double.IsFinite) ? found : throw Wrong(name, "finite numbers");
    }

    private InvalidDataException Wrong(string name, string wanted) =>
        new($"{path} belongs to another model, or is damaged: it needs '{name}' of {wanted}.");
}
