using System.Globalization;
using Math4AI.Learning;
using MathNet.Numerics.LinearAlgebra;
using Spectre.Console;

namespace Math4AI.Cli;

/// <summary>A parameter in <c>result.json</c>.</summary>
internal sealed record FitParameter(double Value, double StandardError, double Lower, double Upper)
{
    public double? BootstrapLower { get; init; }

    public double? BootstrapUpper { get; init; }
}

/// <summary>The content of <c>result.json</c>; null where the distance stands for no likelihood.</summary>
internal sealed record FitSummary(
    bool Converged,
    string Termination,
    string Method,
    int Iterations,
    int Evaluations,
    int GradientEvaluations,
    string Distance,
    int Samples,
    double Cost,
    double GradientNorm,
    double ResidualSumOfSquares,
    double ResidualStandardDeviation,
    double RSquared,
    double? Scale,
    double? LogLikelihood,
    double? Aic,
    double? Bic,
    double Level,
    IReadOnlyDictionary<string, FitParameter> Parameters,
    double[][] Covariance,
    double[][] SandwichCovariance,
    double Seconds)
{
    private const int NarrowestTable = 110;

    public static FitSummary Of(FitResult result, Bootstrap? bootstrap, double level)
    {
        IReadOnlyList<Interval> intervals = result.Intervals(level);
        IReadOnlyList<Interval>? drawn = bootstrap?.Intervals(level);
        Vector<double> errors = result.StandardErrors;
        return new FitSummary(
            result.Minimum.IsConverged,
            result.Minimum.Termination.ToString(),
            result.Minimum.Method,
            result.Minimum.Iterations,
            result.Minimum.Evaluations,
            result.Minimum.GradientEvaluations,
            result.Problem.Distance.Name,
            result.Problem.Targets.Count,
            result.Minimum.Cost,
            result.Minimum.GradientNorm,
            result.ResidualSumOfSquares,
            result.ResidualStandardDeviation,
            result.RSquared,
            Known(result.Scale),
            Known(result.LogLikelihood),
            Known(result.Aic),
            Known(result.Bic),
            level,
            result.Names
                .Select((name, i) => (name, new FitParameter(result.Parameters[i], errors[i], intervals[i].Lower, intervals[i].Upper)
                {
                    BootstrapLower = drawn?[i].Lower,
                    BootstrapUpper = drawn?[i].Upper,
                }))
                .ToDictionary(pair => pair.name, pair => pair.Item2),
            Rows(result.Covariance),
            Rows(result.SandwichCovariance),
            result.Minimum.Seconds);
    }

    /// <summary>Prints it for a person.</summary>
    public void Print(FitJobOptions options, FitResult result)
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
            string[] cells =
            [
                Markup.Escape(name), Text(parameter.Value, 10), Text(parameter.StandardError), Text(parameter.Lower), Text(parameter.Upper),
            ];
            table.AddRow(hasBootstrap ? [.. cells, Text(parameter.BootstrapLower), Text(parameter.BootstrapUpper)] : cells);
        }

        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, NarrowestTable);
        AnsiConsole.Write(table);
        string ended = Converged ? "converged" : $"NOT converged ({Termination})";
        Console.Out.WriteLine(
            $"{Samples} samples, {Distance}: {ended} in {Iterations} iterations by {Method}; cost {Text(Cost)}, residual sum of "
            + $"squares {Text(ResidualSumOfSquares)}, R² {Text(RSquared)}.");
        if (LogLikelihood is not null)
        {
            Console.Out.WriteLine($"Log likelihood {Text(LogLikelihood)}, AIC {Text(Aic)}, BIC {Text(Bic)}.");
        }

        if (!double.IsNaN(result.Scale))
        {
            Console.Out.WriteLine($"Scale of the noise {Text(Scale)}.");
        }

        Console.Out.WriteLine($"Written to {options.Output}{(options.NoReport ? string.Empty : "; open report.html there")}.");
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    private static double[][] Rows(Matrix<double> matrix) => matrix.ToRowArrays();

    private static string Text(double? value, int digits = 6) =>
        value?.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) ?? string.Empty;
}
