using Math4AI.Optimization.Minimizers;

namespace Math4AI.Optimization.Constraints;

/// <summary>
/// Minimizes within bounds by projected L-BFGS. Parameters that stand on a bound and would leave the box are held; the
/// others take a quasi-Newton step that is projected onto the box and shortened until the Armijo condition holds.
/// Solves the problems of <c>scipy.optimize.minimize(method="L-BFGS-B")</c>. Source: D. Bertsekas, "Projected Newton
/// methods for optimization problems with simple constraints", SIAM Journal on Control and Optimization 20 (1982), with
/// L-BFGS for the Hessian of the free parameters.
/// </summary>
internal sealed class LbfgsB(int memory) : Minimizer
{
    private const int MaxSteps = 15_000;
    private const int MaxHalvings = 60;
    private const double Decrease = 1e-4;

    // Where rounding hides whether the cost falls, a step is accepted if the slope along it has become flatter.
    private const double Flatter = 0.9;

    public override string Name => "lbfgsb";

    public override bool KeepsBounds => true;

    protected override Minimum Run(Iteration iteration, double[] parameters) =>
        iteration.Cost.Bounds is { } bounds
            ? new ProjectedDescent(iteration, bounds, parameters, memory).Run()
            : RunWithin(Lbfgs(memory), iteration, parameters) with { Method = Name };

    private sealed class ProjectedDescent(Iteration iteration, Bounds bounds, double[] parameters, int memory)
    {
        private readonly double[] gradient = new double[parameters.Length];
        private readonly double[] free = new double[parameters.Length];
        private readonly double[] direction = new double[parameters.Length];
        private readonly double[] next = new double[parameters.Length];
        private readonly double[] nextGradient = new double[parameters.Length];
        private readonly double[] step = new double[parameters.Length];
        private readonly double[] change = new double[parameters.Length];
        private readonly bool[] isHeld = new bool[parameters.Length];
        private readonly LimitedMemory hessian = new(memory);
        private double cost;
        private double nextCost;

        public Minimum Run()
        {
            cost = iteration.Gradient(parameters, gradient);
            if (!double.IsFinite(cost))
            {
                return iteration.Finish(Termination.BadStart, parameters, cost, double.NaN);
            }

            while (true)
            {
                double gradientNorm = iteration.GradientNorm(parameters, gradient);
                if (iteration.EndBeforeStep(parameters, cost, gradientNorm, MaxSteps) is { } end)
                {
                    return end;
                }

                bool isChanged = Hold();
                hessian.Choose(free, direction);
                double length = isChanged || iteration.Iterations == 1 ? Math.Min(1.0, 1.0 / gradientNorm) : 1.0;
                if (!TryStepDown(length))
                {
                    return iteration.Finish(Termination.NoProgress, parameters, cost, gradientNorm);
                }

                bool isSmall = iteration.IsSmall(step, parameters);
                double fall = cost - nextCost;
                Move();
                if (isSmall || iteration.IsLostInRounding(fall, parameters))
                {
                    return iteration.Finish(
                        Termination.Converged, parameters, cost, iteration.GradientNorm(parameters, gradient));
                }
            }
        }

        /// <summary>
        /// Finds the parameters that a bound holds. Where they are others than before, what is known of the Hessian
        /// belongs to other free parameters, and is forgotten.
        /// </summary>
        private bool Hold()
        {
            bool isChanged = false;
            for (int i = 0; i < parameters.Length; i++)
            {
                bool holds = bounds.Holds(i, parameters[i], gradient[i]);
                isChanged |= holds != isHeld[i];
                isHeld[i] = holds;
                free[i] = holds ? 0.0 : gradient[i];
            }

            if (isChanged)
            {
                hessian.Reset();
            }

            return isChanged;
        }

        /// <summary>Halves the step, projected onto the box, until the cost falls enough.</summary>
        private bool TryStepDown(double length)
        {
            double rounding = iteration.Cost.Rounding;
            for (int halving = 0; halving < MaxHalvings; halving++, length *= 0.5)
            {
                double expected = 0.0;
                for (int i = 0; i < parameters.Length; i++)
                {
                    double to = isHeld[i] ? parameters[i] : parameters[i] + length * direction[i];
                    next[i] = Math.Clamp(to, bounds.Lower[i], bounds.Upper[i]);
                    step[i] = next[i] - parameters[i];
                    expected += gradient[i] * step[i];
                }

                nextCost = iteration.Gradient(next, nextGradient);
                if (expected < 0.0 && (nextCost <= cost + Decrease * expected
                    || (rounding > 0.0 && nextCost <= cost + rounding
                        && Math.Abs(Cost.Dot(nextGradient, step)) <= Flatter * -expected)))
                {
                    return true;
                }
            }

            return false;
        }

        private void Move()
        {
            for (int i = 0; i < parameters.Length; i++)
            {
                change[i] = isHeld[i] ? 0.0 : nextGradient[i] - gradient[i];
            }

            next.CopyTo(parameters, 0);
            nextGradient.CopyTo(gradient, 0);
            cost = nextCost;
            hessian.Learn(step, change, gradient);
        }
    }
}
