using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// Weak priors from the scales of the data: of a parameter N(0, s²), where s changes the curve by two and a half
/// standard deviations of the observations, or is two and a half times the estimate if that is more; half of it where
/// the parameter is not negative, and uniform between two bounds. Of counts and classes, an estimate that the data do
/// not determine, as where a line divides two classes, does not count. The scale of the noise is exponential with the
/// mean of one standard deviation. They keep a posterior from running away where the data say nothing, and hardly move
/// it elsewhere. Source of the scales, for linear models: the defaults of rstanarm, B. Goodrich, J. Gabry, I. Ali and
/// S. Brilleman, "Prior distributions for rstanarm models" (2020).
/// </summary>
public static class WeakPriors
{
    private const double Deviations = 2.5;

    /// <summary>Makes a prior for each parameter that has none, as <see cref="Prior.Parse"/> reads it.</summary>
    /// <param name="fit">A fit to samples in memory, whose distance is least squares or a likelihood.</param>
    /// <param name="given">Priors that are known; null for none.</param>
    /// <exception cref="ArgumentException">
    /// A prior is for no parameter, or the distance stands for no likelihood.
    /// </exception>
    public static IReadOnlyDictionary<string, string> Of(
        FitResult fit, IReadOnlyDictionary<string, Prior>? given = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        FitProblem problem = fit.Problem;
        FitDensity density = FitPosterior.DensityOf(problem, given);
        double deviation = problem.Targets!.Values.ToArray().PopulationStandardDeviation();
        deviation = density.HasScale ? deviation : Math.Max(1.0, deviation);
        deviation = deviation > 0.0 ? deviation : 1.0;
        Dictionary<string, double> effects = Effects(fit, problem);
        var found = new Dictionary<string, string>();
        for (int j = 0; j < density.Names.Count; j++)
        {
            string name = density.Names[j];
            if (density.HasPrior(name))
            {
                continue;
            }

            double effect = effects.GetValueOrDefault(name);
            bool counts = density.HasScale || !(effect > 0.0);
            found[name] = !effects.ContainsKey(name)
                ? string.Create(CultureInfo.InvariantCulture, $"exponential({1.0 / deviation:G3})")
                : Text(
                    density.Bounds[j],
                    Deviations * Math.Max(
                        effect > 0.0 ? deviation / effect : 0.0,
                        counts || IsDetermined(fit, name) ? Math.Abs(fit[name].Value) : 0.0));
        }

        return found;
    }

    /// <summary>Whether an estimate is farther from 0 than two of its standard errors.</summary>
    private static bool IsDetermined(FitResult fit, string name)
    {
        const double Errors = 2.0;
        return fit.IsConverged && Errors * fit[name].Error() <= Math.Abs(fit[name].Value);
    }

    private static string Text((double Lower, double Upper) bounds, double scale)
    {
        double known = scale > 0.0 && double.IsFinite(scale) ? scale : Deviations;
        return bounds switch
        {
            ( > double.NegativeInfinity, < double.PositiveInfinity) => string.Create(
                CultureInfo.InvariantCulture, $"uniform({bounds.Lower:R}, {bounds.Upper:R})"),
            ( >= 0.0, _) => string.Create(CultureInfo.InvariantCulture, $"half_normal({known:G3})"),
            _ => string.Create(CultureInfo.InvariantCulture, $"normal(0, {known:G3})"),
        };
    }

    /// <summary>The root mean square of ∂f/∂θ over the samples, at the estimates, of each free parameter.</summary>
    private static Dictionary<string, double> Effects(FitResult fit, FitProblem problem)
    {
        Matrix<double> inputs = problem.Inputs!;
        IReadOnlyList<string> names = problem.Model.ParameterNames;
        double[] theta = [.. names.Select(
            name => problem.Fixed.TryGetValue(name, out double value) ? value : fit[name].Value)];
        int rows = inputs.RowCount * problem.Model.Outputs;
        double[] values = new double[rows];
        double[] jacobian = problem.Model.HasJacobian ? new double[checked(rows * names.Count)] : [];
        problem.Model.Evaluate(inputs, theta, values, jacobian);
        return names.Select((name, j) => (name, j)).Where(pair => !problem.Fixed.ContainsKey(pair.name)).ToDictionary(
            pair => pair.name,
            pair => jacobian.Length == 0 ? 0.0 : Math.Sqrt(
                jacobian.AsSpan(pair.j * rows, rows).ToArray().Average(slope => slope * slope)));
    }
}
