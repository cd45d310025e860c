using System.Globalization;
using Math4AI.Fitting.Posteriors;
using Spectre.Console;

namespace Math4AI.Cli.Fitting;

/// <summary>The posterior of one parameter by Laplace's approximation in <c>result.json</c>.</summary>
internal sealed record FitLaplaceParameter(
    double Mode, double Mean, double StandardDeviation, double Median, double Lower, double Upper);

/// <summary>The posterior as a normal density at its mode, in <c>result.json</c>.</summary>
internal sealed record FitLaplaceSummary(
    double Level,
    double? Shape,
    bool IsTrusted,
    double? LogEvidence,
    IReadOnlyDictionary<string, FitLaplaceParameter> Parameters,
    IReadOnlyList<string> Notes)
{
    public static FitLaplaceSummary Of(LaplacePosterior posterior, double level) => new(
        level,
        double.IsFinite(posterior.Shape) ? posterior.Shape : null,
        posterior.Warnings.Count == 0,
        posterior.HasEvidence ? posterior.LogEvidence() : null,
        posterior.Names.Select((name, j) => (name, new FitLaplaceParameter(
                posterior.Mode[j],
                posterior.Mean(name),
                posterior.StandardDeviation(name),
                posterior.Quantile(name, 0.5),
                posterior.Quantile(name, 0.5 * (1.0 - level)),
                posterior.Quantile(name, 0.5 * (1.0 + level)))))
            .ToDictionary(pair => pair.name, pair => pair.Item2),
        posterior.Notes);

    /// <summary>Prints a row for each parameter.</summary>
    public void Print()
    {
        string share = (100.0 * Level).ToString("0.##", CultureInfo.InvariantCulture);
        var table = new Table().Border(TableBorder.Simple);
        foreach (string title in new[]
        {
            "posterior (Laplace) of", "mode", "mean", "deviation", "median", $"{share} % from", "to",
        })
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }

        foreach ((string name, FitLaplaceParameter each) in Parameters)
        {
            table.AddRow(
                Markup.Escape(name), Of(each.Mode), Of(each.Mean), Text(each.StandardDeviation, "G3"), Of(each.Median),
                Of(each.Lower), Of(each.Upper));
            string Of(double value) => PosteriorNumber.Text(value, each.StandardDeviation);
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine(
            "Laplace's approximation at the mode with importance weights: "
            + (Shape is null && IsTrusted ? "the posterior is normal" : $"k̂ {Text(Shape, "F2")}")
            + $"{(LogEvidence is null ? string.Empty : $", log evidence {Text(LogEvidence, "F3")}")}.");
        foreach (string note in Notes)
        {
            Console.Out.WriteLine(note);
        }
    }

    private static string Text(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? string.Empty;
}
