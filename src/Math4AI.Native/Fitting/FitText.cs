using System.Globalization;
using Math4AI.Data;

namespace Math4AI.Fitting;

/// <summary>A fit in a few lines, as it is printed.</summary>
internal static class FitText
{
    private const int MaxPrintedParameters = 20;

    /// <summary>A number with its noun, in the plural unless the number is 1: "1 sample", "2 samples".</summary>
    /// <param name="count">The number.</param>
    /// <param name="noun">The noun in the singular.</param>
    public static string Count(long count, string noun) => Counted.Of(count, noun);

    /// <summary>The same after "There is" or "There are".</summary>
    /// <param name="count">The number.</param>
    /// <param name="noun">The noun in the singular.</param>
    public static string ThereAre(long count, string noun) =>
        $"There {(count == 1 ? "is" : "are")} {Count(count, noun)}";

    /// <summary>How the fit ended and how well the model fits, and a line for each of the first parameters.</summary>
    public static string Of(FitResult fit)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string ended = fit.IsConverged ? "converged" : "did NOT converge";
        string more = fit.Names.Count > MaxPrintedParameters
            ? $"{Environment.NewLine}  … and {fit.Names.Count - MaxPrintedParameters} more"
            : string.Empty;
        string why = fit.IsConverged ? string.Empty : $"{Environment.NewLine}{fit.Minimum.Termination}";
        string values = string.Concat(fit.Names.Take(MaxPrintedParameters).Select(
            (_, i) => $"{Environment.NewLine}  {new FittedParameter(fit, i)}"));
        return string.Create(
            culture,
            $"{fit.Problem.Distance.Name}, {Count(fit.Observations, "observation")}: {ended} in "
            + $"{Count(fit.Minimum.Iterations, "iteration")} by {fit.Minimum.Method}, cost {fit.Minimum.Cost:G6}, R² "
            + $"{fit.RSquared:G6}"
            + $"{values}{more}{why}");
    }
}
