using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Finds the clusters of the rows of a table: each numeric column is standardized, mixtures of normal distributions
/// with 1, 2, … components of two shapes are fitted, and the one with the lowest Bayesian information criterion is
/// kept. Columns that say nothing about clusters (texts, constants, row numbers) are left out, and named.
/// </summary>
public sealed record TableClustering
{
    private const int MaxRowsOfSearch = 20_000;

    /// <summary>Gets the number of clusters; null to choose one by the Bayesian information criterion.</summary>
    public int? Clusters { get; init; }

    /// <summary>Gets the largest number of clusters to choose from.</summary>
    public int MaxClusters { get; init; } = 10;

    /// <summary>Gets the columns to leave out.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>
    /// Gets whether rows with a missing value are left out and counted; otherwise they are refused.
    /// </summary>
    public bool DropMissing { get; init; }

    /// <summary>Gets the seed of the starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Finds the clusters of the rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">
    /// There is no numeric column that varies, a value is missing, a column that is ignored is not there, or there are
    /// too few rows.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of clusters is less than 1.</exception>
    public TableClusters Fit(Table table, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(Clusters ?? 1, 1, nameof(Clusters));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxClusters, 1);
        (string[] columns, LeftOutColumn[] leftOut) = ClusterColumns.Choose(table, Ignore);
        int[] rows = ClusterColumns.CompleteRows(table, columns, DropMissing);
        Matrix<double> values = ClusterColumns.Values(table, columns, rows);
        if (values.RowCount < Math.Max(2, Clusters ?? 2))
        {
            throw new ArgumentException(
                $"{values.RowCount} rows are too few for {Math.Max(2, Clusters ?? 2)} clusters: ask for fewer, or give "
                + "more rows.");
        }

        PrincipalComponentsFit axes =
            new PrincipalComponents { Standardize = true, Method = PrincipalMethod.SingularValues }.Fit(
                values, cancellation);
        Matrix<double> standard = ClusterColumns.Standardize(values, axes.Mean, axes.Scales);
        Matrix<double> some = MixtureSearch.Some(standard, MaxRowsOfSearch, Seed);
        int[] counts = Clusters is { } given
            ? [given]
            : [.. Enumerable.Range(1, Math.Max(1, Math.Min(MaxClusters, some.RowCount / 2)))];
        ClusterSupport[] support = MixtureSearch.Support(some, counts, Seed, cancellation);
        ClusterSupport best = support.Where(candidate => candidate.Problem is null).DefaultIfEmpty(support[0])
            .MinBy(candidate => candidate.Bic)!;
        GaussianMixtureFit mixture = Largest(
            MixtureSearch.Mixture(best.Clusters, best.Shape, Seed).Fit(standard, cancellation));
        return new TableClusters(
            new TableMixture(columns, axes.Mean, axes.Scales, mixture), values, rows, leftOut, support,
            axes.Take(Math.Min(2, axes.Variances.Count)))
        {
            Seed = Seed,
            RowsOfSearch = some.RowCount,
            Counts = Clusters is null
                ? new ClusterCount { MaxClusters = MaxClusters, Seed = Seed }.Fit(some, support, cancellation)
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
