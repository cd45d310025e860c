using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Probability.Information;
using Math4AI.Unsupervised;

namespace Math4AI.Cli.Unsupervised;

/// <summary>How two columns go together: by correlation, and mutual information in nats, where each is known.</summary>
internal sealed record ColumnPair(string First, string Second, double? Correlation, double? Information);

/// <summary>What <c>math4ai explore --json</c> prints.</summary>
internal sealed record ExploreSummary(
    int Rows,
    IReadOnlyList<ColumnOverview> Columns,
    IReadOnlyList<IReadOnlyList<long>> EqualRows,
    string? Reason,
    IReadOnlyList<ColumnPair> Pairs,
    IReadOnlyList<double> VarianceShares,
    IReadOnlyList<OutlyingRow> Outliers,
    ClusterSummary? Clusters)
{
    private const int MaxPairs = 100;
    private const int MaxShown = 3;

    public static ExploreSummary Of(Table table, TableOverview overview, string? compared) => new(
        table.Rows,
        overview.Columns,
        overview.EqualRows,
        overview.Reason,
        [.. PairsOf(overview).Where((pair, place) => place < MaxPairs || pair.Information is not null)],
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
            PrintDependences();
            Clusters.PrintFindings();
            Console.Out.WriteLine(Outliers.Count == 0
                ? "No outlying rows."
                : $"Outlying rows: {string.Join(", ", Outliers.Take(10).Select(row => row.Row))}"
                    + $"{(Outliers.Count > 10 ? $" and {Outliers.Count - 10} more" : string.Empty)}.");
        }

        Console.Out.WriteLine($"Written to {output}{(hasReport ? "; open report.html there" : string.Empty)}.");
    }

    private void PrintDependences()
    {
        IEnumerable<string> strongest = Pairs.Where(pair => pair.Correlation is not null)
            .OrderByDescending(pair => Math.Abs(pair.Correlation!.Value)).Take(MaxShown)
            .Select(pair => string.Create(
                CultureInfo.InvariantCulture, $"{pair.First} and {pair.Second} {pair.Correlation:0.00}"));
        IEnumerable<string> telling = Pairs.Where(pair => pair.Information > 0.0)
            .OrderByDescending(pair => pair.Information).Take(MaxShown)
            .Select(pair => string.Create(
                CultureInfo.InvariantCulture, $"{pair.First} and {pair.Second} {pair.Information:0.00}"));
        if (strongest.Any())
        {
            Console.Out.WriteLine($"Correlations, strongest first: {string.Join("; ", strongest)}.");
        }

        if (telling.Any())
        {
            Console.Out.WriteLine($"Mutual information in nats, most first: {string.Join("; ", telling)}.");
        }

        IEnumerable<string> shares = VarianceShares.Take(MaxShown).Select(share => string.Create(
            CultureInfo.InvariantCulture, $"{100.0 * share:0} %"));
        Console.Out.WriteLine($"Principal components: {string.Join(", ", shares)} of the variance.");
    }

    /// <summary>The pairs of columns, those that correlate most first.</summary>
    private static IEnumerable<ColumnPair> PairsOf(TableOverview overview)
    {
        var pairs = new Dictionary<(string First, string Second), ColumnPair>();
        if (overview is { Correlation: { } correlation, Clusters: { } clusters })
        {
            IReadOnlyList<string> columns = clusters.Model.Columns;
            for (int i = 0; i < columns.Count; i++)
            {
                for (int j = i + 1; j < columns.Count; j++)
                {
                    pairs[(columns[i], columns[j])] = new ColumnPair(columns[i], columns[j], correlation[i, j], null);
                }
            }
        }

        foreach (PairInformation pair in overview.Information?.Pairs ?? [])
        {
            (string, string) names = (pair.First, pair.Second);
            pairs[names] = pairs.GetValueOrDefault(names, new ColumnPair(pair.First, pair.Second, null, null)) with
            {
                Information = Math.Max(0.0, pair.Information.Value),
            };
        }

        return pairs.Values.OrderByDescending(pair => Math.Abs(pair.Correlation ?? 0.0))
            .ThenByDescending(pair => pair.Information ?? 0.0);
    }

    // One value has no deviation.
    private static string Spread(ColumnOverview column) => double.IsNaN(column.Deviation)
        ? string.Create(CultureInfo.InvariantCulture, $"{column.Mean:G4}")
        : string.Create(CultureInfo.InvariantCulture,
            $"{column.Mean:G4} ± {column.Deviation:G4}, from {column.Min:G4} to {column.Max:G4}");
}
