using System.Globalization;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability;
using Math4AI.Probability.Sampling;
using Spectre.Console;

namespace Math4AI.Cli.Fitting;

/// <summary>The posterior of one parameter in <c>result.json</c>.</summary>
internal sealed record FitPosteriorParameter(
    double? Mean,
    double? StandardDeviation,
    double? MonteCarloError,
    double? Median,
    double? Lower,
    double? Upper,
    double? HighestDensityLower,
    double? HighestDensityUpper,
    double? RHat,
    double? BulkEffectiveSize,
    double? TailEffectiveSize);

/// <summary>The posterior in <c>result.json</c>.</summary>
internal sealed record FitPosteriorSummary(
    double Level,
    int Chains,
    int Draws,
    int Divergences,
    long Gradients,
    bool ChainsAgree,
    double? LeaveOneOut,
    double? LeaveOneOutError,
    double? Waic,
    double? LogEvidence,
    double? LogEvidenceError,
    IReadOnlyDictionary<string, FitPosteriorParameter> Parameters,
    IReadOnlyList<string> Notes)
{
    public static FitPosteriorSummary Of(FitPosterior posterior, double level)
    {
        PosteriorDraws draws = posterior.Draws;
        PredictiveAccuracy accuracy = posterior.LeaveOneOut();
        Estimate? evidence = posterior.HasEvidence ? posterior.LogEvidence() : null;
        return new FitPosteriorSummary(
            level,
            draws.Chains.Count,
            draws.Count,
            draws.Divergences,
            draws.Gradients,
            draws.ChainsAgree,
            Known(accuracy.LogDensity),
            Known(accuracy.StandardError),
            Known(accuracy.Waic),
            Known(evidence?.Value ?? double.NaN),
            Known(evidence?.StandardError ?? double.NaN),
            draws.Summary(level).ToDictionary(each => each.Name, each => new FitPosteriorParameter(
                Known(each.Mean),
                Known(each.StandardDeviation),
                Known(each.MonteCarloError),
                Known(each.Median),
                Known(each.Lower),
                Known(each.Upper),
                Known(each.HighestDensity.Lower),
                Known(each.HighestDensity.Upper),
                Known(each.RHat),
                Known(each.BulkEffectiveSize),
                Known(each.TailEffectiveSize))),
            [.. posterior.Notes, .. accuracy.Warnings]);
    }

    /// <summary>Prints a table with a row for each parameter, and the notes.</summary>
    public void Print()
    {
        string share = (100.0 * Level).ToString("0.##", CultureInfo.InvariantCulture);
        string[] titles =
            ["posterior of", "mean", "deviation", "median", $"{share} % from", "to", "R̂", "bulk ESS", "tail ESS"];
        var table = new Table().Border(TableBorder.Simple);
        foreach (string title in titles)
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }

        foreach ((string name, FitPosteriorParameter each) in Parameters)
        {
            table.AddRow(
                Markup.Escape(name), Text(each.Mean, "G5"), Text(each.StandardDeviation, "G3"), Text(each.Median, "G5"),
                Text(each.Lower, "G5"), Text(each.Upper, "G5"), Text(each.RHat, "F3"),
                Text(each.BulkEffectiveSize, "F0"),
                Text(each.TailEffectiveSize, "F0"));
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine(
            $"{Chains} chains of {Draws} draws, {Divergences} divergences; log density of samples left out "
            + $"{Text(LeaveOneOut, "F1")} ± {Text(LeaveOneOutError, "F1")} (PSIS-LOO), {Text(Waic, "F1")} (WAIC).");
        if (LogEvidence is not null)
        {
            Console.Out.WriteLine(
                $"log evidence {Text(LogEvidence, "F3")} ± {Text(LogEvidenceError, "F3")} (bridge sampling).");
        }

        foreach (string note in Notes)
        {
            Console.Out.WriteLine(note);
        }
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private static string Text(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? string.Empty;
}
