using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Probability.Information;
using Math4AI.Processes;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Looks at a new table: what its columns hold, how they correlate, in how many directions the rows vary, what groups
/// they form, which rows are unlike all others and which are there more than once. Rows with missing values are part of
/// the columns' figures, and are left out of the rest.
/// </summary>
public sealed record TableExploration
{
    // Informations of all pairs of so many columns and rows take about as long as the mixtures.
    private const int MaxPaired = 20;
    private const int MaxCompared = 1000;

    /// <summary>Gets the columns to leave out of groups, directions and outliers.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Gets the largest number of clusters to choose from.</summary>
    public int MaxClusters { get; init => field = Setting.AtLeast(value, 1); } = 10;

    /// <summary>Gets the seed of the starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the processes that share the work, each with the same table: the fits of different numbers of clusters go
    /// to different processes, and so do the pairs of columns that are compared; its other sums over the rows are added
    /// up. The default is this process alone. Several are stopped together from outside, and heed no cancellation.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Looks at a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">
    /// A column that is ignored is not there, or a number of another is infinite or has a square that overflows.
    /// </exception>
    public TableOverview Fit(Table table, CancellationToken cancellation = default) =>
        Fit(DataRows.Of(table), cancellation);

    /// <summary>Looks at the rows of a table, at images or at texts.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">
    /// A column that is ignored is not there, or a number of another is infinite or has a square that overflows.
    /// </exception>
    public TableOverview Fit(DataRows data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        cancellation = Processes.Count > 1 ? CancellationToken.None : cancellation;
        Table table = data.Table;
        ClusterColumns.RequireFinite(data, Ignore);
        ColumnOverview[] columns = [.. data.Shown.Select(name => ColumnOverview.Of(table, name))];
        IReadOnlyList<IReadOnlyList<long>> equal = EqualRows(data);
        try
        {
            TableClusters clusters = new TableClustering
            {
                Ignore = Ignore,
                DropMissing = true,
                MaxClusters = MaxClusters,
                Seed = Seed,
                Processes = Processes,
            }.Fit(data, cancellation);
            Matrix<double> values =
                ClusterColumns.Values(table, clusters.Model.Columns, [.. clusters.Rows]);
            bool isTable = data.Encoding is null;
            var source = new MatrixSampleSource(values) { Processes = Processes };
            return new TableOverview(columns, equal)
            {
                Clusters = clusters,
                Components = new PrincipalComponents { Standardize = isTable }.Fit(source, cancellation),
                Correlation = isTable ? Covariance.Of(source, cancellation).Correlation : null,
                Information = isTable ? Information(table.Select([.. clusters.Rows]), cancellation) : null,
                Outliers = OutlyingRows.Of(table, clusters, values),
            };
        }
        catch (ArgumentException e) when (!Ignore.Except(table.Names).Any())
        {
            return new TableOverview(columns, equal) { Reason = e.Message };
        }
    }

    private InformationTable? Information(Table complete, CancellationToken cancellation)
    {
        int[] places = MixtureSearch.Places(complete.Rows, MaxCompared, Seed);
        try
        {
            return complete.Names.Count > MaxPaired ? null : new TableInformation
            {
                Permutations = 1,
                Ignore = [.. Ignore.Where(
                    name => (complete.InfinityIn(name) ?? complete.OverflowIn(name)) is not null)],
                Seed = Seed,
                Processes = Processes,
            }.Of(places.Length < complete.Rows ? complete.Select(places) : complete, null, cancellation);
        }
        catch (ArgumentException)
        {
            // Fewer than two columns vary, or there are hardly any rows.
            return null;
        }
    }

    /// <summary>The rows that are equal in every column, or as images, by their numbers in the file.</summary>
    private static IReadOnlyList<long>[] EqualRows(DataRows data)
    {
        IReadOnlyList<string?>[] texts = [.. data.Shown.Select(data.Table.Texts)];
        return
        [
            .. Enumerable.Range(0, data.Table.Rows)
                .GroupBy(row => data.Identities?[row]
                    ?? string.Join('\u001f', texts.Select(column => column[row] ?? "\u001e")))
                .Where(group => group.Count() > 1)
                .Select(IReadOnlyList<long> (group) => [.. group.Select(data.Table.NumberOf)]),
        ];
    }
}
