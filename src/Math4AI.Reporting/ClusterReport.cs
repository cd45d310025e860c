using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Reporting.Charts;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Clusters;

namespace Math4AI.Reporting;

/// <summary>
/// The report of the clusters of a table: how many and why, a map of the rows, what distinguishes each cluster, and how
/// the clusters agree with a column of labels.
/// </summary>
public sealed record ClusterReport : TableReport
{
    private const int MapHeight = 560;
    private const int MaxContrasts = 6;
    private const int MaxGroups = 20;

    /// <summary>Gets the clusters.</summary>
    public required TableClusters Result { get; init; }

    /// <summary>
    /// Gets the column that colors a second map of the rows; null for the one the clusters are compared with, if any.
    /// </summary>
    public string? Color { get; init; }

    private protected override void AddBody(Html page)
    {
        page.Add($"<p>{Html.Escape(Result.Verdict)}</p>");
        AddNote(page, Result.Warning);
        AddTo(page);
    }

    /// <summary>Adds the map, the profiles, the support and the comparison to a page.</summary>
    internal void AddTo(Html page)
    {
        int[] labels = [.. Result.Labels];
        int[] clusters = [.. labels.Distinct().Order()];
        page.Heading("The rows on a map").Chart(Map(
            $"{labels.Length} rows along their principal components",
            [.. clusters.Select(cluster => cluster < 0 ? "no cluster" : $"cluster {cluster + 1}")],
            [.. clusters.Select(cluster => cluster < 0 ? ChartLayer.Quiet : cluster)],
            [.. labels.Select(label => Array.IndexOf(clusters, label))]));
        if ((Color ?? Labels) is { } color)
        {
            RowGroups groups = RowGroups.Of(Table, color, Result.Rows);
            page.Chart(Map(
                $"The same rows, colored by {color}", groups.Names, [.. Enumerable.Range(0, groups.Names.Count)],
                groups.Groups));
        }

        Profiles(page);
        if (Result.Mixture is not null)
        {
            page.Charts("How many clusters?", "grid wide", Supports());
            Counts(page);
        }

        Compare(page);
    }

    private protected override IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("clusters", Count(Result.Profiles.Count));
        yield return ("rows", Count(Result.Rows.Count));
        if (Result.Rows.Count < Table.Rows)
        {
            yield return ("rows left out for missing values", Count(Table.Rows - Result.Rows.Count));
        }

        yield return ("columns", string.Join(", ", Result.Model.Columns));
        if (Result.LeftOut.Count > 0)
        {
            yield return ("columns left out",
                string.Join(", ", Result.LeftOut.Select(column => $"{column.Name} ({column.Reason})")));
        }

        if (Result.Mixture is { } mixture)
        {
            yield return ("shape", mixture.Shape.ToString());
        }
        else
        {
            yield return ("method", Result.Method.ToString());
        }

        if (Result.Labels.Count(label => label < 0) is var none and > 0)
        {
            yield return ("rows in no cluster", Count(none));
        }

        yield return ("seed", Count(Result.Seed));
    }

    private void Counts(Html page)
    {
        if (Result.Counts is not { } counts)
        {
            return;
        }

        page.Add($"<p>{Html.Escape(counts.Verdict)}</p><div class=\"card scroll\"><table><tr><th>criterion</th>"
            + string.Concat(counts.Rows.Select(row => $"<th>{Count(row.Clusters)}</th>"))
            + "<th>prefers</th><th>why</th></tr>");
        foreach (ClusterCountChoice choice in counts.Choices)
        {
            double? Figure(ClusterCountRow row) => choice.Criterion switch
            {
                "BIC" => row.Bic,
                "gap" => row.Gap,
                "silhouette" => row.Silhouette,
                _ => row.Stability,
            };
            page.Add($"<tr><th>{Html.Escape(choice.Criterion)}</th>" + string.Concat(counts.Rows.Select(row =>
                    $"<td>{(Figure(row) is { } value ? Html.Number(Math.Round(value, 3)) : string.Empty)}</td>"))
                + $"<td>{Count(choice.Clusters)}</td><td>{Html.Escape(choice.Verdict)}</td></tr>");
        }

        page.Add("</table></div><p class=\"quiet\">Gap, silhouette and stability are those of round groups (k-means); "
            + "BIC also knows stretched ones, and decides here.</p>");
    }

    /// <summary>The rows along two components, in groups with names and colors.</summary>
    private Chart Map(string title, IReadOnlyList<string> names, int[] colors, IReadOnlyList<int> groups)
    {
        bool isLine = Result.Map.ColumnCount < 2;
        Func<int, string> cells = Cells();
        IEnumerable<ChartLayer> layers = names.Select(ChartLayer (name, group) =>
        {
            int[] places = [.. Enumerable.Range(0, groups.Count).Where(i => groups[i] == group)];
            return new PointsLayer(
                [.. places.Select(i => Result.Map[i, 0])], [.. places.Select(i => isLine ? 0.0 : Result.Map[i, 1])])
            {
                Name = name,
                Color = colors[group],
                Texts = [.. places.Select(place => RowInWords(place, cells))],
            };
        });
        string Axis(int i) => string.Create(CultureInfo.InvariantCulture,
            $"component {i + 1}, {100.0 * Result.Axes.VarianceShares[i]:0} % of the variance");
        return new Chart(
            title, new ChartAxis(Axis(0), AxisScale.Linear),
            new ChartAxis(isLine ? string.Empty : Axis(1), AxisScale.Linear), [.. layers])
        {
            IsMap = true,
            Height = MapHeight,
            Note = "Drag to move, turn the wheel to zoom, point at a row to read it.",
        };
    }

    private string RowInWords(int place, Func<int, string> cells)
    {
        int row = Result.Rows[place];
        string certainty = Result.Certainty.Count == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture,
            $", {(Result.Mixture is null ? "strength" : "certain to")} {100.0 * Result.Certainty[place]:0} %");
        return $"row {Table.NumberOf(row)}{certainty}: {cells(row)}";
    }

    private void Profiles(Html page)
    {
        page.Heading("What distinguishes the clusters").Add("<div class=\"card scroll\"><table><tr><th></th>"
            + "<th>rows</th><th>share</th><th>what distinguishes it</th></tr>");
        for (int cluster = 0; cluster < Result.Profiles.Count; cluster++)
        {
            ClusterProfile profile = Result.Profiles[cluster];
            double share = 100.0 * profile.Rows / Result.Rows.Count;
            page.Add($"<tr><th>{Html.Swatch(cluster)} {cluster + 1}</th><td>{Count(profile.Rows)}</td>"
                + $"<td>{Html.Number(Math.Round(share, 1))} %</td><td>{Html.Escape(profile.InWords)}</td></tr>");
        }

        page.Add("</table></div>");
        if (Result.Profiles.Count > 1)
        {
            page.Charts(null, "grid", Result.Profiles.Select(Effects));
        }
    }

    private static Chart Effects(ClusterProfile profile, int cluster)
    {
        ClusterContrast[] shown = [.. profile.Contrasts.Take(MaxContrasts).Reverse()];
        return new Chart(
            $"Cluster {cluster + 1} against the rest",
            new ChartAxis("difference of the means in standard deviations", AxisScale.Linear),
            ChartAxis.OfNames(string.Empty, [.. shown.Select(contrast => contrast.Name)]),
            BarsLayer.OfNames([.. shown.Select(contrast => contrast.Effect)]) with { Color = cluster });
    }

    private IEnumerable<Chart> Supports()
    {
        if (Result.Support.Select(candidate => candidate.Clusters).Distinct().Count() < 2)
        {
            yield break;
        }

        yield return new Chart(
            "Bayesian information criterion: lower is better", ChartAxis.OfCounts("number of clusters"),
            new ChartAxis("BIC", AxisScale.Linear),
            [.. Result.Support.GroupBy(candidate => candidate.Shape).Select(ChartLayer (group, i) =>
                new LineLayer(
                    [.. group.Select(candidate => (double)candidate.Clusters)],
                    [.. group.Select(candidate => candidate.Problem is null ? candidate.Bic : double.NaN)])
                {
                    Name = group.Key.ToString(),
                    Color = i,
                })])
        {
            Note = Result.Support.Any(candidate => candidate.Problem is not null)
                ? $"Without the mixtures that cannot be chosen: {string.Join("; ", Result.Support
                    .Where(candidate => candidate.Problem is not null)
                    .Select(candidate => $"{candidate.Clusters} {candidate.Shape}, {candidate.Problem}").Take(4))}."
                : null,
        };
    }

    private void Compare(Html page)
    {
        if (Labels is null)
        {
            return;
        }

        string[] labels = LabelsOf(Table, Labels, Result);
        int[] clusters = [.. Result.Labels];
        string[] names = [.. labels.Distinct().Order(StringComparer.Ordinal)];
        int none = clusters.Contains(-1) ? 1 : 0;
        page.Heading($"The clusters and the column '{Labels}'").Facts(
        [
            ("adjusted Rand index", Html.Number(ClusterAgreement.AdjustedRand(clusters, labels))),
            ("normalized mutual information", Html.Number(ClusterAgreement.NormalizedInformation(clusters, labels))),
        ]);
        if (names.Length > MaxGroups)
        {
            return;
        }

        double[,] counts = new double[names.Length, Result.Profiles.Count + none];
        for (int i = 0; i < labels.Length; i++)
        {
            counts[Array.IndexOf(names, labels[i]), clusters[i] < 0 ? Result.Profiles.Count : clusters[i]]++;
        }

        page.Add("<div class=\"grid wide\">").HeatMap(
            "Rows by label and cluster", counts, names,
            [
                .. Enumerable.Range(1, Result.Profiles.Count).Select(i => $"cluster {i}"),
                .. Enumerable.Repeat("no cluster", none),
            ]).Add("</div>");
    }

    private static string[] LabelsOf(Table table, string column, TableClusters result)
    {
        IReadOnlyList<string?> texts = table.Texts(column);
        return [.. result.Rows.Select(row => texts[row] ?? "(missing)")];
    }
}
