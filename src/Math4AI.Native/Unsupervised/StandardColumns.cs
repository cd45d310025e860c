using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// The columns of a table on one scale, (value − mean) / scale, as a model takes them: of a column of numbers the scale
/// is its standard deviation. Components of images or texts (<see cref="DataRows"/>) have a unit in common already, and
/// share the scale of the first.
/// </summary>
public sealed class StandardColumns
{
    private StandardColumns(
        IReadOnlyList<string> names, Vector<double> mean, Vector<double> scales, RowEncoding? encoding) =>
        (Names, Mean, Scales, Encoding) = (names, mean, scales, encoding);

    /// <summary>Gets the columns, in the order of the model's channels.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the mean of each column.</summary>
    public Vector<double> Mean { get; }

    /// <summary>Gets the scale of each column.</summary>
    public Vector<double> Scales { get; }

    /// <summary>Gets what makes the columns of images or texts; null for columns of numbers.</summary>
    public RowEncoding? Encoding { get; }

    /// <summary>Learns mean and scales from rows.</summary>
    internal static StandardColumns Of(IReadOnlyList<string> names, Matrix<double> values, RowEncoding? encoding)
    {
        double[] spreads =
        [
            .. values.EnumerateColumns().Select(column =>
                column.Count > 1 && Spread.Of([.. column]) is var spread and > 0.0 ? spread : 1.0),
        ];
        return new StandardColumns(
            names, values.ColumnSums() / values.RowCount,
            Vector<double>.Build.Dense(spreads.Length, j => encoding is null ? spreads[j] : spreads[0]), encoding);
    }

    /// <summary>Reads what <see cref="AddTo"/> added.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal static StandardColumns Of(
        string folder, IReadOnlyList<string> names, SavedEncoding? encoding, ModelArrays arrays)
    {
        Vector<double> scales = Vector<double>.Build.Dense(arrays.Vector("scales", names.Count));
        return scales.All(scale => scale > 0.0)
            ? new StandardColumns(
                names, Vector<double>.Build.Dense(arrays.Vector("mean", names.Count)), scales,
                encoding is null ? null : RowEncoding.Of(folder, encoding))
            : throw new InvalidDataException($"{folder} is damaged: a column has no scale.");
    }

    internal void AddTo(ModelArrays arrays)
    {
        arrays.Add("mean", Mean);
        arrays.Add("scales", Scales);
        Encoding?.AddTo(arrays);
    }

    internal Matrix<double> Standardize(Matrix<double> values) =>
        values.MapIndexed((_, column, value) => (value - Mean[column]) / Scales[column], Zeros.Include);

    /// <summary>Returns the rows of a table on one scale, rows × columns.</summary>
    /// <param name="table">A table with the columns; others are ignored.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing, or a value is missing or no number; the message says where.
    /// </exception>
    public Matrix<double> Of(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[] columns = [.. Names];
        int[] rows = ClusterColumns.CompleteRows(table, columns, dropMissing: false);
        return Standardize(ClusterColumns.Values(table, columns, rows));
    }

    /// <summary>Reads the rows of a file: a table, or images or texts where the model is of such.</summary>
    /// <param name="path">The file, or a folder of images.</param>
    /// <returns>Rows × columns on one scale.</returns>
    /// <exception cref="ArgumentException">As for a table.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Matrix<double> Read(string path) =>
        Encoding is null ? Of(Table.Read(path)) : Standardize(Encoding.Read(path));
}
