using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Starts;
using Math4AI.Probability;

namespace Math4AI.Fitting;

/// <summary>What a reader of a fit must know besides its numbers, each in a sentence.</summary>
internal static class FitWarnings
{
    private const double Nothing = 1e-3;
    private const double Undetermined = 1e4;

    // Of more, looking for copies takes longer than many a fit.
    private const int MaxCompared = 100_000;

    /// <summary>The warnings about a fit.</summary>
    public static IEnumerable<string> Of(FitResult fit)
    {
        double gain = fit.Problem.Distance.Noise == NoiseModel.LeastSquares ? fit.RSquared : double.NaN;
        Model model = fit.Problem.Model;
        if (gain < (model.ParameterNames.Count > 1 ? Nothing : -Nothing))
        {
            yield return model.InputNames.Count == 0
                ? "No column is in the formula, which is a constant: "
                    + $"{ColumnNames.List(model.ParameterNames)} are taken as parameters."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"The fit is no better than a constant (R² = "
                    + $"{gain:G2}): if the data have a shape, give a start near it.");
        }

        if (fit.SearchNote is { } note)
        {
            yield return note;
        }

        string[] open = fit.IsConverged && fit.HasSampleDiagnostics
            ? [.. fit.Names.Where(name => fit[name].Error() > Undetermined * Math.Abs(fit[name].Value))]
            : [];
        if (open.Length > 0)
        {
            yield return $"The data say next to nothing about {string.Join(", ", open)}: fix or bound, or leave out, "
                + "what has no effect.";
        }

        foreach (string warning in OfDistance(fit))
        {
            yield return warning;
        }

        if (Copies(fit.Problem) is { } copies)
        {
            yield return copies;
        }

        foreach (string warning in Aliases(fit))
        {
            yield return warning;
        }
    }

    /// <summary>What the distance, its link and its noise make of the targets.</summary>
    private static IEnumerable<string> OfDistance(FitResult fit)
    {
        if (fit.IsConverged && fit.AtEdge is > 0 and int atEdge)
        {
            yield return $"The minimum lies on the edge of what the distance '{fit.Problem.Distance.Name}' allows, "
                + $"with {FitText.Count(atEdge, "prediction")} there: an interval from the edge is one-sided and ends "
                + "where the likelihood has fallen to 1 − level; the errors of other parameters hold along the edge.";
        }

        if (fit.Problem.Distance.Link is { } link && link != Link.Identity)
        {
            yield return $"The model stands for the expected value through the link '{link.Name}'; with the link "
                + "'identity' (--link, or Distance.WithLink) it stands for the expected value itself.";
        }

        if (FitChecks.WhyNotDrawn(fit.Problem) is { } not)
        {
            yield return $"{not}: the expected value is fitted all the same, but the standard errors, the likelihood, "
                + "AIC and BIC take the noise to be of that kind. For numbers that are means, weight each sample by "
                + "how many it is of.";
        }
    }

    /// <summary>Rows that were written again, each of which the standard errors take for a measurement.</summary>
    private static string? Copies(FitProblem problem)
    {
        if (problem.Inputs is not { RowCount: <= MaxCompared } inputs || problem.Targets is not { } targets)
        {
            return null;
        }

        double[][] columns =
        [
            .. inputs.ToColumnArrays(),
            .. Enumerable.Range(0, targets.Columns).Select(
                k => Enumerable.Range(0, targets.Samples).Select(i => targets[k * targets.Samples + i]).ToArray()),
        ];
        return CopiedRows.Distinct(columns) is not { } distinct ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{targets.Samples - distinct.Length} of {targets.Samples} samples are copies of others: each counts as a "
            + $"measurement of its own, so that standard errors and intervals are too small, by a "
            + $"factor of about {Math.Sqrt((double)targets.Samples / distinct.Length):0.##}. Remove the copies.");
    }

    /// <summary>The frequencies that evenly spaced samples cannot tell from the fitted ones.</summary>
    private static IEnumerable<string> Aliases(FitResult fit)
    {
        if (fit.Problem.Inputs is not { } inputs)
        {
            yield break;
        }

        foreach (PeriodicParameter parameter in PeriodicParameter.AllIn(
            fit.Problem, name => fit.Names.Contains(name) ? fit[name].Value : null)
                .Where(parameter => !parameter.IsAngle))
        {
            double[] x = inputs.Column(fit.Problem.Model.InputNames.ToList().IndexOf(parameter.Column)).ToArray();
            (bool isEven, double limit) = Sampling.Of(x);
            double frequency = parameter.FrequencyAt(fit[parameter.Name].Value);
            if (!isEven || !double.IsFinite(frequency) || frequency == 0.0)
            {
                continue;
            }

            double turns = Math.Round(frequency / (2.0 * limit));
            double low = Math.Abs(frequency - 2.0 * limit * turns), next = 2.0 * limit - frequency;
            string Value(double of) => parameter.At(of).ToString("G6", CultureInfo.InvariantCulture);
            yield return turns == 0.0
                ? $"The samples in '{parameter.Column}' are evenly spaced, so that {parameter.Name} = {Value(next)} "
                    + "explains them as well: what is given here is on the near side of the Nyquist limit, "
                    + $"{parameter.Name} = {Value(limit)}."
                : $"{parameter.Name} = {Value(frequency)} lies beyond the Nyquist limit of the evenly spaced samples "
                    + $"in '{parameter.Column}', "
                    + $"{parameter.Name} = {Value(limit)}: {parameter.Name} = {Value(low)} explains them as well.";
        }
    }
}
