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
        int limit = iteration.Options.MaxIterations ?? MaxSteps;
        try
        {
            MinimizationResult result = Simplex(objective, Vector<double>.Build.Dense(parameters), limit);
            double cost = result.FunctionInfoAtMinimum.Value;
            return iteration.Finish(Termination.Converged, result.MinimizingPoint.ToArray(), cost, double.NaN) with
            {
                Iterations = result.Iterations,
            };
        }
        catch (MaximumIterationsException)
        {
            return iteration.Finish(Termination.IterationLimit, best.Point, best.Value, double.NaN) with
            {
                Iterations = limit,
            };
        }
    }

    // The first simplex reaches 5 % of each parameter, as in MATLAB and SciPy.
    private static MinimizationResult Simplex(IObjectiveFunction objective, Vector<double> start, int limit) =>
        NelderMeadSimplex.Minimum(
            objective,
            start,
            start.Map(value => value == 0.0 ? 0.00025 : 0.05 * value, Zeros.Include),
            convergenceTolerance: 1e-14,
            maximumIterations: limit);
}
