using System.Globalization;

namespace Math4AI.Unsupervised;

/// <summary>What the criteria say about one number of clusters.</summary>
/// <param name="Clusters">The number.</param>
/// <param name="Bic">
/// The lowest Bayesian information criterion of a mixture with so many components; null where none can be judged.
/// </param>
/// <param name="Gap">
/// E log W − log W, with W the sum of squares within the clusters of k-means, and E over samples without groups.
/// </param>
/// <param name="GapError">The standard error of the gap.</param>
/// <param name="Silhouette">The mean silhouette; null for one cluster.</param>
/// <param name="Stability">
/// The prediction strength: of the pairs in a cluster of one half of the samples, the share that the clusters of the
/// other half also put together; of the weakest cluster, the mean over divisions into halves. 1 for one cluster.
/// </param>
/// <param name="StabilityError">The standard error of the stability.</param>
public sealed record ClusterCountRow(
    int Clusters, double? Bic, double Gap, double GapError, double? Silhouette, double Stability,
    double StabilityError);

/// <summary>The number of clusters that one criterion prefers.</summary>
/// <param name="Criterion">Its name.</param>
/// <param name="Clusters">The number.</param>
/// <param name="Verdict">Why, in words.</param>
public sealed record ClusterCountChoice(string Criterion, int Clusters, string Verdict);

/// <summary>Holds what several criteria say about the number of clusters.</summary>
public sealed class ClusterCountFit
{
    // L. Kaufman, P. Rousseeuw, "Finding groups in data" (1990), table 4: what mean silhouettes mean.
    private const double StrongSilhouette = 0.7;
    private const double ReasonableSilhouette = 0.5;
    internal const double WeakSilhouette = 0.25;

    // Tibshirani and Walther: numbers are supported from here on.
    private const double MinStability = 0.8;
    private const string Wanted = "0.8";

    // A difference of BIC above this is called strong evidence; R. Kass and A. Raftery, JASA 90 (1995).
    private const double StrongBic = 6.0;

    internal ClusterCountFit(int samples, IReadOnlyList<ClusterCountRow> rows)
    {
        (Samples, Rows) = (samples, rows);
        Choices = [.. ByBic(), ByGap(), BySilhouette(), ByStability()];
    }

    private ClusterCountFit(int samples)
    {
        Samples = samples;
        Rows = [];
        Choices = [new ClusterCountChoice("equality", 1, "all samples are the same")];
    }

    /// <summary>Returns the number that each criterion prefers.</summary>
    public override string ToString() =>
        string.Join("; ", Choices.Select(choice => $"{choice.Criterion}: {choice.Clusters} ({choice.Verdict})"));

    /// <summary>Gets the number of samples that were used.</summary>
    public int Samples { get; }

    /// <summary>
    /// Gets what the criteria say about each number, from 1 on; up to the number of different samples. None where all
    /// samples are the same.
    /// </summary>
    public IReadOnlyList<ClusterCountRow> Rows { get; }

    /// <summary>Gets the number that each criterion prefers.</summary>
    public IReadOnlyList<ClusterCountChoice> Choices { get; }

    /// <summary>Gets which criteria prefer which number, in a sentence.</summary>
    public string Verdict => string.Join("; ", Choices.GroupBy(choice => choice.Clusters)
        .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Select(group =>
            $"{group.Key} {(group.Key == 1 ? "cluster" : "clusters")} by "
            + string.Join(" and ", group.Select(choice => choice.Criterion)))) + ".";

    /// <summary>Says what a mean silhouette means.</summary>
    internal static string StructureOf(double silhouette) => silhouette switch
    {
        > StrongSilhouette => "a strong structure",
        > ReasonableSilhouette => "a reasonable structure",
        > WeakSilhouette => "a weak structure, which may be artificial",
        _ => "no substantial structure",
    };

    internal static ClusterCountFit OfEqualSamples(int samples) => new(samples);

    private IEnumerable<ClusterCountChoice> ByBic()
    {
        ClusterCountRow[] judged = [.. Rows.Where(row => row.Bic is not null).OrderBy(row => row.Bic)];
        if (judged.Length == 0)
        {
            yield break;
        }

        yield return new ClusterCountChoice("BIC", judged[0].Clusters, judged.Length == 1
            ? "no other number can be judged"
            : string.Create(CultureInfo.InvariantCulture,
                $"lower by {judged[1].Bic - judged[0].Bic:0.0} than any other")
                + (judged[1].Bic - judged[0].Bic >= StrongBic ? string.Empty : ", which is little"));
    }

    private ClusterCountChoice ByGap()
    {
        for (int i = 0; i + 1 < Rows.Count; i++)
        {
            if (Rows[i].Gap >= Rows[i + 1].Gap - Rows[i + 1].GapError)
            {
                return new ClusterCountChoice("gap", Rows[i].Clusters, string.Create(CultureInfo.InvariantCulture,
                    $"{Rows[i].Gap:0.000}; one more gives {Rows[i + 1].Gap:0.000} ± {Rows[i + 1].GapError:0.000}"));
            }
        }

        return new ClusterCountChoice("gap", Rows[^1].Clusters, string.Create(
            CultureInfo.InvariantCulture, $"{Rows[^1].Gap:0.000}, still rising at the largest number"));
    }

    private ClusterCountChoice BySilhouette()
    {
        if (Rows.Count == 1)
        {
            return new ClusterCountChoice("silhouette", 1, "no other number was tried");
        }

        ClusterCountRow best = Rows.Skip(1).MaxBy(row => row.Silhouette)!;
        return new ClusterCountChoice(
            "silhouette", best.Silhouette > WeakSilhouette ? best.Clusters : 1, string.Create(
                CultureInfo.InvariantCulture,
                $"{best.Silhouette:0.00} at {best.Clusters}: {StructureOf(best.Silhouette!.Value)}"));
    }

    private ClusterCountChoice ByStability()
    {
        ClusterCountRow best = Rows.Last(row => row.Stability + row.StabilityError >= MinStability);
        string here = string.Create(CultureInfo.InvariantCulture,
                $"{best.Stability:0.00} ± {best.StabilityError:0.00}, ")
            + (best.Stability >= MinStability ? $"above {Wanted}" : $"{Wanted} within its error");
        ClusterCountRow? next = Rows.FirstOrDefault(row => row.Clusters == best.Clusters + 1);
        return new ClusterCountChoice("stability", best.Clusters, next is null
            ? $"{here}, and the largest number that was tried"
            : string.Create(CultureInfo.InvariantCulture,
                $"{here}; one more gives {next.Stability:0.00} ± {next.StabilityError:0.00}"));
    }
}
