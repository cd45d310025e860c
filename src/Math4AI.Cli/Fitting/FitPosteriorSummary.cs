using System.Globalization;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.Statistics;
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

/// <summary>A statistic of the observations among those of data that the posterior gives.</summary>
internal sealed record FitPosteriorCheck(
    string Name, double? Observed, double? Replicated, double? Lower, double? Upper, double PValue);

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
    /// <summary>Statistics of replicated data; null where data of the distance cannot be drawn.</summary>
    public IReadOnlyList<FitPosteriorCheck>? Checks { get; init; }

    /// <summary>The same of data that the priors alone give; null where a parameter has none.</summary>
    public IReadOnlyList<FitPosteriorCheck>? PriorChecks { get; init; }

    /// <summary>The posterior of derived quantities; null if none were asked for.</summary>
    public IReadOnlyDictionary<string, FitPosteriorParameter>? Derived { get; init; }

    public static FitPosteriorSummary Of(
        FitPosterior posterior, double level, string? derive, CancellationToken cancellation)
    {
        Estimate? evidence = posterior is { HasEvidence: true, Draws.ChainsAgree: true }
            ? posterior.LogEvidence()
            : null;
        PredictiveCheck? ofPriors = posterior.HasPriorCheck
            ? posterior.CheckPriors(cancellation: cancellation)
            : null;
        FitPosteriorSummary found = Of(
            posterior.Draws, level, posterior.LeaveOneOut(),
            posterior.HasCheck ? posterior.Check(cancellation: cancellation) : null, posterior.Notes);
        return (evidence is { } known ? found.With(known) : found) with
        {
            PriorChecks = Checked(ofPriors, level),
            Derived = derive is null ? null : Of(posterior.Derive(derive, level)),
            Notes = [.. found.Notes, .. ofPriors?.Notes ?? []],
        };
    }

    /// <summary>What the posterior of a hierarchy says.</summary>
    public static FitPosteriorSummary Of(
        HierarchicalPosterior posterior, double level, CancellationToken cancellation)
    {
        FitPosteriorSummary found = Of(
            posterior.Draws, level, posterior.LeaveOneOut(),
            posterior.HasCheck ? posterior.Check(cancellation: cancellation) : null, posterior.Notes);
        return posterior is { HasEvidence: true, Draws.ChainsAgree: true }
            ? found.With(posterior.LogEvidence())
            : found;
    }

    private FitPosteriorSummary With(Estimate evidence) => this with
    {
        LogEvidence = Known(evidence.Value),
        LogEvidenceError = Known(evidence.StandardError),
    };

    private static FitPosteriorSummary Of(
        PosteriorDraws draws, double level, PredictiveAccuracy accuracy, PredictiveCheck? check,
        IReadOnlyList<string> notes) => Of(draws, level) with
        {
            LeaveOneOut = Known(accuracy.LogDensity),
            LeaveOneOutError = Known(accuracy.StandardError),
            Waic = Known(accuracy.Waic),
            Checks = Checked(check, level),
            Notes = [.. notes, .. accuracy.Warnings, .. check?.Notes ?? []],
        };

    private static FitPosteriorCheck[]? Checked(PredictiveCheck? check, double level) =>
        check?.Statistics.Select(each => new FitPosteriorCheck(
            each.Name, Known(each.Observed), Known(each.Replicated.Median()),
            Known(each.Replicated.Quantile(0.5 * (1.0 - level))),
            Known(each.Replicated.Quantile(0.5 * (1.0 + level))), each.PValue)).ToArray();

    /// <summary>What draws say of their parameters.</summary>
    private static FitPosteriorSummary Of(PosteriorDraws draws, double level) =>
        new(
            level,
            draws.Chains.Count,
            draws.Count,
            draws.Divergences,
            draws.Gradients,
            draws.ChainsAgree,
            null,
            null,
            null,
            null,
            null,
            Of(draws.Summary(level)),
            []);

    private static Dictionary<string, FitPosteriorParameter> Of(IReadOnlyList<ParameterSummary> all) =>
        all.ToDictionary(each => each.Name, each => new FitPosteriorParameter(
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
            Known(each.TailEffectiveSize)));

    /// <summary>Prints a table with a row for each parameter, and the notes.</summary>
    public void Print()
    {
        // A row is never broken: half of a number would be read as another one.
        const int Width = 250;
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, Width);
        string share = (100.0 * Level).ToString("0.##", CultureInfo.InvariantCulture);
        string[] titles =
            ["posterior of", "mean", "deviation", "median", $"{share} % from", "to", "R̂", "bulk ESS", "tail ESS"];
        var table = new Table().Border(TableBorder.Simple);
        foreach (string title in titles)
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }

        foreach ((string name, FitPosteriorParameter each) in Parameters.Concat(
            Derived ?? new Dictionary<string, FitPosteriorParameter>()))
        {
            table.AddRow(
                Markup.Escape(name), Of(each.Mean), Text(each.StandardDeviation, "G3"), Of(each.Median),
                Of(each.Lower), Of(each.Upper), Text(each.RHat, "F3"), Text(each.BulkEffectiveSize, "F0"),
                Text(each.TailEffectiveSize, "F0"));
            string Of(double? value) => PosteriorNumber.Text(value, each.StandardDeviation);
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine(
            $"{Chains} chains of {Draws} draws, {Divergences} divergences"
            + (LeaveOneOut is null ? "." : $"; log density of samples left out {Text(LeaveOneOut, "F1")}"
            + (LeaveOneOutError is null ? string.Empty : $" ± {Text(LeaveOneOutError, "F1")}")
            + $" (PSIS-LOO), {Text(Waic, "F1")} (WAIC)."));
        PrintChecks(Checks, "replicated data", share);
        PrintChecks(PriorChecks, "data of the priors", share);
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

    private static void PrintChecks(IReadOnlyList<FitPosteriorCheck>? checks, string what, string share)
    {
        if (checks is null)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (string title in new[]
        {
            what, "observed", "median", $"{share} % from", "to", "p (larger)",
        })
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }

        foreach (FitPosteriorCheck each in checks)
        {
            table.AddRow(
                Markup.Escape(each.Name), Of(each.Observed), Of(each.Replicated), Of(each.Lower), Of(each.Upper),
                Text(each.PValue, "F3"));
            string Of(double? value) => PosteriorNumber.Text(value, each.Upper - each.Lower);
        }

        AnsiConsole.Write(table);
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private static string Text(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? string.Empty;
}
