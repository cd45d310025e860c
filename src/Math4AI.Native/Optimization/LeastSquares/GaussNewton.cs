using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Optimization.LeastSquares;

/// <summary>
/// Gauss–Newton for sums of squares: the step minimizes ‖r + J δ‖², and is halved until the cost falls. For models that
/// are nearly linear; Levenberg–Marquardt also converges from poor starts. Source: J. Nocedal and S. Wright, "Numerical
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

        return new Search(iteration, cost, parameters).Run();
    }

    private sealed class Search(Iteration iteration, SquaresCost cost, double[] parameters)
    {
        private readonly StreamedQr factors = new(parameters.Length);
        private readonly double[] residuals = new double[cost.Residuals];
        private readonly double[] jacobian = new double[checked(cost.Residuals * parameters.Length)];
        private readonly double[] gradient = new double[parameters.Length];
        private readonly double[] step = new double[parameters.Length];
        private readonly double[] next = new double[parameters.Length];

        public Minimum Run()
        {
            double here = iteration.Linearize(parameters, residuals, jacobian);
            if (!double.IsFinite(here))
            {
                return iteration.Finish(Termination.BadStart, parameters, here, double.NaN);
            }

            bool isSmall = false;
            while (true)
            {
                double gradientNorm = GradientNorm();
                if (isSmall || gradientNorm <= iteration.Options.GradientTolerance * here)
                {
                    return iteration.Finish(Termination.Converged, parameters, here, gradientNorm);
                }

                if (!iteration.TryStep(parameters, MaxSteps))
                {
                    return iteration.Finish(Termination.IterationLimit, parameters, here, gradientNorm);
                }

                if (!TrySolve())
                {
                    return iteration.Finish(Termination.Undetermined, parameters, here, gradientNorm);
                }

                bool isLower = TryStepDown(here);
                isSmall = iteration.IsSmall(step, parameters);
                if (!isLower)
                {
                    bool isAtRest = isSmall || factors.SquareOfImage(step) <= 1e-12 * here;
                    Termination end = isAtRest ? Termination.Converged : Termination.NoProgress;
                    return iteration.Finish(end, parameters, here, gradientNorm);
                }

                next.CopyTo(parameters, 0);
                here = iteration.Linearize(parameters, residuals, jacobian);
            }
        }

        /// <summary>Finds the step δ; returns whether it is finite.</summary>
        private bool TrySolve()
        {
            factors.Clear();
            factors.Add(jacobian, residuals);
            factors.Solve(step);
            return double.IsFinite(Cost.Norm(step));
        }

        /// <summary>Halves the step until the cost falls.</summary>
        private bool TryStepDown(double here)
        {
            double length = 1.0;
            for (int halving = 0; halving < MaxHalvings; halving++, length *= 0.5)
            {
                for (int j = 0; j < next.Length; j++)
                {
                    next[j] = parameters[j] - length * step[j];
                }

                if (iteration.Linearize(next, residuals, []) < here)
                {
                    return true;
                }
            }

            return false;
        }

        private double GradientNorm()
        {
            for (int j = 0; j < gradient.Length; j++)
            {
                gradient[j] = 2.0 * Cost.Dot(jacobian.AsSpan(j * residuals.Length, residuals.Length), residuals);
            }

            return iteration.GradientNorm(parameters, gradient);
        }
    }
}
