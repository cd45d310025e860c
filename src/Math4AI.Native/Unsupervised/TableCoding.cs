using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Unsupervised.Codes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Learns a short code of the rows of a table, of images or of texts by an <see cref="Autoencoder"/>; rows that are
/// reconstructed badly from their code are unlike the others. Columns that say nothing (texts, constants, row numbers)
/// are left out, and named.
/// </summary>
public sealed record TableCoding
{
    /// <summary>Gets the numbers of the code, and the networks; by default a code of two numbers.</summary>
    public Autoencoder Method { get; init; } = new(2);

    /// <summary>Gets the columns to leave out.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Gets whether rows with a missing value are left out and counted; otherwise they are refused.</summary>
    public bool DropMissing { get; init; }

    /// <summary>Learns the code.</summary>
    /// <param name="data">The rows; of images the grey levels (<c>features: "grey"</c>) rather than components.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// There is no numeric column that varies, a value is missing or infinite or has a square that overflows, a column
    /// that is ignored is not there, there are fewer than four rows, or the code is not shorter than they are.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A width is less than 1.</exception>
    public CodedTable Fit(
        DataRows data, IProgress<TrainingEpoch>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        (string[] columns, LeftOutColumn[] leftOut) = ClusterColumns.Choose(data, Ignore);
        int[] rows = ClusterColumns.CompleteRows(data.Table, columns, DropMissing);
        Matrix<double> values = ClusterColumns.Values(data.Table, columns, rows);
        if (rows.Length < 4)
        {
            throw new ArgumentException($"{rows.Length} rows are too few to learn a code from: give 4 or more.");
        }

        RequireShorter(columns);

        var standard = StandardColumns.Of(columns, values, data.Encoding);
        Matrix<double> scaled = standard.Standardize(values);
        AutoencoderFit code = (Method with { Grid = Grid(data) }).Fit(scaled, progress, cancellation);
        Matrix<double> errors = code.Errors(scaled);
        return new CodedTable(
            new TableCode(standard, code), leftOut, rows, code.Encode(scaled), errors.RowSums() / columns.Length,
            [.. errors.EnumerateRows().Select(row => columns[row.MaximumIndex()])]);
    }

    /// <summary>A code as long as the rows reconstructs every row, and finds none that is unlike the others.</summary>
    private void RequireShorter(string[] columns)
    {
        if (Method.CodeSize >= columns.Length)
        {
            throw new ArgumentException(columns.Length == 1
                ? $"There is one column, '{columns[0]}', of which no code is shorter."
                : $"A code of {Method.CodeSize} is not shorter than the rows, which have {columns.Length} columns "
                    + $"({ColumnNames.List(columns)}): ask for fewer (--size {columns.Length - 1}, or CodeSize).");
        }
    }

    private PixelGrid? Grid(DataRows data) => Method.Convolutions.Count == 0
        ? Method.Grid
        : data.Encoding?.Grid ?? throw new ArgumentException(
            "Convolutions are for the grey levels of images: give a folder of images or an IDX file, and no features "
            + "other than 'grey'.");
}

/// <summary>The codes of rows.</summary>
/// <param name="Model">The code, which encodes other rows and saves.</param>
/// <param name="LeftOut">The columns that were left out, with the reasons.</param>
/// <param name="Rows">The rows that were used, as places in the table, from 0.</param>
/// <param name="Codes">The codes, rows × k.</param>
/// <param name="Anomalies">
/// How badly each row is reconstructed from its code: the mean squared error of its columns, in units of their
/// variances.
/// </param>
/// <param name="Worst">The column of each row that is reconstructed worst.</param>
public sealed record CodedTable(
    TableCode Model, IReadOnlyList<LeftOutColumn> LeftOut, IReadOnlyList<int> Rows, Matrix<double> Codes,
    Vector<double> Anomalies, IReadOnlyList<string> Worst);
