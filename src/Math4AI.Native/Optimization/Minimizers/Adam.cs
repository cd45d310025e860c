namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Adam, θ ← θ − η m̂ / (√v̂ + ε) from running means of the gradient and its square; with weight decay apart from the
/// gradient it is AdamW. Sources: D. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR (2015); I.
/// Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR (2019).
/// </summary>
internal sealed class Adam(double rate, double weightDecay) : Minimizer
{
    private const int MaxSteps = 100_000;

    public override string Name => weightDecay > 0.0 ? "adamw" : "adam";

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        var moments = new AdamMoments(parameters.Length);
        double[] gradient = new double[parameters.Length], before = [.. parameters];
        double step = rate;
        while (true)
        {
            bool isFinite = iteration.TryGradient(parameters, gradient, out double cost, out double gradientNorm);
            if (isFinite && iteration.IsFlat(gradientNorm, cost))
            {
                return iteration.Finish(Termination.Converged, parameters, cost, gradientNorm);
            }

            if (!isFinite && iteration.Iterations == 0)
            {
                return iteration.Finish(Termination.BadStart, parameters, cost, double.NaN);
            }

            if (!isFinite)
            {
                // Back to where the cost was finite, and on from there with smaller steps.
                before.CopyTo(parameters, 0);
                moments.Clear();
                step *= 0.5;
                (cost, gradientNorm) = (iteration.Value(parameters), double.NaN);
            }

            if (!iteration.TryStep(parameters, MaxSteps))
            {
                return iteration.Finish(Termination.IterationLimit, parameters, cost, gradientNorm);
            }

            if (isFinite)
            {
                parameters.CopyTo(before, 0);
                moments.Step(parameters, gradient, step, weightDecay);
            }
        }
    }
}
