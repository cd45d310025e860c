namespace Math4AI.Optimization.Minimizers;

/// <summary>Chooses a direction from what the previous steps have shown.</summary>
internal interface IDirection
{
    /// <summary>Chooses a descent direction.</summary>
    void Choose(ReadOnlySpan<double> gradient, Span<double> direction);

    /// <summary>
    /// Learns from a step that changed θ by <paramref name="step"/> and the gradient by <paramref name="change"/>.
    /// </summary>
    void Learn(ReadOnlySpan<double> step, ReadOnlySpan<double> change, ReadOnlySpan<double> gradient);

    /// <summary>Forgets; the next direction is −∇C.</summary>
    void Reset();
}

/// <summary>
/// Steps along directions, each to a point where the strong Wolfe conditions hold: the loop that the quasi-Newton
/// methods and nonlinear conjugate gradients share.
/// </summary>
internal sealed class Descent(Iteration iteration, double[] parameters, IDirection method, double curvature)
{
    private readonly StrongWolfe search = new(iteration, parameters.Length, curvature);
    private readonly double[] gradient = new double[parameters.Length];
    private readonly double[] direction = new double[parameters.Length];
    private readonly double[] step = new double[parameters.Length];
    private readonly double[] change = new double[parameters.Length];
    private double cost;
    private bool isFresh = true;

    public Minimum Run(int maxSteps)
    {
        cost = iteration.Gradient(parameters, gradient);
        if (!double.IsFinite(cost) || !double.IsFinite(Cost.Norm(gradient)))
        {
            return iteration.Finish(Termination.BadStart, parameters, cost, double.NaN);
        }

        while (true)
        {
            double gradientNorm = iteration.GradientNorm(parameters, gradient);
            if (iteration.EndBeforeStep(parameters, cost, gradientNorm, maxSteps) is { } end)
            {
                return end;
            }

            double slope = ChooseDirection();
            double length = isFresh ? Math.Min(1.0, 1.0 / gradientNorm) : 1.0;
            if (search.Search(parameters, direction, cost, slope, length))
            {
                if (Move())
                {
                    return iteration.Finish(
                        Termination.Converged, parameters, cost, iteration.GradientNorm(parameters, gradient));
                }
            }
            else if (isFresh)
            {
                return iteration.Finish(Termination.NoProgress, parameters, cost, gradientNorm);
            }
            else
            {
                Forget();
            }
        }
    }

    /// <summary>Chooses a direction that descends; returns the slope along it.</summary>
    private double ChooseDirection()
    {
        method.Choose(gradient, direction);
        double slope = Cost.Dot(gradient, direction);
        if (slope < 0.0)
        {
            return slope;
        }

        Forget();
        method.Choose(gradient, direction);
        return Cost.Dot(gradient, direction);
    }

    private void Forget()
    {
        method.Reset();
        isFresh = true;
    }

    /// <summary>
    /// Moves to the point found; returns whether it is the minimum, as far as the arithmetic can tell.
    /// </summary>
    private bool Move()
    {
        for (int i = 0; i < step.Length; i++)
        {
            step[i] = search.Point[i] - parameters[i];
            change[i] = search.Gradient[i] - gradient[i];
        }

        bool isSmall = iteration.IsSmall(step, parameters);
        double fall = cost - search.Value;
        search.Point.CopyTo(parameters, 0);
        search.Gradient.CopyTo(gradient, 0);
        cost = search.Value;
        method.Learn(step, change, gradient);
        isFresh = false;
        return isSmall || iteration.IsLostInRounding(fall, parameters);
    }
}
