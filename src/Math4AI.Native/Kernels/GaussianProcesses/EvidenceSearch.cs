using System.Numerics.Tensors;
using Math4AI.Optimization;
using Math4AI.Optimization.Constraints;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// Minimizes −log p(y | θ) from several starts by L-BFGS-B, and keeps the best end. Where that lies on a bound and the
/// evidence still grows, as it does for noise far below the start, the search goes on beyond.
/// </summary>
/// <param name="evidence">−log p(y | θ).</param>
/// <param name="hyperparameters">How many parameters, the first ones, are logarithms and have bounds.</param>
/// <param name="options">The limits of each search.</param>
/// <param name="starts">The number of starts.</param>
/// <param name="seed">The seed of the starts after the first.</param>
/// <param name="units">
/// The units in which the other parameters, those of the mean, move: their own may be of any size, and a method that
/// takes one step for all needs them alike. None where there are no others.
/// </param>
internal sealed class EvidenceSearch(
    Cost evidence, int hyperparameters, MinimizerOptions options, int starts, int seed, params double[] units)
{
    // Hyperparameters stay within a factor of 10⁵ of where they begin: the evidence can be flat towards infinity.
    private static readonly double Reach = Math.Log(1e5);

    // Starts after the first one are within a factor of 10.
    private static readonly double Spread = Math.Log(10.0);

    // How often the search goes on beyond its bounds.
    private const int MaxWidenings = 2;

    // What the evidence must still gain, in nats for a factor of e, for a bound to matter.
    private const double Pressing = 0.1;

    public Minimum From(double[] start, CancellationToken cancellation)
    {
        var random = new Random(seed);
        ScaledEvidence scaled = Within(start, start);
        Minimum? best = null;
        for (int i = 0; i < starts; i++)
        {
            double[] from = [.. start[..hyperparameters], .. new double[units.Length]];
            for (int j = 0; i > 0 && j < hyperparameters; j++)
            {
                from[j] += Spread * (2.0 * random.NextDouble() - 1.0);
            }

            Minimum found = Minimizer.LbfgsB().Minimize(
                scaled, Vector<double>.Build.Dense(from), options, cancellation);
            best = best is null || !double.IsFinite(best.Cost) || found.Cost < best.Cost ? found : best;
        }

        return double.IsFinite(best!.Cost) ? Beyond(best, scaled, start, cancellation) : throw new ArithmeticException(
            "The evidence has no finite value and slope where the search begins: begin with other hyperparameters, "
            + "such as length scales near the spread of the inputs, or with more noise.");
    }

    /// <summary>
    /// Goes on beyond the bounds where an end presses on them, and tells which it presses on at last.
    /// </summary>
    private Minimum Beyond(
        Minimum best, ScaledEvidence scaled, double[] start, CancellationToken cancellation)
    {
        List<int> pressed = Pressed(best, scaled);
        for (int i = 0; i < MaxWidenings && pressed.Count > 0; i++)
        {
            ScaledEvidence wider = Within(start, best.Parameters.ToArray());
            Minimum found = Minimizer.LbfgsB().Minimize(wider, best.Parameters, options, cancellation);
            if (!found.IsConverged || !(found.Cost < best.Cost))
            {
                break;
            }

            (best, scaled) = (found, wider);
            pressed = Pressed(best, scaled);
        }

        return scaled.InOwnUnits(best) with { Pressed = pressed };
    }

    /// <summary>The hyperparameters at a bound, beyond which the evidence grows.</summary>
    private List<int> Pressed(Minimum found, ScaledEvidence scaled)
    {
        const double Touching = 1e-9;
        double[] at = found.Parameters.ToArray(), slopes = new double[at.Length];
        Bounds box = scaled.Bounds!;
        int SideOf(int i) => at[i] <= box.Lower[i] + Touching ? -1 : at[i] >= box.Upper[i] - Touching ? 1 : 0;
        int[] touching = [.. Enumerable.Range(0, hyperparameters).Where(i => SideOf(i) != 0)];
        if (touching.Length > 0)
        {
            scaled.Gradient(at, slopes);
        }

        return [.. touching.Where(i => -SideOf(i) * slopes[i] > Pressing)];
    }

    private ScaledEvidence Within(double[] start, double[] center) => new(
        evidence,
        [.. new double[hyperparameters], .. start[hyperparameters..]],
        [.. Enumerable.Repeat(1.0, hyperparameters), .. units])
    {
        Bounds = Box(center),
    };

    private Bounds Box(double[] start) => new(
        Vector<double>.Build.Dense(
            start.Length, i => i < hyperparameters ? start[i] - Reach : double.NegativeInfinity),
        Vector<double>.Build.Dense(
            start.Length, i => i < hyperparameters ? start[i] + Reach : double.PositiveInfinity));

    /// <summary>
    /// −log p at θ = origin + units · z, within bounds of z. Where it or its slope is not finite, as at the ends of the
    /// range of numbers, it is not there: a search steps back from such a point, and never to one that is no number.
    /// </summary>
    private sealed class ScaledEvidence(Cost evidence, double[] origin, double[] units) : Cost
    {
        private readonly double[] at = new double[origin.Length];

        public override int Parameters => evidence.Parameters;

        public override double Rounding => evidence.Rounding;

        public override double Value(ReadOnlySpan<double> parameters) =>
            TensorPrimitives.IsFiniteAll(parameters) ? evidence.Value(Unscaled(parameters)) : double.NaN;

        public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            if (TensorPrimitives.IsFiniteAll(parameters)
                && evidence.Gradient(Unscaled(parameters), gradient) is var value && double.IsFinite(value)
                && TensorPrimitives.IsFiniteAll<double>(gradient))
            {
                TensorPrimitives.Multiply(gradient, units, gradient);
                return value;
            }

            gradient.Fill(double.NaN);
            return double.NaN;
        }

        public Minimum InOwnUnits(Minimum found)
        {
            Vector<double> Own(Vector<double> z) => Vector<double>.Build.Dense(Unscaled(z.ToArray()).ToArray());
            return found with { Parameters = Own(found.Parameters), Path = [.. found.Path.Select(Own)] };
        }

        private ReadOnlySpan<double> Unscaled(ReadOnlySpan<double> z)
        {
            TensorPrimitives.MultiplyAdd(z, units, origin, at);
            return at;
        }
    }
}
