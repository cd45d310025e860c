using System.Globalization;
using Math4AI.Fitting.Starts;

namespace Math4AI.Fitting;

/// <summary>What a reader of a fit must know besides its numbers, each in a sentence.</summary>
internal static class FitWarnings
{
    private const double Nothing = 1e-3;

    /// <summary>The warnings about a fit.</summary>
    public static IEnumerable<string> Of(FitResult fit)
    {
        bool isPlain = fit.Problem.Distance.Noise == Distances.NoiseModel.LeastSquares && fit.Problem.Model.ParameterNames.Count > 1;
        if (isPlain && fit.RSquared < Nothing)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The fit is no better than a constant (R² = {fit.RSquared:G2}): if the data have a shape, give a start near it.");
        }

        if (fit.Problem.Distance.Link is { } link && link != Distances.Link.Identity)
        {
            yield return $"The model stands for the expected value through the link '{link.Name}'; with the link 'identity' (--link, or "
                + "Distance.With) it stands for the expected value itself.";
        }

        foreach (string warning in Aliases(fit))
        {
            yield return warning;
        }
    }

    /// <summary>The frequencies that evenly spaced samples cannot tell from the fitted ones.</summary>
    private static IEnumerable<string> Aliases(FitResult fit)
    {
        if (fit.Problem.Inputs is not { } inputs)
        {
            yield break;
        }

        foreach (PeriodicParameter parameter in PeriodicParameter.AllIn(
            fit.Problem, name => fit.Names.Contains(name) ? fit[name].Value : null).Where(parameter => !parameter.IsAngle))
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
                ? $"The samples in '{parameter.Column}' are evenly spaced, so that {parameter.Name} = {Value(next)} explains them as well as the "
                    + $"value given here, which is the one on the near side of Nyquist's limit, {Value(limit)}."
                : $"{parameter.Name} = {Value(frequency)} lies beyond Nyquist's limit of the evenly spaced samples in '{parameter.Column}', "
                    + $"{Value(limit)}: {parameter.Name} = {Value(low)} explains them as well.";
        }
    }
}
