using System.Numerics.Tensors;

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

    public override double Draw(double predicted, double scale, System.Random random) =>
        MathNet.Numerics.Distributions.Normal.Sample(random, predicted, scale);

    public override double ExpandAll(
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> observed,
        ReadOnlySpan<double> weights,
        double logScale,
        Span<double> slopes,
        out double scaleSlope)
    {
        // ½ z² is half the squared distance over s².
        double squares = Squared.ExpandAll(predicted, observed, weights, 0.0, slopes, out _);
        double precision = Math.Exp(-2.0 * logScale), total = weights.IsEmpty
            ? predicted.Length
            : TensorPrimitives.Sum(weights);
        TensorPrimitives.Multiply(slopes, 0.5 * precision, slopes);
        scaleSlope = total - precision * squares;
        return 0.5 * precision * squares + total * (logScale + 0.5 * Math.Log(2.0 * Math.PI));
    }
}
