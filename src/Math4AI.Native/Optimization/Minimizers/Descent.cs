namespace Math4AI.Optimization.Minimizers;

/// <summary>Chooses a direction from what the steps before have shown.</summary>
internal interface IDirection
{
    /// <summary>A descent direction.</summary>
    void Choose(ReadOnlySpan<double> gradient, Span<double> direction);

    /// <summary>
    /// A step was taken: θ changed by <paramref name="step"/>, and the gradient by <paramref name="change"/>.
    /// </summary>
    void Learn(ReadOnlySpan<double> step, ReadOnlySpan<double> change, ReadOnlySpan<double> gradient);

    /// <summary>Forgets; the next direction is −∇C.</summary>
    void Reset();
}

/// <summary>
/// Steps along directions, each to where the strong Wolfe conditions hold: the loop of every quasi-Newton method
/// here.
/// </summary>
internal static class Descent
{
    public static Minimum Run(
        Iteration iteration, double[] parameters, IDirection method, double curvature, int maxSteps)
    {
        int count = parameters.Length;
        double[] gradient = new double[count], direction = new double[count];
        double[] step = new double[count], change = new double[count];
        double cost = iteration.Gradient(parameters, gradient);
        if (!double.IsFinite(cost) || !double.IsFinite(Cost.Norm(gradient)))
        {
            return iteration.Finish(Termination.BadStart, parameters, cost, double.NaN);
        }

        var search = new StrongWolfe(iteration, count, curvature);
        bool isFresh = true;
        while (true)
        {
            double gradientNorm = iteration.GradientNorm(parameters, gradient);
            if (iteration.IsFlat(gradientNorm, cost))
            {
                return iteration.Finish(Termination.Converged, parameters, cost, gradientNorm);
            }

            if (!iteration.TryStep(parameters, maxSteps))
            {
                return iteration.Finish(Termination.IterationLimit, parameters, cost, gradientNorm);
            }

            method.Choose(gradient, direction);
            double slope = Cost.Dot(gradient, direction);
            if (!(slope < 0.0))
            {
                method.Reset();
                isFresh = true;
                method.Choose(gradient, direction);
                slope = Cost.Dot(gradient, direction);
            }

            double length = isFresh ? Math.Min(1.0, 1.0 / gradientNorm) : 1.0;
            if (!search.Search(parameters, direction, cost, slope, length))
            {
                if (isFresh)
                {
                    return iteration.Finish(Termination.NoProgress, parameters, cost, gradientNorm);
                }

                method.Reset();
                isFresh = true;
                continue;
            }

            for (int i = 0; i < count; i++)
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
            if (isSmall || iteration.IsLostInRounding(fall, parameters))
            {
                return iteration.Finish(
                    Termination.Converged, parameters, cost, iteration.GradientNorm(parameters, gradient));
            }
        }
    }
}
