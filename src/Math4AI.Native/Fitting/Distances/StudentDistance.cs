using MathNet.Numerics;

namespace Math4AI.Fitting.Distances;

/// <summary>
/// d = ½(ν + 1) log(1 + z²/ν) + log s + c(ν), z = (f − y)/s. The curvature is that of the parabola above d.
/// Source: K. Lange, R. Little, J. Taylor, "Robust statistical modeling using the t distribution", JASA 84 (1989).
/// </summary>
internal sealed class StudentDistance(double degrees) : Distance
{
    private readonly double constant = SpecialFunctions.GammaLn(0.5 * degrees)
        - SpecialFunctions.GammaLn(0.5 * (degrees + 1.0)) + 0.5 * Math.Log(Math.PI * degrees);

    public override string Name => $"student:{Text(degrees)}";

    public override bool HasScale => true;

    public override NoiseModel Noise => NoiseModel.Likelihood;

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double precision = Math.Exp(-logScale);
        double z = (predicted - observed) * precision;
        double weight = (degrees + 1.0) / (degrees + z * z);
        return new Expansion(
            0.5 * (degrees + 1.0) * double.LogP1(z * z / degrees) + logScale + constant,
            weight * z * precision,
            weight * precision * precision)
        {
            ScaleSlope = 1.0 - weight * z * z,
            ScaleCurvature = 2.0 * degrees / (degrees + 3.0),
        };
    }

    public override double Draw(double predicted, double scale, System.Random random) =>
        MathNet.Numerics.Distributions.StudentT.Sample(random, predicted, scale, degrees);

    public override double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) =>
        deviation * MathNet.Numerics.Distributions.StudentT.InvCDF(0.0, 1.0, degrees, 0.5 * (1.0 + level));
}
