using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// The simplex of Nelder and Mead, by Math.NET: for costs without a gradient and few parameters. Source: J. Nelder and
/// R. Mead, "A simplex method for function minimization", The Computer Journal 7 (1965).
/// </summary>
internal sealed class NelderMead : Minimizer
{
    private const int MaxSteps = 20_000;

    public override string Name => "nelder-mead";

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        var start = Vector<double>.Build.Dense(parameters);
        double before = iteration.Value(parameters);
        if (!double.IsFinite(before))
        {
            return iteration.Finish(Termination.BadStart, parameters, before, double.NaN);
        }

        (double[] Point, double Value) best = (parameters, before);
        IObjectiveFunction objective = ObjectiveFunction.Value(point =>
        {
            iteration.Cancellation.ThrowIfCancellationRequested();
            double value = iteration.Value(point.AsArray());
            if (value < best.Value && double.IsFinite(value))
            {
                best = (point.ToArray(), value);
            }

            return double.IsFinite(value) ? value : double.MaxValue;
        });
        int most = iteration.Options.MaxIterations ?? MaxSteps;
        try
        {
            MinimizationResult result = NelderMeadSimplex.Minimum(
                objective,
                start,
                start.Map(value => value == 0.0 ? 0.00025 : 0.05 * value, Zeros.Include),
                convergenceTolerance: 1e-14,
                maximumIterations: most);
            return iteration.Finish(
                Termination.Converged, result.MinimizingPoint.ToArray(), objective.Value, double.NaN) with
            {
                Iterations = result.Iterations,
                Cost = result.FunctionInfoAtMinimum.Value,
            };
        }
        catch (MaximumIterationsException)
        {
            return iteration.Finish(Termination.IterationLimit, best.Point, best.Value, double.NaN) with
            {
                Iterations = most,
            };
        }
    }
}
