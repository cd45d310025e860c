using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Looks at a new table: what its columns hold, how they correlate, in how many directions the rows vary, what groups
/// they form, which rows are unlike all others and which are there more than once. Rows with missing values are part of
/// the columns' figures, and are left out of the rest.
/// </summary>
public sealed record TableExploration
{
    /// <summary>Gets the columns to leave out of groups, directions and outliers.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Gets the largest number of clusters to choose from.</summary>
    public int MaxClusters { get; init; } = 10;

    /// <summary>Gets the seed of the starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Looks at a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">A column that is ignored is not there.</exception>
    public TableOverview Fit(Table table, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ColumnOverview[] columns = [.. table.Names.Select(name => ColumnOverview.Of(table, name))];
        IReadOnlyList<IReadOnlyList<long>> equal = EqualRows(table);
        try
        {
            TableClusters clusters = new TableClustering
            {
                Ignore = Ignore,
                DropMissing = true,
                MaxClusters = MaxClusters,
                Seed = Seed,
            }.Fit(table, cancellation);
            Matrix<double> values =
                ClusterColumns.Values(table, clusters.Model.Columns, [.. clusters.Rows]);
            return new TableOverview(columns, equal)
            {
                Clusters = clusters,
                Components = new PrincipalComponents { Standardize = true }.Fit(values, cancellation),
                Correlation = Covariance.Of(new MatrixSampleSource(values), cancellation).Correlation,
                Outliers = OutlyingRows.Of(table, clusters, values),
            };
        }
        catch (ArgumentException e) when (!Ignore.Except(table.Names).Any())
        {
            return new TableOverview(columns, equal) { Reason = e.Message };
        }
    }

    /// <summary>The rows that are equal in every column, by their numbers in the file.</summary>
    private static IReadOnlyList<long>[] EqualRows(Table table)
    {
        IReadOnlyList<string?>[] texts = [.. table.Names.Select(table.Texts)];
        return
        [
            .. Enumerable.Range(0, table.Rows)
                .GroupBy(row => string.Join('\u001f', texts.Select(column => column[row] ?? "\u001e")))
                .Where(group => group.Count() > 1)
                .Select(IReadOnlyList<long> (group) => [.. group.Select(table.NumberOf)]),
        ];
    }
}
