using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Probability.Information;

namespace Math4AI.Cli.Unsupervised;

/// <summary>
/// One pair of <c>math4ai information --json</c>; information in nats, as it was estimated and, from 0 on, shown.
/// </summary>
internal sealed record PairLine(
    string First, string Second, int Rows, double Information, double StandardError, double Bias, double Correlation,
    double PValue, double Adjusted, string Estimator, bool IsLowerBound)
{
    /// <summary>Gets √(standard error² + bias²).</summary>
    public double Error => Math.Sqrt(StandardError * StandardError + Bias * Bias);
}

/// <summary>A column that was not compared.</summary>
internal sealed record UncomparedColumn(string Name, string Reason);

/// <summary>What <c>math4ai information --json</c> prints.</summary>
internal sealed record InformationSummary(
    int Rows, string? Given, IReadOnlyList<string> Columns, IReadOnlyList<UncomparedColumn> LeftOut, int Permutations,
    string? Note, IReadOnlyList<PairLine> Pairs, int Copies = 0)
{
    private const int MaxShown = 20;
    private const double Level = 0.05;

    public static InformationSummary Of(Table table, InformationTable found) => new(
        table.Rows, found.Given, found.Columns,
        [.. found.LeftOut.Select(column => new UncomparedColumn(column.Name, column.Reason))],
        found.Permutations, found.Note,
        [.. found.Pairs.OrderByDescending(pair => pair.Information.Value).Select(pair => new PairLine(
            pair.First, pair.Second, pair.Rows, pair.Information.Value, pair.Information.StandardError,
            pair.Information.Bias, pair.Correlation, pair.PValue, pair.Adjusted, pair.Estimator,
            pair.Information.IsLowerBound))],
        found.Copies);

    public void Print(string output, bool hasReport)
    {
        int found = Pairs.Count(pair => pair.Adjusted <= Level);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{found} of {Pairs.Count} pairs {(found == 1 ? "is" : "are")} found to depend on each other")
            + (Given is null ? string.Empty : $" where {Given} is known")
            + (found == 0 ? "." : ", of which 5 % at most by chance alone, on average."));
        Console.Out.WriteLine("  information, nats    as a correlation  adjusted p");
        foreach (PairLine pair in Pairs.Take(MaxShown))
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{(pair.IsLowerBound ? "≥" : string.Empty),2}{Math.Max(0.0, pair.Information),7:0.000} ± "
                + $"{pair.Error,-9:0.000} {pair.Correlation,18:0.00} "
                + $"{pair.Adjusted,11:G2}  {pair.First}, {pair.Second}"));
        }

        if (Pairs.Count > MaxShown)
        {
            Console.Out.WriteLine($"  … and {Pairs.Count - MaxShown} more.");
        }

        if (LeftOut.Count > 0)
        {
            Console.Out.WriteLine(
                $"Columns left out: {string.Join(", ", LeftOut.Select(each => $"{each.Name} ({each.Reason})"))}.");
        }

        if (Note is not null)
        {
            Console.Error.WriteLine($"math4ai: Warning: {Note}");
        }

        Console.Out.WriteLine($"Written to {output}{(hasReport ? "; open report.html there" : string.Empty)}.");
    }
}
