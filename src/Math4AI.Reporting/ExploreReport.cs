using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Reporting.Charts;
using Math4AI.Unsupervised;

namespace Math4AI.Reporting;

/// <summary>
/// The page that is opened first with a new table: its columns, correlations, directions, groups, outlying rows and
/// repeated rows.
/// </summary>
public sealed record ExploreReport : TableReport
{
    private const int MaxRows = 30;
    private const int MaxCorrelated = 40;

    /// <summary>Gets what there is to see.</summary>
    public required TableOverview Overview { get; init; }

    /// <summary>
    /// Gets the column that colors a second map of the rows; null for the one the clusters are compared with, if any.
    /// </summary>
    public string? Color { get; init; }

    private protected override void AddBody(Html page)
    {
        AddNote(page, Overview.Reason);
        Columns(page);
        if (Overview.Clusters is { } clusters)
        {
            Correlations(page, clusters);
            page.Charts("In how many directions do the rows vary?", "grid wide", [Variances()]);
            page.Heading("Groups").Add($"<p>{Html.Escape(clusters.Verdict)}</p>");
            AddNote(page, clusters.Warning);
            new ClusterReport
            {
                Title = Title,
                Command = Command,
                Result = clusters,
                Table = Table,
                Labels = Labels,
                Color = Color,
                Shown = Shown,
            }.AddTo(page);
            Outliers(page, clusters);
        }

        EqualRows(page);
    }

    private protected override IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("rows", Count(Table.Rows));
        yield return ("columns", Count(Table.Names.Count));
        yield return ("missing values", Count(Overview.Columns.Sum(column => column.Missing)));
        yield return ("repeated rows", Count(Overview.EqualRows.Sum(rows => rows.Count - 1)));
        if (Overview.Clusters is { } clusters)
        {
            yield return ("rows without missing values", Count(clusters.Rows.Count));
            yield return ("groups", Count(clusters.Profiles.Count));
            yield return ("outlying rows", Count(Overview.Outliers.Count));
        }
    }

    private void Columns(Html page)
    {
        page.Heading("Columns").Add("<div class=\"card scroll\"><table><tr><th></th><th>missing</th><th>distinct</th>"
            + "<th>mean</th><th>deviation</th><th>min</th><th>median</th><th>max</th><th>most "
            + "frequent</th></tr>");
        foreach (ColumnOverview column in Overview.Columns)
        {
            double[] figures = [column.Mean, column.Deviation, column.Min, column.Median, column.Max];
            page.Add($"<tr><th>{Html.Escape(column.Name)}</th><td>{Count(column.Missing)}</td>"
                + $"<td>{Count(column.Distinct)}</td>"
                + string.Concat(
                    figures.Select(figure => $"<td>{(column.IsNumeric ? Html.Number(figure) : string.Empty)}</td>"))
                + $"<td>{Html.Escape(column.MostFrequent ?? string.Empty)}</td></tr>");
        }

        page.Add("</table></div>");
    }

    private void Correlations(Html page, TableClusters clusters)
    {
        int count = clusters.Model.Columns.Count;
        page.Add("<div class=\"grid wide\">");
        if (Overview.Correlation is { } correlation && count is >= 2 and <= MaxCorrelated)
        {
            page.HeatMap(
                "Correlations", correlation.Map(value => Math.Round(value, 3)).ToArray(), clusters.Model.Columns,
                clusters.Model.Columns);
        }

        if (Overview.Information is { } information)
        {
            InformationReport.AddMap(page, information, "Mutual information, nats: any dependence, of classes too");
        }

        page.Add("</div>");
    }

    private Chart Variances()
    {
        double[] shares = [.. Overview.Components!.VarianceShares];
        double[] places = [.. Enumerable.Range(1, shares.Length).Select(i => (double)i)];
        double sum = 0.0;
        int parallel = Overview.Components.ParallelDimension();
        return new Chart(
            Overview.Correlation is null
                ? "Principal components of the features"
                : "Principal components of the standardized columns", ChartAxis.OfCounts("component"),
            ChartAxis.OfShares("share of the variance"),
            new LineLayer(places, [.. shares.Select(share => Math.Min(1.0, sum += share))]) { Name = "up to here" },
            new LineLayer(places, shares) { Name = "each", Color = 1 })
        {
            Note = $"{parallel} of {shares.Length} have more variance than independent columns would have by chance.",
        };
    }

    private void Outliers(Html page, TableClusters clusters)
    {
        page.Heading("Outlying rows").Add("<p class=\"quiet\">Rows too far from the center of their own group for "
            + "chance: in all of the table, one such row in twenty tables of this size is expected.</p>");
        if (Overview.Outliers.Count == 0)
        {
            page.Add("<p>None.</p>");
            return;
        }

        page.Add("<div class=\"card scroll\"><table><tr><th>row</th><th>distance</th><th>why</th></tr>");
        foreach (OutlyingRow row in Overview.Outliers.Take(MaxRows))
        {
            string why = string.Join("; ", row.Values.Select(value => string.Create(CultureInfo.InvariantCulture,
                $"{value.Column} {value.Value:G6}, {value.Deviations:+0.0;−0.0} deviations, "
                + $"{100.0 * value.Share:0} %")));
            page.Add($"<tr><th>{Count(row.Row)}</th><td>{Html.Number(row.Distance)}</td>"
                + $"<td>{Html.Escape(why)}</td></tr>");
        }

        page.Add("</table></div>");
        More(page, Overview.Outliers.Count);
    }

    private void EqualRows(Html page)
    {
        if (Overview.EqualRows.Count == 0)
        {
            return;
        }

        page.Heading("Rows that are equal in every column").Add("<div class=\"card scroll\"><table>");
        foreach (IReadOnlyList<long> rows in Overview.EqualRows.Take(MaxRows))
        {
            page.Add($"<tr><td>{string.Join(", ", rows.Take(MaxRows).Select(Count))}"
                + $"{(rows.Count > MaxRows ? ", …" : string.Empty)}</td></tr>");
        }

        page.Add("</table></div>");
        More(page, Overview.EqualRows.Count);
    }

    private static void More(Html page, int count)
    {
        if (count > MaxRows)
        {
            page.Add($"<p class=\"quiet\">… and {Count(count - MaxRows)} more.</p>");
        }
    }
}
