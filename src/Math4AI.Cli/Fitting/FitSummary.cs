using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Uncertainty;
using MathNet.Numerics.LinearAlgebra;
using Spectre.Console;

namespace Math4AI.Cli.Fitting;

/// <summary>A parameter in <c>result.json</c>.</summary>
internal sealed record FitParameter(double? Value, double? StandardError, double? Lower, double? Upper)
{
    public double? BootstrapLower { get; init; }

    public double? BootstrapUpper { get; init; }
}

/// <summary>The same model by one of the distances in <c>result.json</c>.</summary>
internal sealed record FitComparison(
    string Distance,
    IReadOnlyDictionary<string, FitParameter> Parameters,
    double? Aic,
    double? Bic,
    double? MedianPredictionError,
    double? RootMeanSquarePredictionError);

/// <summary>
/// The content of <c>result.json</c>; null stands for what cannot be known, or is not a finite number.
/// </summary>
internal sealed record FitSummary(
    bool Converged,
    string Termination,
    string Method,
    int Iterations,
    int Evaluations,
    int GradientEvaluations,
    string Distance,
    int Samples,
    double? Cost,
    double? GradientNorm,
    double? ResidualSumOfSquares,
    double? ResidualStandardDeviation,
    double? RSquared,
    double? Scale,
    double? LogLikelihood,
    double? Aic,
    double? Bic,
    double Level,
    IReadOnlyDictionary<string, FitParameter> Parameters,
    double?[][] Covariance,
    double?[][]? SandwichCovariance,
    IReadOnlyList<string> Notes,
    double Seconds)
{
    private const int MinTableWidth = 110;

    /// <summary>χ² of least squares whose σ was given; null if it was not.</summary>
    public double? ChiSquared { get; init; }

    /// <summary>χ² / (n − k).</summary>
    public double? ReducedChiSquared { get; init; }

    /// <summary>The probability of such a χ² or a larger one; null where σ is known up to a factor alone.</summary>
    public double? ChiSquaredPValue { get; init; }

    /// <summary>Quantities derived from the parameters; null if none were asked for.</summary>
    public IReadOnlyDictionary<string, FitDerived>? Derived { get; init; }

    /// <summary>The limits of the profile likelihood; null if they were not asked for.</summary>
    public IReadOnlyDictionary<string, FitLimits>? ProfileLimits { get; init; }

    /// <summary>The comparison with a nested model; null if there is none.</summary>
    public FitNested? Nested { get; init; }

    /// <summary>n − k.</summary>
    public int DegreesOfFreedom { get; init; }

    /// <summary>The distances that were compared, the best prediction first; null if none were.</summary>
    public IReadOnlyList<FitComparison>? Comparison { get; init; }

    public FitPosteriorSummary? Posterior { get; init; }

    /// <summary>The distances ranked by their posteriors; null if none were compared or sampled.</summary>
    public FitPosteriorRanking? Ranking { get; init; }

    /// <summary>The posterior as a normal density at its mode; null if it was not asked for.</summary>
    public FitLaplaceSummary? Laplace { get; init; }

    public static FitSummary Of(FitResult result, Bootstrap? bootstrap, double level)
    {
        // Where a fit did not converge, how the cost bends there says nothing about how uncertain the parameters are.
        Interval[] unknown = [.. result.Names.Select(_ => new Interval(double.NaN, double.NaN))];
        IReadOnlyList<Interval> intervals = result.IsConverged ? result.Intervals(level) : unknown;
        IReadOnlyList<Interval>? resampled = result.IsConverged ? bootstrap?.Intervals(level) : null;
        int count = result.Names.Count;
        Matrix<double> covariance = result.IsConverged
            ? result.Covariance
            : Matrix<double>.Build.Dense(count, count, double.NaN);
        Vector<double> errors = result.IsConverged ? result.StandardErrors : covariance.Diagonal();
        return new FitSummary(
            result.Minimum.IsConverged,
            result.Minimum.Termination.Name,
            result.Minimum.Method,
            result.Minimum.Iterations,
            result.Minimum.Evaluations,
            result.Minimum.GradientEvaluations,
            result.Problem.Distance.Name,
            result.Problem.Targets?.Samples ?? result.Observations,
            Known(result.Minimum.Cost),
            Known(result.Minimum.GradientNorm),
            Known(result.ResidualSumOfSquares),
            Known(result.ResidualStandardDeviation),
            Known(result.RSquared),
            Known(result.Scale),
            Known(result.LogLikelihood),
            Known(result.Aic),
            Known(result.Bic),
            level,
            ParametersOf(result, errors, intervals, resampled),
            Rows(covariance),
            result.IsConverged && result.HasSampleDiagnostics ? Rows(result.SandwichCovariance) : null,
            NotesOn(result),
            result.Minimum.Seconds)
        {
            DegreesOfFreedom = result.DegreesOfFreedom,
            ChiSquared = result.Problem.Sigma is null ? null : Known(result.ChiSquared),
            ReducedChiSquared = result.Problem.Sigma is null ? null : Known(result.ReducedChiSquared),
            ChiSquaredPValue = Known(result.ChiSquaredPValue),
        };
    }

    private static Dictionary<string, FitParameter> ParametersOf(
        FitResult result, Vector<double> errors, IReadOnlyList<Interval> intervals,
        IReadOnlyList<Interval>? resampled) =>
        result.Names
            .Select((name, i) => (name, new FitParameter(
                Known(result.Parameters[i]), Known(errors[i]), Known(intervals[i].Lower), Known(intervals[i].Upper))
            {
                BootstrapLower = Known(resampled?[i].Lower ?? double.NaN),
                BootstrapUpper = Known(resampled?[i].Upper ?? double.NaN),
            }))
            .ToDictionary(pair => pair.name, pair => pair.Item2);

    public static IReadOnlyList<FitComparison>? Rows(IReadOnlyList<RankedModel> models) =>
        models.Count == 0
            ? null
            :
            [
                .. models.Select(model => new FitComparison(
                    model.Name,
                    model.Fit.Names
                        .Select((name, i) => (name, new FitParameter(
                            Known(model.Fit.Parameters[i]),
                            Known(model.Fit.IsConverged ? model.Fit.StandardErrors[i] : double.NaN),
                            null,
                            null)))
                        .ToDictionary(pair => pair.name, pair => pair.Item2),
                    Known(model.Aic),
                    Known(model.Bic),
                    Known(model.PredictionError),
                    Known(Math.Sqrt(model.PredictionErrorSquared)))),
            ];

    /// <summary>Prints the summary in readable form.</summary>
    /// <summary>
    /// Makes ready what writing and printing a summary needs at first: a tenth of a short fit, which another core can
    /// do while the fit runs.
    /// </summary>
    public static void Prepare()
    {
        CliJson.Prepare<FitSummary>();
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        console.Write(new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("name").RightAligned().NoWrap())
            .AddRow("1"));
        _ = AnsiConsole.Profile;
    }

    public void Print(FitCommandOptions options, FitResult result)
    {
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, MinTableWidth);
        AnsiConsole.Write(ParameterTable(result));
        string ended = Converged ? "converged" : "NOT converged";
        Console.Out.WriteLine(
            $"{Count(Samples, "sample")}, {Distance}: {ended} in {Count(Iterations, "iteration")} by {Method}; cost "
            + $"{Text(Cost)}, "
            + $"residual sum of squares {Text(ResidualSumOfSquares)}, R² {Text(RSquared)}.");
        foreach (string note in Notes)
        {
            Console.Out.WriteLine(note);
        }

        if (LogLikelihood is not null)
        {
            Console.Out.WriteLine($"Log likelihood {Text(LogLikelihood)}, AIC {Text(Aic)}, BIC {Text(Bic)}.");
        }

        PrintChiSquared();
        if (!double.IsNaN(result.Scale))
        {
            Console.Out.WriteLine($"Scale of the noise {Text(Scale)}.");
        }

        new FitFollowUpSummary(Derived, ProfileLimits, Nested).Print();
        PrintComparison();
        Posterior?.Print();
        Ranking?.Print();
        Laplace?.Print();
        Console.Out.WriteLine(
            $"Written to {options.Output}{(options.NoReport ? string.Empty : "; open report.html there")}.");
    }

    private Table ParameterTable(FitResult result)
    {
        bool hasBootstrap = Parameters.Values.Any(parameter => parameter.BootstrapLower is not null);
        var table = new Table().Border(TableBorder.Simple);
        string share = (100 * Level).ToString("0.##", CultureInfo.InvariantCulture);
        string[] titles = ["parameter", "value", "standard error", $"{share} % from", "to"];
        foreach (string title in hasBootstrap ? [.. titles, "bootstrap from", "to"] : titles)
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }

        foreach ((string name, FitParameter parameter) in Parameters)
        {
            FittedParameter fitted = result[name];
            double?[] numbers = [parameter.Value, parameter.StandardError, parameter.Lower, parameter.Upper];
            double?[] drawn = hasBootstrap ? [parameter.BootstrapLower, parameter.BootstrapUpper] : [];
            table.AddRow(
                [Markup.Escape(name), .. numbers.Concat(drawn).Select(
                    number => number is { } known ? fitted.Format(known) : string.Empty)]);
        }

        return table;
    }

    private void PrintChiSquared()
    {
        if (ReducedChiSquared is null)
        {
            return;
        }

        string meaning = ChiSquaredPValue is { } p
            ? $"p = {Text(p, 3)}: the probability of a larger χ² if the model and the absolute σ are right"
            : "σ is known up to a factor, which is estimated by √(χ²/ν) and in the standard errors";
        Console.Out.WriteLine(
            $"χ² {Text(ChiSquared)} with ν = {DegreesOfFreedom} degree{(DegreesOfFreedom == 1 ? string.Empty : "s")} "
            + $"of freedom, reduced χ² {Text(ReducedChiSquared)}; {meaning}.");
    }

    private void PrintComparison()
    {
        if (Comparison is null)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (string title in Parameters.Keys.Prepend("distance").Concat(["AIC", "median error", "rms error"]))
        {
            table.AddColumn(new TableColumn(Markup.Escape(title)).RightAligned().NoWrap());
        }

        foreach (FitComparison row in Comparison)
        {
            table.AddRow(
            [
                Markup.Escape(row.Distance),
                .. row.Parameters.Values.Select(
                    parameter => $"{Text(parameter.Value, 5)} ± {Text(parameter.StandardError, 2)}"),
                Text(row.Aic, 5),
                Text(row.MedianPredictionError, 4),
                Text(row.RootMeanSquarePredictionError, 4),
            ]);
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine("Errors are those of rows that the fit has not seen (cross-validation).");
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private static double?[][] Rows(Matrix<double> matrix) =>
        [.. matrix.ToRowArrays().Select(row => row.Select(Known).ToArray())];

    private static List<string> NotesOn(FitResult result)
    {
        var notes = new List<string>();
        if (result.Problem.DroppedRows is > 0 and long dropped)
        {
            notes.Add($"Rows dropped because a value is missing: {dropped}.");
        }

        if (result.Problem.LeftOutRows is > 0 and long leftOut)
        {
            notes.Add($"Rows left out by the condition: {leftOut}.");
        }

        if (!result.Minimum.IsConverged)
        {
            notes.Add("The fit did not converge: the values are where it ended, and their uncertainty is not known. "
                + $"{result.Minimum.Termination}");
        }
        else if (result.DegreesOfFreedom < 1)
        {
            notes.Add("There are as many parameters as samples, so that their uncertainty cannot be estimated.");
        }
        else if (!result.HasSampleDiagnostics && result.Covariance.Enumerate().Any(double.IsNaN))
        {
            notes.Add($"Standard errors are not known for the distance '{result.Problem.Distance.Name}'; use "
                + "--bootstrap.");
        }
        else if (!result.StandardErrors.All(double.IsFinite))
        {
            notes.Add("The data do not determine every parameter: some can change together without changing the fit.");
        }

        notes.AddRange(result.Warnings);
        if (result.OnBounds.Count > 0)
        {
            notes.Add($"On a bound, and treated as fixed there: {string.Join(", ", result.OnBounds)}.");
        }

        return notes;
    }

    /// <summary>A number with its noun, in the plural unless the number is 1.</summary>
    public static string Count(int count, string noun) => $"{count} {noun}{(count == 1 ? string.Empty : "s")}";

    private static string Text(double? value, int digits = 6) =>
        value?.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            ?? string.Empty;
}
