namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Adam, θ ← θ − η m̂ / (√v̂ + ε) from running means of the gradient and its square; with weight decay apart from the
/// gradient it is AdamW. Sources: D. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR (2015); I.
/// Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR (2019).
/// </summary>
internal sealed class Adam(double rate, double weightDecay) : Minimizer
{
    private const int MaxSteps = 100_000;
    private const double First = 0.9;
    private const double Second = 0.999;
    private const double Epsilon = 1e-8;

    public override string Name => weightDecay > 0.0 ? "adamw" : "adam";

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        int count = parameters.Length;
        double[] mean = new double[count], square = new double[count], gradient = new double[count];
        double[] before = (double[])parameters.Clone();
        double step = rate;
        int age = 0;
        while (true)
        {
            double cost = iteration.Gradient(parameters, gradient);
            double gradientNorm = iteration.GradientNorm(parameters, gradient);
            bool isFinite = double.IsFinite(cost) && double.IsFinite(gradientNorm);
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
                // Back to where the cost was finite; the means forget the steps that led away.
                before.CopyTo(parameters, 0);
                Array.Clear(mean);
                Array.Clear(square);
                age = 0;
                step *= 0.5;
                cost = iteration.Value(parameters);
            }

            if (!iteration.TryStep(parameters, MaxSteps))
            {
                return iteration.Finish(
                    Termination.IterationLimit, parameters, cost, isFinite ? gradientNorm : double.NaN);
            }

            if (!isFinite)
            {
                continue;
            }

            parameters.CopyTo(before, 0);
            age++;
            double firstBias = 1.0 - Math.Pow(First, age), secondBias = 1.0 - Math.Pow(Second, age);
            for (int i = 0; i < count; i++)
            {
                mean[i] += (1.0 - First) * (gradient[i] - mean[i]);
                square[i] += (1.0 - Second) * (gradient[i] * gradient[i] - square[i]);
                parameters[i] -= step * (mean[i] / firstBias / (Math.Sqrt(square[i] / secondBias) + Epsilon)
                    + weightDecay * parameters[i]);
            }
        }
    }
}
