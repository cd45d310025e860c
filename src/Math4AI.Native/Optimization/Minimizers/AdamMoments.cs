namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// The running means m of the gradient and v of its square, and the step that Adam takes from them,
/// θ ← θ − η (m̂ / (√v̂ + ε) + λ θ), where m̂ and v̂ are corrected for the zeros they started from.
/// </summary>
internal sealed class AdamMoments(int count)
{
    private const double First = 0.9;
    private const double Second = 0.999;
    private const double Epsilon = 1e-8;

    private readonly double[] mean = new double[count];
    private readonly double[] square = new double[count];
    private int age;

    /// <summary>Takes a step against the gradient.</summary>
    public void Step(double[] parameters, ReadOnlySpan<double> gradient, double rate, double weightDecay = 0.0)
    {
        age++;
        double firstBias = 1.0 - Math.Pow(First, age), secondBias = 1.0 - Math.Pow(Second, age);
        for (int i = 0; i < parameters.Length; i++)
        {
            mean[i] += (1.0 - First) * (gradient[i] - mean[i]);
            square[i] += (1.0 - Second) * (gradient[i] * gradient[i] - square[i]);
            parameters[i] -= rate * (mean[i] / firstBias / (Math.Sqrt(square[i] / secondBias) + Epsilon)
                + weightDecay * parameters[i]);
        }
    }

    /// <summary>Forgets the gradients seen, for instance those that led to where the cost is not finite.</summary>
    public void Clear()
    {
        Array.Clear(mean);
        Array.Clear(square);
        age = 0;
    }
}
