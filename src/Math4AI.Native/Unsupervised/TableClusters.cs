using System.Globalization;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>How well a number of clusters is supported by the data.</summary>
/// <param name="Clusters">The number of clusters.</param>
/// <param name="Shape">Which covariance matrices they may have.</param>
/// <param name="Bic">The Bayesian information criterion; lower is better.</param>
/// <param name="Icl">The integrated completed likelihood; lower is better.</param>
/// <param name="Problem">Why this number cannot be chosen, in words; null where it can.</param>
public sealed record ClusterSupport(int Clusters, CovarianceShape Shape, double Bic, double Icl, string? Problem)
{
    internal const string Shrunk = "a component has shrunk onto a few values";
}

/// <summary>How a cluster differs from the rest in one column.</summary>
/// <param name="Name">The column.</param>
/// <param name="Mean">The mean within the cluster.</param>
/// <param name="Elsewhere">The mean of all other rows; NaN where there are none.</param>
/// <param name="Effect">
/// The difference of the two, in units of the standard deviation within the two groups.
/// </param>
public sealed record ClusterContrast(string Name, double Mean, double Elsewhere, double Effect);

/// <summary>A cluster in figures.</summary>
/// <param name="Rows">The number of rows in it.</param>
/// <param name="Contrasts">The columns, those that distinguish it most first.</param>
public sealed record ClusterProfile(int Rows, IReadOnlyList<ClusterContrast> Contrasts)
{
    /// <summary>
    /// Gets what distinguishes the cluster, in words: up to three columns that differ by half of a standard deviation
    /// or more.
    /// </summary>
    public string InWords
    {
        get
        {
            string[] parts =
            [
                .. Contrasts.Where(contrast => Math.Abs(contrast.Effect) >= 0.5).Take(3).Select(contrast =>
                    string.Create(CultureInfo.InvariantCulture,
                        $"{contrast.Name} {(contrast.Effect > 0.0 ? "high" : "low")}: {contrast.Mean:G4} against "
                        + $"{contrast.Elsewhere:G4}")),
            ];
            return parts.Length > 0 ? string.Join("; ", parts) : "near the mean in every column";
        }
    }
}

/// <summary>Holds the clusters of a table: who belongs where, why so many, and what distinguishes them.</summary>
public sealed class TableClusters
{
    // A difference of BIC above this is called strong evidence; R. Kass and A. Raftery, JASA 90 (1995).
    private const double StrongBic = 6.0;
    private const int FewValues = 12;

    private readonly ClusteredRows from;
    private readonly string? verdict;
    private readonly string? warning;

    internal TableClusters(
        ClusteredRows from, GaussianMixtureFit mixture, Matrix<double> probabilities,
        IReadOnlyList<ClusterSupport> support)
    {
        (this.from, Support, Mixture) = (from, support, mixture);
        Model = new TableMixture(from.Standard, mixture);
        Labels = [.. probabilities.EnumerateRows().Select(row => row.MaximumIndex())];
        Certainty = [.. Labels.Select((label, i) => probabilities[i, label])];
        Map = from.Axes.Transform(from.Values);
        Profiles = [.. Enumerable.Range(0, mixture.Weights.Count).Select(ProfileOf)];
    }

    internal TableClusters(ClusteredRows from, ClusterMethod method, FoundGroups found)
    {
        (this.from, Method, verdict, warning) = (from, method, found.Verdict, found.Groups.Warning);
        Support = [];
        Model = new TableGroups(from.Standard, method, found.Groups);
        (Labels, Certainty) = (found.Labels, found.Strengths);
        Map = from.Axes.Transform(from.Values);
        Profiles = [.. Enumerable.Range(0, found.Groups.Count).Select(ProfileOf)];
    }

    /// <summary>Gets how the clusters were found.</summary>
    public ClusterMethod Method { get; }

    /// <summary>Gets the model, which assigns other rows and saves.</summary>
    public TableClusterModel Model { get; }

    /// <summary>Gets the mixture over the standardized columns; null by other methods.</summary>
    public GaussianMixtureFit? Mixture { get; }

    /// <summary>Gets the rows that were used, as places in the table, from 0.</summary>
    public IReadOnlyList<int> Rows => from.Rows;

    /// <summary>
    /// Gets the cluster of each row that was used, from 0; of a mixture, cluster 0 has the largest weight. <see
    /// cref="DbscanFit.Noise"/> for rows in none, by HDBSCAN and DBSCAN.
    /// </summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>
    /// Gets the probability of each row's cluster by a mixture, and how firmly it belongs there by HDBSCAN; empty by
    /// other methods.
    /// </summary>
    public IReadOnlyList<double> Certainty { get; }

    /// <summary>Gets the columns that were left out, with the reasons.</summary>
    public IReadOnlyList<LeftOutColumn> LeftOut => from.LeftOut;

    /// <summary>Gets the support of every number of components that was tried; empty by other methods.</summary>
    public IReadOnlyList<ClusterSupport> Support { get; }

    /// <summary>
    /// Gets what several criteria say about the number of clusters; null where it was asked for.
    /// </summary>
    public ClusterCountFit? Counts { get; internal init; }

    /// <summary>Gets the clusters in figures and words.</summary>
    public IReadOnlyList<ClusterProfile> Profiles { get; }

    /// <summary>
    /// Gets the two principal components of the standardized columns; one if they vary in one direction.
    /// </summary>
    public PrincipalComponentsFit Axes => from.Axes;

    /// <summary>Gets the coordinates of each row that was used along <see cref="Axes"/>.</summary>
    public Matrix<double> Map { get; }

    /// <summary>Gets the seed of the starts.</summary>
    public int Seed { get; internal init; }

    /// <summary>Gets the number of rows that the number of clusters was chosen with.</summary>
    public int RowsOfSearch { get; internal init; }

    /// <summary>Gets why there are so many clusters, in a sentence.</summary>
    public string Verdict
    {
        get
        {
            if (verdict is not null)
            {
                return verdict;
            }

            int count = Profiles.Count;
            if (Support.Select(candidate => candidate.Clusters).Distinct().Count() == 1)
            {
                return Counts is null
                    ? $"{Name(count)}, as asked for."
                    : $"{Name(count)}: there are too few rows to try another number.";
            }

            double Best(Func<int, bool> isMeant) => Support
                .Where(candidate => candidate.Problem is null && isMeant(candidate.Clusters))
                .Select(candidate => candidate.Bic).DefaultIfEmpty(double.PositiveInfinity).Min();
            double lead = Best(k => k != count) - Best(k => k == count);
            string strength = lead >= StrongBic ? "clearly" : "but hardly";
            return double.IsFinite(lead)
                ? string.Create(CultureInfo.InvariantCulture,
                    $"{Name(count)}, {strength} better than any other number: BIC is lower by {lead:0.0}.")
                : $"{Name(count)}: no other number can be judged.";
        }
    }

    /// <summary>Gets what to know before the clusters are trusted, in a sentence; null for nothing.</summary>
    public string? Warning
    {
        get
        {
            if (Mixture is null)
            {
                return warning;
            }

            int count = Profiles.Count;
            string few = Named(FewValued());
            if (Support.FirstOrDefault(candidate => candidate.Clusters == count && candidate.Shape == Mixture.Shape)
                is { Problem: { } problem })
            {
                return $"Do not trust these clusters: {problem}. Leave out columns with few distinct values{few} "
                    + "(--ignore), or ask for fewer clusters.";
            }

            int unusable = Support.Count(candidate => candidate.Problem == ClusterSupport.Shrunk);
            return count == 1 && unusable > 0
                ? $"{unusable} of {Support.Count} mixtures could not be judged, since {ClusterSupport.Shrunk}: "
                    + $"columns with few distinct values{few} hide clusters; leave them out (--ignore)."
                : count == Support.Max(candidate => candidate.Clusters) && count > 1 && Support.Count > 2
                    ? $"{count} clusters are the most that were tried: allow more."
                    : Mixture.Warning;
        }
    }

    private string FewValued() => string.Join(", ", Model.Columns.Zip(from.Values.EnumerateColumns())
        .Select(pair => (pair.First, Distinct: pair.Second.Distinct().Count()))
        .Where(pair => pair.Distinct <= FewValues).Select(pair => $"{pair.First}: {pair.Distinct}"));

    private static string Named(string columns) => columns.Length > 0 ? $" ({columns})" : string.Empty;

    private static string Name(int count) => count == 1 ? "1 cluster" : $"{count} clusters";

    private ClusterProfile ProfileOf(int cluster)
    {
        (IReadOnlyList<string> names, Matrix<double> values) = (from.Described.Names, from.Described.Values);
        int[] inside = [.. Enumerable.Range(0, values.RowCount).Where(i => Labels[i] == cluster)];
        int[] outside = [.. Enumerable.Range(0, values.RowCount).Where(i => Labels[i] != cluster)];
        return new ClusterProfile(inside.Length,
        [
            .. names.Select((name, j) => Contrast(
                    name, [.. inside.Select(i => values[i, j])], [.. outside.Select(i => values[i, j])]))
                .OrderByDescending(contrast => Math.Abs(contrast.Effect)),
        ]);
    }

    private static ClusterContrast Contrast(string name, double[] inside, double[] outside)
    {
        if (inside.Length == 0 || outside.Length == 0)
        {
            return new ClusterContrast(name, inside.DefaultIfEmpty(double.NaN).Average(), double.NaN, 0.0);
        }

        double mean = inside.Average(), elsewhere = outside.Average();
        double squares = inside.Sum(x => (x - mean) * (x - mean)) + outside.Sum(x => (x - elsewhere) * (x - elsewhere));
        double within = Math.Sqrt(squares / Math.Max(1, inside.Length + outside.Length - 2));

        // Groups without spread of their own differ by more than any number of deviations.
        double effect = mean == elsewhere
            ? 0.0
            : (mean - elsewhere) / Math.Max(within, 1e-12 * Math.Abs(mean - elsewhere));
        return new ClusterContrast(name, mean, elsewhere, effect);
    }
}
