using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Processes;
using Math4AI.Runtime;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Finds the clusters of the rows of a table: each numeric column is standardized, mixtures of normal distributions
/// with 1, 2, … components of two shapes are fitted, and the one with the lowest Bayesian information criterion is
/// kept; or another <see cref="Method"/> finds them. Columns that say nothing about clusters (texts, constants, row
/// numbers) are left out, and named.
/// </summary>
public sealed record TableClustering
{
    private const int MaxRowsOfSearch = 20_000;

    /// <summary>Gets how clusters are found.</summary>
    public ClusterMethod Method { get; init; }

    /// <summary>
    /// Gets the number of clusters; null to choose one: of mixtures by the Bayesian information criterion, of k-means
    /// and linkages by the mean silhouette. HDBSCAN and DBSCAN find it themselves.
    /// </summary>
    public int? Clusters { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>Gets the largest number of clusters to choose from.</summary>
    public int MaxClusters { get; init => field = Setting.AtLeast(value, 1); } = 10;

    /// <summary>
    /// Gets the smallest number of rows of a cluster by HDBSCAN; by DBSCAN, how many rows a core has within the radius,
    /// itself included.
    /// </summary>
    public int MinRows { get; init => field = Setting.AtLeast(value, 1); } = 5;

    /// <summary>Gets the radius of DBSCAN, in standard deviations of the columns; needed there.</summary>
    public double? Radius { get; init => field = Setting.Above(value, 0.0); }

    /// <summary>Gets the columns to leave out.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>
    /// Gets whether rows with a missing value are left out and counted; otherwise they are refused.
    /// </summary>
    public bool DropMissing { get; init; }

    /// <summary>Gets the seed of the starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the processes that share the work, each with the same table: the fits of different numbers of clusters go
    /// to different processes, and the last fit, of a mixture or of k-means, is a sum over all. The default is this
    /// process alone.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Finds the clusters of the rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">
    /// There is no numeric column that varies, a value is missing or infinite or has a square that overflows, a column
    /// that is ignored is not there, or there are too few rows.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public TableClusters Fit(Table table, CancellationToken cancellation = default) =>
        Fit(DataRows.Of(table), cancellation);

    /// <summary>Finds the clusters of the rows of a table, of images or of texts.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">As for a table.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public TableClusters Fit(DataRows data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        Check();
        (string[] columns, LeftOutColumn[] leftOut) = ClusterColumns.Choose(data, Ignore);
        int[] rows = ClusterColumns.CompleteRows(data.Table, columns, DropMissing);
        Matrix<double> values = ClusterColumns.Values(data.Table, columns, rows);
        if (values.RowCount < Math.Max(2, Clusters ?? 2))
        {
            throw new ArgumentException(
                $"{values.RowCount} rows are too few for {Math.Max(2, Clusters ?? 2)} clusters: ask for fewer, or give "
                + "more rows.");
        }

        var standard = StandardColumns.Of(columns, values, data.Encoding);
        PrincipalComponentsFit axes = new PrincipalComponents
        {
            Standardize = data.Encoding is null,
            Method = PrincipalMethod.SingularValues,
        }.Fit(new MatrixSampleSource(values) { Processes = Processes }, cancellation);
        var clustered = new ClusteredRows(
            standard, values, rows, leftOut, data.Features ?? new DataRows.Described(columns, values),
            axes.Take(Math.Min(2, axes.Variances.Count)));
        Matrix<double> scaled = standard.Standardize(values);
        return Method == ClusterMethod.Mixture
            ? ByMixture(clustered, scaled, cancellation)
            : new TableClusters(clustered, Method, GroupSearch.Of(this, scaled, cancellation)) { Seed = Seed };
    }

    private void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinRows, Method == ClusterMethod.Hdbscan ? 2 : 1);
        if (Method == ClusterMethod.Dbscan && Radius is null)
        {
            throw new ArgumentException(
                "DBSCAN needs a radius, in standard deviations of the columns: give one, or use HDBSCAN.");
        }

        if (Method is ClusterMethod.Dbscan or ClusterMethod.Hdbscan && Clusters is not null)
        {
            throw new ArgumentException(
                $"{GroupSearch.NameOf(Method)} finds the number of clusters itself: ask for none, or use another "
                + "method.");
        }
    }

    private TableClusters ByMixture(ClusteredRows rows, Matrix<double> scaled, CancellationToken cancellation)
    {
        Matrix<double> some = MixtureSearch.Some(scaled, MaxRowsOfSearch, Seed);
        int[] counts = Clusters is { } given
            ? [given]
            : [.. Enumerable.Range(1, Math.Max(1, Math.Min(MaxClusters, some.RowCount / 2)))];
        ClusterSupport[] support = MixtureSearch.Support(some, counts, Seed, Processes, cancellation);
        ClusterSupport best = support.Where(candidate => candidate.Problem is null).DefaultIfEmpty(support[0])
            .MinBy(candidate => candidate.Bic)!;
        GaussianMixtureFit mixture = Largest(
            MixtureSearch.Mixture(best.Clusters, best.Shape, Seed).Fit(
                new MatrixSampleSource(scaled) { Processes = Processes }, cancellation));
        return new TableClusters(rows, mixture, mixture.Probabilities(scaled), support)
        {
            Seed = Seed,
            RowsOfSearch = some.RowCount,
            Counts = Clusters is null
                ? new ClusterCount { MaxClusters = MaxClusters, Seed = Seed, Processes = Processes }
                    .Fit(some, support, cancellation)
                : null,
        };
    }

    /// <summary>The same mixture, its largest component first.</summary>
    private static GaussianMixtureFit Largest(GaussianMixtureFit fit)
    {
        int[] order = [.. Enumerable.Range(0, fit.Weights.Count).OrderByDescending(i => fit.Weights[i])];
        return fit.Reordered(order);
    }
}

/// <summary>The rows that clusters are found among.</summary>
/// <param name="Standard">The columns.</param>
/// <param name="Values">Rows × columns, in the units of the table.</param>
/// <param name="Rows">The rows' places in the table.</param>
/// <param name="LeftOut">The columns that were left out.</param>
/// <param name="Described">What clusters are described by.</param>
/// <param name="Axes">Two principal components of the columns, or one.</param>
internal sealed record ClusteredRows(
    StandardColumns Standard, Matrix<double> Values, int[] Rows, IReadOnlyList<LeftOutColumn> LeftOut,
    DataRows.Described Described, PrincipalComponentsFit Axes);
