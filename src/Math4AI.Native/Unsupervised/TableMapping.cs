using Math4AI.Data.Tables;
using Math4AI.Runtime;
using Math4AI.Unsupervised.Maps;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Draws a map of the rows of a table: each numeric column is standardized, and <see cref="Tsne"/> or <see
/// cref="Umap"/> places rows with like values beside one another. Columns that say nothing (texts, constants, row
/// numbers) are left out, and named.
/// </summary>
public sealed record TableMapping
{
    private const double DefaultPerplexity = 30.0;

    /// <summary>Gets the method.</summary>
    public MapMethod Method { get; init; }

    /// <summary>
    /// Gets how many neighbors each row attends to by t-SNE; several are combined by their mean. Empty for 30, or a
    /// third of the rows where they are few.
    /// </summary>
    public IReadOnlyList<double> Perplexities { get; init; } = [];

    /// <summary>Gets how many neighbors each row attends to by UMAP, itself counted as the first.</summary>
    public int Neighbors { get; init => field = Setting.AtLeast(value, 2); } = 15;

    /// <summary>Gets the columns to leave out.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Gets whether rows with a missing value are left out and counted; otherwise they are refused.</summary>
    public bool DropMissing { get; init; }

    /// <summary>Gets the seed of the start.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Draws the map.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <exception cref="ArgumentException">
    /// There is no numeric column that varies, a value is missing or infinite or has a square that overflows, a column
    /// that is ignored is not there, or there are too few rows.
    /// </exception>
    public MappedTable Fit(Table table, CancellationToken cancellation = default) =>
        Fit(DataRows.Of(table), cancellation);

    /// <summary>Draws the map of a table, of images or of texts.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <exception cref="ArgumentException">As for a table.</exception>
    public MappedTable Fit(DataRows data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        (string[] columns, LeftOutColumn[] leftOut) = ClusterColumns.Choose(data, Ignore);
        int[] rows = ClusterColumns.CompleteRows(data.Table, columns, DropMissing);
        if (rows.Length < 4)
        {
            throw new ArgumentException($"{rows.Length} rows are too few for a map: give 4 or more.");
        }

        Matrix<double> values = ClusterColumns.Values(data.Table, columns, rows);
        var standard = StandardColumns.Of(columns, values, data.Encoding);
        Matrix<double> scaled = standard.Standardize(values);
        IReadOnlyList<double> perplexities =
            Perplexities.Count > 0 ? Perplexities : [Math.Min(DefaultPerplexity, rows.Length / 3.0)];
        PlaneMap map = Method == MapMethod.Umap
            ? new Umap { Neighbors = Neighbors, Seed = Seed }.Fit(scaled, cancellation)
            : new Tsne { Perplexities = perplexities, Seed = Seed }.Fit(scaled, cancellation);
        return new MappedTable(new TableMap(standard, map), leftOut, rows, map.Quality());
    }
}

/// <summary>How the rows of a table are placed on a map.</summary>
public enum MapMethod
{
    /// <summary><see cref="Maps.Tsne"/>.</summary>
    Tsne,

    /// <summary><see cref="Maps.Umap"/>.</summary>
    Umap,
}

/// <summary>A map of the rows of a table.</summary>
/// <param name="Model">The map, which places other rows and saves.</param>
/// <param name="LeftOut">The columns that were left out, with the reasons.</param>
/// <param name="Rows">The rows that were used, as places in the table, from 0.</param>
/// <param name="Quality">How far the map can be trusted.</param>
public sealed record MappedTable(
    TableMap Model, IReadOnlyList<LeftOutColumn> LeftOut, IReadOnlyList<int> Rows, MapQuality Quality)
{
    /// <summary>Gets the columns that were used.</summary>
    public IReadOnlyList<string> Columns => Model.Columns;

    /// <summary>Gets the points, one for each row that was used.</summary>
    public PlaneMap Map => Model.Map;
}
