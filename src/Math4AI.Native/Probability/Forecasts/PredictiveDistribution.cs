namespace Math4AI.Probability.Forecasts;

/// <summary>
/// What a model says of a number that it has not seen: a distribution, of which every way to tell how sure a model is
/// (ensembles, dropout, Laplace's approximation, a Gaussian process, draws of a posterior) is one.
/// </summary>
public abstract class PredictiveDistribution
{
    /// <summary>Gets the mean.</summary>
    public abstract double Mean { get; }

    /// <summary>Gets the standard deviation.</summary>
    public abstract double Deviation { get; }

    /// <summary>Makes a normal distribution.</summary>
    /// <param name="mean">μ.</param>
    /// <param name="deviation">σ, more than 0.</param>
    /// <exception cref="ArgumentException">A number is not finite, or σ is not more than 0.</exception>
    public static PredictiveDistribution OfNormal(double mean, double deviation) =>
        new NormalMixture([mean], [deviation]);

    /// <summary>Makes the mixture of normal distributions that weigh the same, (1/M) Σ N(μ_m, σ_m²).</summary>
    /// <param name="means">The means μ_m.</param>
    /// <param name="deviations">The standard deviations σ_m, more than 0.</param>
    /// <exception cref="ArgumentException">
    /// There is none, the lengths differ, a number is not finite, or a deviation is not more than 0.
    /// </exception>
    public static PredictiveDistribution OfMixture(IReadOnlyList<double> means, IReadOnlyList<double> deviations) =>
        new NormalMixture(means, deviations);

    /// <summary>Makes Student's t distribution of μ + σ t_ν, whose deviation is σ √(ν/(ν − 2)).</summary>
    /// <param name="mean">μ.</param>
    /// <param name="scale">σ, more than 0.</param>
    /// <param name="degrees">ν, more than 2.</param>
    /// <exception cref="ArgumentException">A number is not finite, σ is not above 0, or ν is not above 2.</exception>
    public static PredictiveDistribution OfStudent(double mean, double scale, double degrees) =>
        new StudentDistribution(mean, scale, degrees);

    /// <summary>Makes the distribution that draws come from.</summary>
    /// <param name="draws">Two or more, such as those of a posterior's predictions.</param>
    /// <exception cref="ArgumentException">There are too few draws, or one is not finite.</exception>
    public static PredictiveDistribution OfDraws(IReadOnlyCollection<double> draws) => new DrawnDistribution(draws);

    /// <summary>Returns the number that the distribution lies below with a probability.</summary>
    /// <param name="probability">The probability, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not between 0 and 1.</exception>
    public abstract double Quantile(double probability);

    /// <summary>Returns ln p(y), whose negative mean over observations is the score NLL.</summary>
    /// <param name="observed">y.</param>
    public abstract double LogDensity(double observed);

    /// <summary>
    /// Returns the continuous ranked probability score, E|X − y| − ½ E|X − X′|, in the unit of y; lower is better.
    /// </summary>
    /// <param name="observed">y.</param>
    public abstract double Crps(double observed);

    /// <summary>Draws a number.</summary>
    /// <param name="random">The generator.</param>
    public abstract double Draw(System.Random random);

    /// <summary>Returns the interval between the quantiles (1 − level)/2 and (1 + level)/2.</summary>
    /// <param name="level">The probability, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public (double Lower, double Upper) Interval(double level) =>
        (Quantile(0.5 * (1.0 - level)), Quantile(0.5 * (1.0 + level)));

    /// <summary>Throws where a probability is none, or 0 or 1.</summary>
    private protected static void RequireInside(double probability)
    {
        if (!(probability is > 0.0 and < 1.0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(probability), probability, "A probability lies between 0 and 1.");
        }
    }
}
