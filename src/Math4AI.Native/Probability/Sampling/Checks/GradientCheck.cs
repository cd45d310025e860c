using System.Globalization;

namespace Math4AI.Probability.Sampling.Checks;

/// <summary>
/// Compares the gradient of a density with differences of its logarithm, at a few places like those where chains start:
/// a wrong one lets chains stand still, or go far, without another sign.
/// </summary>
internal sealed class GradientCheck(LogDensity density, SamplingSpace space)
{
    private const int Places = 3;
    private const int Tries = 20;
    private const double Step = 1e-5;

    // Differences have about half the digits, and a corner of the density at one place says nothing.
    private const double Tolerance = 0.01;
    private const double Rounding = 1e-13;

    /// <summary>Throws where a derivative is another than differences say, at every place.</summary>
    /// <param name="random">Draws the places.</param>
    /// <exception cref="InvalidOperationException">It is wrong; the message says of which parameter.</exception>
    public void Require(ChainRandom random)
    {
        if (space.Count > DirectionCheck.MaxParameters)
        {
            return;
        }

        int[] wrong = [.. Enumerable.Range(0, space.Count)];
        (double Given, double Found) last = default;
        for (int place = 0; place < Places && wrong.Length > 0; place++)
        {
            if (Place(random) is not { } z)
            {
                return;
            }

            double[] gradient = new double[z.Length];
            space.Evaluate(z, gradient);
            wrong = [.. wrong.Where(j => IsWrong(z, j, gradient[j]))];
            last = wrong.Length > 0 ? (gradient[wrong[0]], Slope(z, wrong[0], Step)) : last;
        }

        if (wrong.Length > 0)
        {
            (double lower, double upper) = density.Bounds[wrong[0]];
            string bounded = double.IsFinite(lower) || double.IsFinite(upper)
                ? ", on the unconstrained scale" : string.Empty;
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The gradient of the density is wrong: its derivative by {density.Names[wrong[0]]} is "
                + $"{last.Given:G4}{bounded}, and differences of log p say {last.Found:G4}."));
        }
    }

    private bool IsWrong(double[] z, int parameter, double given)
    {
        double found = Slope(z, parameter, Step), finer = Slope(z, parameter, 0.5 * Step);
        double error = Math.Abs(found - given);
        double rounding = Rounding * Math.Abs(At(z)) / Step;
        return error > Tolerance * Math.Max(Math.Abs(found), Math.Abs(given)) + rounding
            && Math.Abs(found - finer) < 0.1 * error;
    }

    private double Slope(double[] z, int parameter, double step)
    {
        double h = step * (1.0 + Math.Abs(z[parameter]));
        double[] moved = [.. z];
        moved[parameter] = z[parameter] + h;
        double ahead = At(moved);
        moved[parameter] = z[parameter] - h;
        return (ahead - At(moved)) / (2.0 * h);
    }

    private double At(double[] z) => DensityRay.Try(() => space.Evaluate(z, new double[z.Length]));

    private double[]? Place(ChainRandom random)
    {
        double[] z = new double[space.Count], gradient = new double[space.Count];
        for (int tried = 0; tried < Tries; tried++)
        {
            space.DrawStart(random, z);
            if (double.IsFinite(DensityRay.Try(() => space.Evaluate(z, gradient)))
                && Array.TrueForAll(gradient, double.IsFinite))
            {
                return z;
            }
        }

        return null;
    }
}
