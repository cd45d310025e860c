using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Math4AI.Probability.Forecasts;

/// <summary>
/// Student's t distribution of a number, μ + σ t_ν. Source of its ranked probability score: A. Jordan, F. Krüger and S.
/// Lerch, "Evaluating probabilistic forecasts with scoringRules", J. Stat. Softw. 90 (2019), appendix A.
/// </summary>
internal sealed class StudentDistribution : PredictiveDistribution
{
    private readonly double scale;
    private readonly double degrees;

    public StudentDistribution(double mean, double scale, double degrees)
    {
        if (!double.IsFinite(mean) || !(scale > 0.0 && double.IsFinite(scale))
            || !(degrees > 2.0 && double.IsFinite(degrees)))
        {
            throw new ArgumentException(
                $"The mean {mean}, the scale {scale} and {degrees} degrees of freedom: all must be finite, the scale "
                + "more than 0 and the degrees more than 2.");
        }

        (Mean, this.scale, this.degrees) = (mean, scale, degrees);
    }

    /// <inheritdoc/>
    public override double Mean { get; }

    /// <inheritdoc/>
    public override double Deviation => scale * Math.Sqrt(degrees / (degrees - 2.0));

    /// <inheritdoc/>
    public override double Quantile(double probability)
    {
        RequireInside(probability);
        double away = scale * Exceeded(Math.Min(probability, 1.0 - probability));
        return probability < 0.5 ? Mean - away : Mean + away;
    }

    /// <summary>
    /// The number that t_ν is above with a probability of at most ½, by Newton's method from the normal's, which is
    /// nearer to 0: where the density falls, no step goes too far. (Math.NET's quantile looks between −800 and 800 in
    /// the unit of the number, and fails for larger ones.)
    /// </summary>
    private double Exceeded(double probability)
    {
        const int Rounds = 1000;
        const double Settled = 1e-15;
        double found = Math.Max(0.0, -Normal.InvCDF(0.0, 1.0, probability));
        for (int round = 0; round < Rounds; round++)
        {
            double above = 0.5 * SpecialFunctions.BetaRegularized(
                0.5 * degrees, 0.5, degrees / (degrees + found * found));
            double step = (above - probability) / StudentT.PDF(0.0, 1.0, degrees, found);
            if (!(step > Settled * found))
            {
                break;
            }

            found += step;
        }

        return found;
    }

    /// <inheritdoc/>
    public override double LogDensity(double observed) => StudentT.PDFLn(Mean, scale, degrees, observed);

    /// <inheritdoc/>
    public override double Crps(double observed)
    {
        double z = (observed - Mean) / scale;
        double logRatio = SpecialFunctions.BetaLn(0.5, degrees - 0.5)
            - 2.0 * SpecialFunctions.BetaLn(0.5, 0.5 * degrees);
        return scale * (z * (2.0 * StudentT.CDF(0.0, 1.0, degrees, z) - 1.0)
            + 2.0 / (degrees - 1.0) * (StudentT.PDF(0.0, 1.0, degrees, z) * (degrees + z * z)
                - Math.Sqrt(degrees) * Math.Exp(logRatio)));
    }

    /// <inheritdoc/>
    public override double Draw(System.Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return StudentT.Sample(random, Mean, scale, degrees);
    }
}
