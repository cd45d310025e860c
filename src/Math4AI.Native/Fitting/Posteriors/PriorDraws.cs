using MathNet.Numerics.Distributions;

namespace Math4AI.Fitting.Posteriors;

/// <summary>Draws from the priors that are known by name and by their density; the others know how they draw.</summary>
internal static class PriorDraws
{
    /// <summary>A number from a prior.</summary>
    /// <param name="name">Its name in <see cref="PriorNames"/>.</param>
    /// <param name="n">Its numbers.</param>
    /// <param name="random">The source of random numbers.</param>
    public static double Of(string name, double[] n, System.Random random) => name switch
    {
        "student_t" => StudentT.Sample(random, n[1], n[2], n[0]),
        "cauchy" => Cauchy.Sample(random, n[0], n[1]),
        "half_normal" => Math.Abs(Normal.Sample(random, 0.0, n[0])),
        "half_cauchy" => Math.Abs(Cauchy.Sample(random, 0.0, n[0])),
        "half_student_t" => Math.Abs(StudentT.Sample(random, 0.0, n[1], n[0])),
        "lognormal" => LogNormal.Sample(random, n[0], n[1]),
        "exponential" => Exponential.Sample(random, n[0]),
        "gamma" => Gamma.Sample(random, n[0], n[1]),
        "inv_gamma" => InverseGamma.Sample(random, n[0], n[1]),
        "beta" => Beta.Sample(random, n[0], n[1]),
        "uniform" => n[0] + (n[1] - n[0]) * random.NextDouble(),
        _ => throw new NotSupportedException($"The prior '{name}' cannot be drawn."),
    };
}
