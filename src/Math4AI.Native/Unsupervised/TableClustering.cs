using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Unsupervised;

/// <summary>
/// Finds the clusters of the rows of a table: each numeric column is standardized, mixtures of normal distributions
/// with 1, 2, … components of two shapes are fitted, and the one with the lowest Bayesian information criterion is
/// kept. Columns that say nothing about clusters (texts, constants, row numbers) are left out, and named.
/// </summary>
public sealed record TableClustering
{
    private const int MaxRowsOfSearch = 20_000;
    private const int StartsOfSearch = 3;

    private const double Regularization = 1e-6;

    // A component whose least variance is that of the regularization has shrunk onto a plane of equal values, where the
    // likelihood has no bound. All of the data may lie in a plane without any harm: that is its own width.
    private const double MinVariance = 10.0 * Regularization;
    private const double MinWidth = 1e-2;
    private static readonly CovarianceShape[] Shapes = [CovarianceShape.Full, CovarianceShape.Diagonal];

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
        ClusterSupport[] support = Search(standard, cancellation);
        ClusterSupport best = support.Where(candidate => candidate.Problem is null).DefaultIfEmpty(support[0])
            .MinBy(candidate => candidate.Bic)!;
        GaussianMixtureFit mixture = Largest(Mixture(best.Clusters, best.Shape).Fit(standard, cancellation));
        return new TableClusters(
            new TableMixture(columns, axes.Mean, axes.Scales, mixture), values, rows, leftOut, support,
            axes.Take(Math.Min(2, axes.Variances.Count)))
        {
            Seed = Seed,
            RowsOfSearch = Math.Min(standard.RowCount, MaxRowsOfSearch),
        };
    }

    private GaussianMixture Mixture(int clusters, CovarianceShape shape) => new(clusters)
    {
        Shape = shape,
        Seed = Seed,
        Starts = StartsOfSearch,
        Regularization = Regularization,
    };

    /// <summary>Every number and shape on all rows, or on some of them where there are very many.</summary>
    private ClusterSupport[] Search(Matrix<double> standard, CancellationToken cancellation)
    {
        Matrix<double> some = standard;
        if (standard.RowCount > MaxRowsOfSearch)
        {
            int[] order = [.. Combinatorics.GeneratePermutation(
                standard.RowCount, new MersenneTwister(Seed, threadSafe: false)).Take(MaxRowsOfSearch)];
            some = Matrix<double>.Build.Dense(
                MaxRowsOfSearch, standard.ColumnCount, (i, j) => standard[order[i], j]);
        }

        int most = Math.Min(MaxClusters, some.RowCount / 2);
        double width = SmallestVariance(some);
        var support = new List<ClusterSupport>();
        foreach (int count in Clusters is { } given ? [given] : Enumerable.Range(1, Math.Max(1, most)))
        {
            foreach (CovarianceShape shape in Shapes.Take(some.ColumnCount == 1 ? 1 : Shapes.Length))
            {
                cancellation.ThrowIfCancellationRequested();
                GaussianMixtureFit fit = Mixture(count, shape).Fit(some, cancellation);
                support.Add(new ClusterSupport(count, shape, fit.Bic, fit.Icl, ProblemOf(fit, width)));
            }
        }

        return [.. support];
    }

    private static string? ProblemOf(GaussianMixtureFit fit, double width) =>
        fit.Covariances.Min(SmallestEigenvalue) < Math.Min(MinVariance, MinWidth * width)
            ? ClusterSupport.Shrunk
            : fit.Warning is null ? null : "a component has too few rows";

    private static double SmallestVariance(Matrix<double> standard)
    {
        Matrix<double> covariance = standard.TransposeThisAndMultiply(standard) / standard.RowCount;
        return Math.Max(Regularization, SmallestEigenvalue(covariance));
    }

    private static double SmallestEigenvalue(Matrix<double> covariance) =>
        covariance.Evd(Symmetricity.Symmetric).EigenValues[0].Real;

    /// <summary>The same mixture, its largest component first.</summary>
    private static GaussianMixtureFit Largest(GaussianMixtureFit fit)
    {
        int[] order = [.. Enumerable.Range(0, fit.Weights.Count).OrderByDescending(i => fit.Weights[i])];
        return fit.Reordered(order);
    }
}
