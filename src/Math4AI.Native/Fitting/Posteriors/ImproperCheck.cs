using System.Globalization;
using Math4AI.Optimization;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// Tests whether a density can be integrated along each parameter u: its profile, the largest density with u held, has
/// to fall faster than 1/|u − u*| far from the mode.
/// </summary>
internal sealed class ImproperCheck(LogDensity density, Vector<double> mode, Matrix<double> covariance)
{
    /// <summary>Above, profiles cost too much.</summary>
    public const int MaxParameters = 50;

    // In standard deviations from the mode. Beyond the drop, what remains has no weight.
    private const double Near = 100.0;
    private const double Far = 10_000.0;
    private const double Farther = 1_000_000.0;
    private const double Negligible = 40.0;

    // Where it becomes level farther out, and as far below the mode, no chain could meet it.
    private const double Unseen = 1000.0;

    private readonly SamplingSpace space = new(density);

    /// <summary>Looks along a parameter.</summary>
    /// <param name="parameter">Its number.</param>
    /// <param name="side">−1 or 1.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>
    /// A note where the density does not vanish, but has no weight where it does not; null where it does vanish.
    /// </returns>
    /// <exception cref="InvalidOperationException">The density cannot be integrated.</exception>
    public string? Along(int parameter, double side, CancellationToken cancellation)
    {
        double[] gradient = new double[mode.Count];
        double top = space.Evaluate(mode.ToArray(), gradient);
        double deviation = Math.Sqrt(covariance[parameter, parameter]);
        Vector<double> shift = covariance.Column(parameter) / deviation;
        (double near, Vector<double> at) = Held(parameter, mode + side * Near * shift, cancellation);
        if (!(near > top - 1e6))
        {
            return null;
        }

        (double far, Vector<double> there) = Beyond(parameter, at, Far / Near, cancellation);
        double level = near;
        if (!(near - far < Math.Log(Far / Near)))
        {
            // It may fall as far as that, and become level beyond.
            level = far;
            if (!(far > top - Unseen && far - Beyond(parameter, there, Farther / Far, cancellation).Value
                < Math.Log(Farther / Far)))
            {
                return null;
            }
        }

        string name = density.Names[parameter];
        string where = side > 0.0 ? "grows" : "falls";
        return top - level > Negligible
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The density does not vanish as {name} {where} without end, but is e^-{top - level:F0} of its peak "
                + $"there: the draws leave that out; a prior for {name}, or bounds, would too.")
            : throw new InvalidOperationException(
                $"The posterior is improper: it does not vanish as {name} {where} without end. Give '{name}' a prior "
                + "or bounds, or fix it.");
    }

    /// <summary>
    /// The largest density with one parameter held so many times as far from the mode: along the line through the mode,
    /// where the others move with the parameter, and from where they were.
    /// </summary>
    private (double Value, Vector<double> At) Beyond(
        int parameter, Vector<double> from, double times, CancellationToken cancellation)
    {
        Vector<double> along = mode + times * (from - mode), still = from.Clone();
        still[parameter] = along[parameter];
        (double Value, Vector<double> At) first = Held(parameter, along, cancellation),
            second = Held(parameter, still, cancellation);
        return first.Value > second.Value ? first : second;
    }

    /// <summary>The largest density with one parameter held.</summary>
    private (double Value, Vector<double> At) Held(int parameter, Vector<double> from, CancellationToken cancellation)
    {
        double[] gradient = new double[mode.Count], u = from.ToArray();
        double first = space.Evaluate(u, gradient);
        if (mode.Count == 1 || !double.IsFinite(first))
        {
            return (first, from);
        }

        double[] units = [.. covariance.Diagonal().Select(Math.Sqrt)];
        Vector<double> Point(Vector<double> z)
        {
            Vector<double> point = from.Clone();
            for (int i = 0, k = 0; i < point.Count; i++)
            {
                point[i] += i == parameter ? 0.0 : units[i] * z[k++];
            }

            return point;
        }

        Cost cost = Cost.Of(
            mode.Count - 1,
            z => -space.Evaluate(Point(z).ToArray(), gradient),
            z =>
            {
                space.Evaluate(Point(z).ToArray(), gradient);
                return Vector<double>.Build.DenseOfEnumerable(
                    Enumerable.Range(0, mode.Count).Where(i => i != parameter).Select(i => -units[i] * gradient[i]));
            });
        Minimum found = Minimizer.Bfgs().Minimize(
            cost, Vector<double>.Build.Dense(mode.Count - 1), new MinimizerOptions { MaxIterations = 200 },
            cancellation);
        return (-found.Cost, Point(found.Parameters));
    }
}
