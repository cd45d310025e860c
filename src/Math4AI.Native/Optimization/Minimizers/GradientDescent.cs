namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Gradient descent with momentum, v ← μ v − η ∇C, θ ← θ + v; with Nesterov's gradient, taken at θ + μ v. A step to
/// where the cost is not finite is taken back, and η halved. Source: I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On
/// the importance of initialization and momentum in deep learning", ICML (2013).
/// </summary>
internal sealed class GradientDescent(double rate, double momentum, bool nesterov) : Minimizer
{
    private const int MaxSteps = 100_000;

    public override string Name => "gradient-descent";

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        int count = parameters.Length;
        double[] velocity = new double[count], at = new double[count], gradient = new double[count];
        double[] before = (double[])parameters.Clone();
        double step = rate;
        while (true)
        {
            for (int i = 0; i < count; i++)
            {
                at[i] = parameters[i] + (nesterov ? momentum * velocity[i] : 0.0);
            }

            double cost = iteration.Gradient(at, gradient);
            double gradientNorm = iteration.GradientNorm(at, gradient);
            if (!double.IsFinite(cost) || !double.IsFinite(gradientNorm))
            {
                if (iteration.Iterations == 0)
                {
                    return iteration.Finish(Termination.BadStart, parameters, cost, double.NaN);
                }

                before.CopyTo(parameters, 0);
                Array.Clear(velocity);
                step *= 0.5;
                gradientNorm = double.PositiveInfinity;
            }
            else if (iteration.IsFlat(gradientNorm, cost))
            {
                return iteration.Finish(Termination.Converged, at, cost, gradientNorm);
            }

            if (!iteration.TryStep(parameters, MaxSteps))
            {
                return iteration.Finish(
                    Termination.IterationLimit, parameters, iteration.Value(parameters), gradientNorm);
            }

            if (double.IsFinite(gradientNorm))
            {
                parameters.CopyTo(before, 0);
                for (int i = 0; i < count; i++)
                {
                    velocity[i] = momentum * velocity[i] - step * gradient[i];
                    parameters[i] += velocity[i];
                }
            }
        }
    }
}
