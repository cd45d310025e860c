using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Optimization.LeastSquares;

/// <summary>
/// Gauss–Newton for sums of squares: the step minimises ‖r + J δ‖², and is halved until the cost falls. Fast where the
/// model is nearly linear; Levenberg–Marquardt is the safer one. Source: J. Nocedal and S. Wright, "Numerical
/// Optimization", 2nd ed., section 10.3.
/// </summary>
internal sealed class GaussNewton : Minimizer
{
    private const int MaxSteps = 500;
    private const int MaxHalvings = 40;

    public override string Name => "gauss-newton";

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        if (iteration.Cost is not SquaresCost cost)
        {
            throw new NotSupportedException("Gauss–Newton needs a sum of squares; use BFGS or L-BFGS for other costs.");
        }

        int count = parameters.Length;
        var factors = new StreamedQr(count);
        double[] residuals = new double[cost.Residuals], jacobian = new double[checked(cost.Residuals * count)];
        double[] step = new double[count], gradient = new double[count], next = new double[count];
        double here = iteration.Linearize(parameters, residuals, jacobian);
        if (!double.IsFinite(here))
        {
            return iteration.Finish(Termination.BadStart, parameters, here, double.NaN);
        }

        while (true)
        {
            for (int j = 0; j < count; j++)
            {
                gradient[j] = 2.0 * Cost.Dot(jacobian.AsSpan(j * residuals.Length, residuals.Length), residuals);
            }

            double gradientNorm = iteration.GradientNorm(parameters, gradient);
            if (iteration.IsFlat(gradientNorm, here) && gradientNorm <= iteration.Options.GradientTolerance * here)
            {
                return iteration.Finish(Termination.Converged, parameters, here, gradientNorm);
            }

            if (!iteration.TryStep(parameters, MaxSteps))
            {
                return iteration.Finish(Termination.IterationLimit, parameters, here, gradientNorm);
            }

            factors.Clear();
            factors.Add(jacobian, residuals);
            factors.Solve(step);
            if (!double.IsFinite(Cost.Norm(step)))
            {
                return iteration.Finish(Termination.Undetermined, parameters, here, gradientNorm);
            }

            double length = 1.0;
            double there = double.NaN;
            for (int halving = 0; halving < MaxHalvings && !(there < here); halving++, length *= 0.5)
            {
                for (int j = 0; j < count; j++)
                {
                    next[j] = parameters[j] - length * step[j];
                }

                there = iteration.Linearize(next, residuals, []);
            }

            bool isSmall = iteration.IsSmall(step, parameters);
            if (!(there < here))
            {
                Termination end = isSmall || factors.SquareOfImage(step) <= 1e-12 * here
                    ? Termination.Converged
                    : Termination.NoProgress;
                return iteration.Finish(end, parameters, here, gradientNorm);
            }

            next.CopyTo(parameters, 0);
            here = iteration.Linearize(parameters, residuals, jacobian);
            if (isSmall)
            {
                return iteration.Finish(Termination.Converged, parameters, here, gradientNorm);
            }
        }
    }
}
