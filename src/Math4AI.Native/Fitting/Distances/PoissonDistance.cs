using System.Globalization;
using MathNet.Numerics;

namespace Math4AI.Fitting.Distances;

/// <summary>
/// d = μ − y log μ + log Γ(y + 1) with the expected count μ = g⁻¹(f); infinite where μ is no rate. Its curvature is the
/// expected one, (dμ/df)²/μ.
/// </summary>
internal sealed class PoissonDistance(Link link, double barrier = 0.0) : Distance
{
    private const double Least = 1e-100;

    // Above, a rounded normal number has the skewness of a count to 0.001.
    private const double Large = 1e6;

    public override string Name => link == Link.Log ? "poisson" : $"poisson:{link.Name}";

    public override NoiseModel Noise => NoiseModel.Likelihood;

    public override ObservationKind Observation => ObservationKind.Count;

    public override Link Link => link;

    public override Distance WithLink(Link other) => new PoissonDistance(other);

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double rate = link.Mean(predicted), logCount = SpecialFunctions.GammaLn(observed + 1.0);
        if (link == Link.Log)
        {
            return new Expansion(rate - observed * predicted + logCount, rate - observed, rate);
        }

        if ((!(rate >= 0.0) && !(observed == 0.0 && barrier > 0.0 && double.IsFinite(rate)))
            || (rate == 0.0 && observed > 0.0))
        {
            return new Expansion(double.PositiveInfinity, 0.0, 0.0);
        }

        if (observed == 0.0 && barrier > 0.0)
        {
            return EdgeBarrier.Add(new Expansion(rate + logCount, 1.0, 0.0), rate, 1.0, barrier);
        }

        double slope = link.Slope(predicted), least = Math.Max(rate, Least);
        double log = observed > 0.0 ? observed * Math.Log(rate) : 0.0;
        return new Expansion(rate - log + logCount, slope * (1.0 - observed / least), slope * slope / least);
    }

    public override double Mean(double predicted) => link.Mean(predicted);

    public override double PredictionFor(double observed) =>
        link == Link.Identity ? observed : link.Predict(Math.Max(observed, 0.5));

    public override double Draw(double predicted, double scale, System.Random random)
    {
        double rate = link.Mean(predicted);
        if (rate is > 0.0 and <= Large)
        {
            return MathNet.Numerics.Distributions.Poisson.Sample(random, rate);
        }

        // Its counts are 32-bit integers: of larger ones the search for one has no end.
        double normal = MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0);
        return rate < 0.0 ? double.NaN
            : rate == 0.0 || !double.IsFinite(rate) ? rate
            : Math.Max(0.0, Math.Round(rate + Math.Sqrt(rate) * normal));
    }

    public override double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) => double.NaN;

    internal override bool HasEdge => link == Link.Identity;

    internal override Distance Inside(double size) => HasEdge ? new PoissonDistance(link, size) : this;

    internal override double EdgeGap(double predicted, double observed) =>
        HasEdge && observed == 0.0 ? predicted : double.PositiveInfinity;

    public override string? WhyNotDrawn(double observed, double weight) =>
        IsWhole(observed) || IsWhole(observed * weight) ? null
        : string.Create(CultureInfo.InvariantCulture, $"{observed:R} is no count; Poisson's noise gives whole numbers");

    public override void Check(double observed)
    {
        if (!(observed >= 0.0))
        {
            throw new ArgumentException($"{observed} is no count: Poisson's distance takes values from 0 on.");
        }
    }
}
