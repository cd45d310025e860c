namespace Math4AI.Fitting.Distances;

/// <summary>d = |f − y|/s + log 2s; its corner may be rounded within a width.</summary>
internal sealed class LaplaceDistance(double width = 0.0) : Distance
{
    public override string Name => "laplace";

    public override bool HasCorner => width == 0.0;

    public override bool HasScale => true;

    public override NoiseModel Noise => NoiseModel.Likelihood;

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double precision = Math.Exp(-logScale);
        double residual = predicted - observed;
        double size = Math.Abs(residual);
        (double rounded, double slope) = size >= width
            ? (size, Math.Sign(residual))
            : (0.5 * (residual * residual / width + width), residual / width);
        return new Expansion(
            rounded * precision + logScale + Math.Log(2.0),
            slope * precision,
            precision / Math.Max(Math.Max(size, width), 1e-100))
        {
            ScaleSlope = 1.0 - rounded * precision,
            ScaleCurvature = 1.0,
        };
    }

    public override double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) =>
        -deviation * Math.Log(1.0 - level);

    public override double Draw(double predicted, double scale, System.Random random) =>
        MathNet.Numerics.Distributions.Laplace.Sample(random, predicted, scale);

    public override Distance Rounded(double width) => new LaplaceDistance(width);
}
