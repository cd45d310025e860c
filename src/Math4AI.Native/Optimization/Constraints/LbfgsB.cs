using Math4AI.Optimization.Minimizers;

namespace Math4AI.Optimization.Constraints;

/// <summary>
/// L-BFGS within bounds: parameters that stand on a bound and would leave the box are held; the others take a
/// quasi-Newton step, bent along the sides of the box, and as long as the projected Armijo condition asks. Solves the
/// problems of <c>scipy.optimize.minimize(method="L-BFGS-B")</c>. Source: D. Bertsekas, "Projected Newton methods for
/// optimization problems with simple constraints", SIAM Journal on Control and Optimization 20 (1982), with L-BFGS for
/// the Hessian of the free parameters.
/// </summary>
internal sealed class LbfgsB(int memory) : Minimizer
{
    private const int MaxSteps = 15_000;
    private const int MaxHalvings = 60;
    private const double Decrease = 1e-4;

    // Where rounding hides whether the cost falls, a slope that has become flatter says so.
    private const double Flatter = 0.9;

    public override string Name => "lbfgsb";

    public override bool KeepsBounds => true;

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        if (iteration.Cost.Bounds is not { } bounds)
        {
            return RunWithin(Lbfgs(memory), iteration, parameters) with { Method = Name };
        }

        int count = parameters.Length;
        double[] gradient = new double[count], free = new double[count], direction = new double[count];
        double[] next = new double[count], nextGradient = new double[count];
        double[] step = new double[count], change = new double[count];
        bool[] wasHeld = new bool[count];
        var hessian = new LimitedMemory(memory);
        double cost = iteration.Gradient(parameters, gradient);
        if (!double.IsFinite(cost))
        {
            return iteration.Finish(Termination.BadStart, parameters, cost, double.NaN);
        }

        while (true)
        {
            double gradientNorm = iteration.GradientNorm(parameters, gradient);
            if (iteration.IsFlat(gradientNorm, cost))
            {
                return iteration.Finish(Termination.Converged, parameters, cost, gradientNorm);
            }

            if (!iteration.TryStep(parameters, MaxSteps))
            {
                return iteration.Finish(Termination.IterationLimit, parameters, cost, gradientNorm);
            }

            bool isChanged = false;
            for (int i = 0; i < count; i++)
            {
                bool isHeld = bounds.Holds(i, parameters[i], gradient[i]);
                isChanged |= isHeld != wasHeld[i];
                wasHeld[i] = isHeld;
                free[i] = isHeld ? 0.0 : gradient[i];
            }

            if (isChanged)
            {
                hessian.Reset();
            }

            hessian.Choose(free, direction);
            double length = isChanged || iteration.Iterations == 1 ? Math.Min(1.0, 1.0 / gradientNorm) : 1.0;
            double there = double.NaN, rounding = iteration.Cost.Rounding;
            bool isLower = false;
            for (int halving = 0; halving < MaxHalvings && !isLower; halving++, length *= 0.5)
            {
                double expected = 0.0;
                for (int i = 0; i < count; i++)
                {
                    double to = wasHeld[i] ? parameters[i] : parameters[i] + length * direction[i];
                    next[i] = Math.Clamp(to, bounds.Lower[i], bounds.Upper[i]);
                    step[i] = next[i] - parameters[i];
                    expected += gradient[i] * step[i];
                }

                there = iteration.Gradient(next, nextGradient);
                isLower = expected < 0.0 && (there <= cost + Decrease * expected
                    || (rounding > 0.0 && there <= cost + rounding
                        && Math.Abs(Cost.Dot(nextGradient, step)) <= Flatter * -expected));
            }

            if (!isLower)
            {
                return iteration.Finish(Termination.NoProgress, parameters, cost, gradientNorm);
            }

            for (int i = 0; i < count; i++)
            {
                change[i] = wasHeld[i] ? 0.0 : nextGradient[i] - gradient[i];
            }

            bool isSmall = iteration.IsSmall(step, parameters);
            double fall = cost - there;
            next.CopyTo(parameters, 0);
            nextGradient.CopyTo(gradient, 0);
            cost = there;
            hessian.Learn(step, change, gradient);
            if (isSmall || iteration.IsLostInRounding(fall, parameters))
            {
                return iteration.Finish(
                    Termination.Converged, parameters, cost, iteration.GradientNorm(parameters, gradient));
            }
        }
    }
}
