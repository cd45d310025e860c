using Math4AI.Kernels.GaussianProcesses.Laplace;
using MathNet.Numerics.Distributions;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>Targets less their median, over their spread.</summary>
/// <param name="Scaled">(y − level)/spread.</param>
/// <param name="Level">The median of y.</param>
/// <param name="Spread">What the differences from it are divided by.</param>
internal sealed record RobustTargets(double[] Scaled, double Level, double Spread)
{
    // Beyond this many deviations the normal density is below 1e-15.
    private const double Reach = 8.25;

    private const int MinSteps = 16;

    private const int MaxSteps = 20_000;

    /// <summary>Computes ∫ p(y | f) N(f; μ, s²) df, in the targets' unit.</summary>
    public double DensityOf(StudentMode mode, double target, double mean, double deviation, double variance)
    {
        double at = (target - Level) / Spread - mean;
        return MeanOver(
            mode.Degrees * variance, deviation, f => Math.Exp(mode.LogDensity(at - f, variance))) / Spread;
    }

    /// <summary>Computes the probability of an observation that is nearer to the mean than a target.</summary>
    public double ProbabilityWithin(StudentMode mode, double target, double mean, double deviation, double variance)
    {
        double at = Math.Abs((target - Level) / Spread - mean), scale = Math.Sqrt(variance);
        return 2.0 * MeanOver(mode.Degrees * variance, deviation, f => StudentT.CDF(f, scale, mode.Degrees, at)) - 1.0;
    }

    /// <summary>
    /// The mean over f ~ N(0, s²), by the trapezoidal rule; ν σ² says how fast the density of t changes.
    /// </summary>
    private static double MeanOver(double spread, double deviation, Func<double, double> of)
    {
        // The density of t has its poles at ±i √ν σ: a quarter of that as a step is right to 1e-10.
        double width = 0.25 * Math.Sqrt(spread);
        int steps = (int)Math.Clamp(Math.Ceiling(Reach * deviation / width), MinSteps, MaxSteps);
        double sum = 0.0, whole = 0.0;
        for (int i = -steps; i <= steps; i++)
        {
            double z = Reach * i / steps, weight = Math.Exp(-0.5 * z * z);
            sum += weight * of(deviation * z);
            whole += weight;
        }

        return sum / whole;
    }
}
