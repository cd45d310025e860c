namespace Math4AI.Kernels.GaussianProcesses.Laplace;

/// <summary>The expectation of the logistic function over a normal distribution.</summary>
internal static class LogisticMoments
{
    // Beyond this many deviations the normal density is below 1e-15.
    private const double Reach = 8.25;

    // The logistic function has its nearest poles at ±iπ: with this step the trapezoidal rule is right to 3e-9.
    private const double Step = 1.0;

    // Where the latent value is so uncertain, the logistic function is a step to 1e-4 of the result's own slope.
    private const double Largest = 200.0;

    /// <summary>
    /// Computes E 1/(1 + exp(−f)) for f ~ N(μ, σ²) by the trapezoidal rule, which converges exponentially for a
    /// function without poles near the axis. Source: Trefethen and Weideman, SIAM Review 56 (2014).
    /// </summary>
    public static double Mean(double mean, double deviation)
    {
        if (deviation > Largest)
        {
            // A logistic step has the variance π²/3.
            return MathNet.Numerics.Distributions.Normal.CDF(
                0.0, Math.Sqrt(deviation * deviation + Math.PI * Math.PI / 3.0), mean);
        }

        int steps = (int)Math.Ceiling(Reach / Math.Min(0.5, Step / Math.Max(deviation, 1e-300)));
        double sum = 0.0, whole = 0.0;
        for (int i = -steps; i <= steps; i++)
        {
            double at = Reach * i / steps, weight = Math.Exp(-0.5 * at * at);
            sum += weight * MathNet.Numerics.SpecialFunctions.Logistic(mean + deviation * at);
            whole += weight;
        }

        return sum / whole;
    }
}
