namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Gradient descent with momentum, v ← μ v − η ∇C, θ ← θ + v; with Nesterov's gradient, taken at θ + μ v. A step to
/// where the cost is not finite is undone, and η halved. Source: I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On
/// the importance of initialization and momentum in deep learning", ICML (2013).
/// </summary>
internal sealed class GradientDescent(double rate, double momentum, bool nesterov) : Minimizer
{
    private const int MaxSteps = 100_000;

    public override string Name => "gradient-descent";

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        double[] velocity = new double[parameters.Length], gradient = new double[parameters.Length];
        double[] at = [.. parameters], before = [.. parameters];
        double step = rate;
        while (true)
        {
            LookAhead(parameters, velocity, at);
            bool isFinite = iteration.TryGradient(at, gradient, out double cost, out double gradientNorm);
            if (isFinite && iteration.IsFlat(gradientNorm, cost))
            {
                return iteration.Finish(Termination.Converged, at, cost, gradientNorm);
            }

            if (!isFinite && iteration.Iterations == 0)
            {
                return iteration.Finish(Termination.BadStart, parameters, cost, double.NaN);
            }

            if (!isFinite)
            {
                before.CopyTo(parameters, 0);
                Array.Clear(velocity);
                step *= 0.5;
                gradientNorm = double.PositiveInfinity;
            }

            if (!iteration.TryStep(parameters, MaxSteps))
            {
                return iteration.Finish(
                    Termination.IterationLimit, parameters, iteration.Value(parameters), gradientNorm);
            }

            if (isFinite)
            {
                parameters.CopyTo(before, 0);
                Step(parameters, velocity, gradient, step);
            }
        }
    }

    /// <summary>Finds where the gradient is taken: at θ, or at θ + μ v by Nesterov.</summary>
    private void LookAhead(double[] parameters, double[] velocity, double[] at)
    {
        for (int i = 0; i < at.Length; i++)
        {
            at[i] = parameters[i] + (nesterov ? momentum * velocity[i] : 0.0);
        }
    }

    private void Step(double[] parameters, double[] velocity, double[] gradient, double step)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            velocity[i] = momentum * velocity[i] - step * gradient[i];
            parameters[i] += velocity[i];
        }
    }
}
