using System.Globalization;
using System.Text;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Clusters;

namespace Math4AI.Cli.Unsupervised;

/// <summary>One cluster of <c>math4ai cluster --json</c>.</summary>
internal sealed record ClusterLine(int Cluster, int Rows, string Distinguished, IReadOnlyList<ClusterContrast> Columns);

/// <summary>How the clusters agree with a column of known groups.</summary>
internal sealed record ClusterComparison(string Column, double AdjustedRand, double NormalizedInformation);

/// <summary>What <c>math4ai cluster --json</c> prints.</summary>
internal sealed record ClusterSummary(
    int Clusters,
    string Verdict,
    string? Warning,
    string Method,
    string? Shape,
    int Rows,
    int RowsLeftOut,
    int RowsInNone,
    IReadOnlyList<string> Columns,
    IReadOnlyList<LeftOutColumn> LeftOut,
    IReadOnlyList<ClusterLine> Found,
    IReadOnlyList<ClusterSupportLine> Support,
    ClusterCountFit? Counts,
    ClusterComparison? Comparison)
{
    // Images and texts have thousands of features.
    private const int MaxContrasts = 100;

    public static ClusterSummary Of(Table table, TableClusters result, string? compared) => new(
        result.Profiles.Count,
        result.Verdict,
        result.Warning,
        result.Method.ToString(),
        result.Mixture?.Shape.ToString(),
        result.Rows.Count,
        table.Rows - result.Rows.Count,
        result.Labels.Count(label => label < 0),
        result.Model.Columns,
        result.LeftOut,
        [.. result.Profiles.Select((profile, i) =>
            new ClusterLine(i + 1, profile.Rows, profile.InWords, [.. profile.Contrasts.Take(MaxContrasts)]))],
        [.. result.Support.Select(candidate => new ClusterSupportLine(
            candidate.Clusters, candidate.Shape.ToString(), candidate.Bic, candidate.Icl, candidate.Problem))],
        result.Counts,
        compared is null ? null : Compare(table, result, compared));

    /// <summary>The cluster of each row that was used, from 1, or 0 for none, with its number in the file.</summary>
    public static string Assignments(Table table, TableClusters result)
    {
        string certainty = result.Certainty.Count == 0 ? string.Empty
            : result.Mixture is null ? ",strength" : ",probability";
        var text = new StringBuilder($"row,cluster{certainty}\n");
        for (int i = 0; i < result.Rows.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{table.NumberOf(result.Rows[i])},{result.Labels[i] + 1}");
            if (result.Certainty.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $",{result.Certainty[i]:R}");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    public void Print(string output, bool hasReport)
    {
        PrintFindings();
        Console.Out.WriteLine($"Written to {output}{(hasReport ? "; open report.html there" : string.Empty)}.");
    }

    public void PrintFindings()
    {
        Console.Out.WriteLine(Verdict);
        foreach (ClusterLine line in Found)
        {
            Console.Out.WriteLine($"  cluster {line.Cluster}, {Amount(line.Rows, "row")}: {line.Distinguished}");
        }

        PrintCounts();
        TableFindings.PrintLeftOut(LeftOut, RowsLeftOut);
        if (Comparison is not null)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Agreement with {Comparison.Column}: adjusted Rand index {Comparison.AdjustedRand:0.000}, normalized "
                + $"mutual information {Comparison.NormalizedInformation:0.000}."));
        }

        if (Warning is not null)
        {
            Console.Out.WriteLine($"Warning: {Warning}");
        }
    }

    private void PrintCounts()
    {
        if (Counts is null)
        {
            return;
        }

        Console.Out.WriteLine($"How many? {Counts.Verdict}");
        Console.Out.WriteLine("  clusters         BIC     gap  silhouette  stability");
        foreach (ClusterCountRow row in Counts.Rows)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {row.Clusters,8}  {row.Bic,10:0.0}  {row.Gap,6:0.000}  {row.Silhouette,10:0.000}  "
                + $"{row.Stability,9:0.00}"));
        }

        foreach (ClusterCountChoice choice in Counts.Choices)
        {
            Console.Out.WriteLine($"  {choice.Criterion}: {choice.Clusters} ({choice.Verdict})");
        }
    }

    private static string Amount(int count, string of) => count == 1 ? $"1 {of}" : $"{count} {of}s";

    private static ClusterComparison Compare(Table table, TableClusters result, string column)
    {
        IReadOnlyList<string?> texts = table.Texts(column);
        string[] labels = [.. result.Rows.Select(row => texts[row] ?? "(missing)")];
        return new ClusterComparison(
            column,
            ClusterAgreement.AdjustedRand(result.Labels, labels),
            ClusterAgreement.NormalizedInformation(result.Labels, labels));
    }
}

/// <summary>The support of one number of clusters.</summary>
internal sealed record ClusterSupportLine(int Clusters, string Shape, double Bic, double Icl, string? Problem);
