namespace Math4AI.Fitting.Distances;

/// <summary>d = ½ z² + log s + ½ log 2π, z = (f − y)/s.</summary>
internal sealed class GaussianDistance : Distance
{
    public override string Name => "gaussian";

    public override bool HasScale => true;

    public override NoiseModel Noise => NoiseModel.Likelihood;

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double precision = Math.Exp(-logScale);
        double z = (predicted - observed) * precision;
        return new Expansion(
            0.5 * z * z + logScale + 0.5 * Math.Log(2.0 * Math.PI), z * precision, precision * precision)
        {
            ScaleSlope = 1.0 - z * z,
            ScaleCurvature = 2.0,
        };
    }
}
