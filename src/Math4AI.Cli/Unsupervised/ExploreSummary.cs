using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised;

namespace Math4AI.Cli.Unsupervised;

/// <summary>What <c>math4ai explore --json</c> prints.</summary>
internal sealed record ExploreSummary(
    int Rows,
    IReadOnlyList<ColumnOverview> Columns,
    IReadOnlyList<IReadOnlyList<long>> EqualRows,
    string? Reason,
    IReadOnlyList<double> VarianceShares,
    IReadOnlyList<OutlyingRow> Outliers,
    ClusterSummary? Clusters)
{
    public static ExploreSummary Of(Table table, TableOverview overview, string? compared) => new(
        table.Rows,
        overview.Columns,
        overview.EqualRows,
        overview.Reason,
        overview.Components is { } components ? [.. components.VarianceShares] : [],
        overview.Outliers,
        overview.Clusters is { } clusters ? ClusterSummary.Of(table, clusters, compared) : null);

    public void Print(string output, bool hasReport)
    {
        foreach (ColumnOverview column in Columns)
        {
            string missing = column.Missing > 0 ? $", {column.Missing} missing" : string.Empty;
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {column.Name}: ") + (column.IsNumeric
                ? $"{Spread(column)}{missing}"
                : $"{column.Distinct} texts, most often {column.MostFrequent}{missing}"));
        }

        if (EqualRows.Count > 0)
        {
            Console.Out.WriteLine($"Repeated rows: {EqualRows.Sum(rows => rows.Count - 1)}.");
        }

        if (Clusters is null)
        {
            Console.Out.WriteLine($"No groups: {Reason}");
        }
        else
        {
            Clusters.PrintFindings();
            Console.Out.WriteLine(Outliers.Count == 0
                ? "No outlying rows."
                : $"Outlying rows: {string.Join(", ", Outliers.Take(10).Select(row => row.Row))}"
                    + $"{(Outliers.Count > 10 ? $" and {Outliers.Count - 10} more" : string.Empty)}.");
        }

        Console.Out.WriteLine($"Written to {output}{(hasReport ? "; open report.html there" : string.Empty)}.");
    }

    // One value has no deviation.
    private static string Spread(ColumnOverview column) => double.IsNaN(column.Deviation)
        ? string.Create(CultureInfo.InvariantCulture, $"{column.Mean:G4}")
        : string.Create(CultureInfo.InvariantCulture,
            $"{column.Mean:G4} ± {column.Deviation:G4}, from {column.Min:G4} to {column.Max:G4}");
}
