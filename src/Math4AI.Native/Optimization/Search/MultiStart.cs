using Math4AI.Optimization.Constraints;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization.Search;

/// <summary>
/// Minimizes locally from many starts: the given one and Sobol points over a box; the lowest minimum wins. Where the
/// box of a parameter has one sign and spans more than two decades, the points are spread by its logarithm.
/// </summary>
internal sealed class MultiStart : Minimizer
{
    private readonly Bounds box;
    private readonly int starts;
    private readonly Minimizer local;

    public MultiStart(Bounds box, int starts, Minimizer local)
    {
        ArgumentNullException.ThrowIfNull(box);
        ArgumentOutOfRangeException.ThrowIfLessThan(starts, 1);
        box.Check(box.Lower.Count);
        if (box.Lower.Concat(box.Upper).Any(side => !double.IsFinite(side)))
        {
            throw new ArgumentException("Starts can only be spread over a box whose sides are finite.", nameof(box));
        }

        (this.box, this.starts, this.local) = (box, starts, local);
    }

    public override string Name => $"multi-start, {local.Name}";

    public override bool KeepsBounds => local.KeepsBounds;

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        box.Check(parameters.Length);
        int dimensions = Math.Min(parameters.Length, SobolSequence.MaxDimensions);
        var sequence = new SobolSequence(dimensions);
        double[] unit = new double[dimensions];
        Minimum? best = null;
        int steps = 0, evaluations = 0, gradients = 0;
        for (int start = 0; start <= starts; start++)
        {
            double[] at = start == 0 ? parameters : Place(sequence, unit, parameters);
            Minimum found = local.Minimize(
                iteration.Cost, Vector<double>.Build.Dense(at), iteration.Options, iteration.Cancellation);
            steps += found.Iterations;
            evaluations += found.Evaluations;
            gradients += found.GradientEvaluations;
            if (best is null || IsBetter(found, best))
            {
                best = found;
            }
        }

        return best! with
        {
            Method = $"multi-start, {best.Method}",
            Iterations = steps,
            Evaluations = evaluations,
            GradientEvaluations = gradients,
        };
    }

    private static bool IsBetter(Minimum found, Minimum best) =>
        double.IsFinite(found.Cost)
        && (!double.IsFinite(best.Cost) || found.Cost < best.Cost - 1e-9 * Math.Abs(best.Cost)
            || (found.Cost <= best.Cost && found.IsConverged && !best.IsConverged));

    private double[] Place(SobolSequence sequence, double[] unit, double[] parameters)
    {
        sequence.Next(unit);
        double[] at = (double[])parameters.Clone();
        for (int i = 0; i < unit.Length; i++)
        {
            // The sequence begins at the origin, a corner; the shift puts it in the middle.
            double share = (unit[i] + 0.5) % 1.0;
            (double lower, double upper) = (box.Lower[i], box.Upper[i]);
            at[i] = lower * upper > 0.0 && Math.Abs(Math.Log10(upper / lower)) > 2.0
                ? lower * Math.Pow(upper / lower, share)
                : lower + share * (upper - lower);
        }

        return at;
    }
}
