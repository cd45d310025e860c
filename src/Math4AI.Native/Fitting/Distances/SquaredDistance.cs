using System.Numerics.Tensors;

namespace Math4AI.Fitting.Distances;

/// <summary>d = (f − y)².</summary>
internal sealed class SquaredDistance : Distance
{
    public override string Name => "squared";

    public override NoiseModel Noise => NoiseModel.LeastSquares;

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double residual = predicted - observed;
        return new Expansion(residual * residual, 2.0 * residual, 2.0);
    }

    public override double ExpandAll(
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> observed,
        ReadOnlySpan<double> weights,
        double logScale,
        Span<double> slopes,
        out double scaleSlope)
    {
        scaleSlope = 0.0;
        TensorPrimitives.Subtract(predicted, observed, slopes);
        double sum = 0.0;
        if (weights.IsEmpty)
        {
            sum = TensorPrimitives.SumOfSquares<double>(slopes);
        }
        else
        {
            for (int i = 0; i < slopes.Length; i++)
            {
                double residual = slopes[i];
                slopes[i] = weights[i] * residual;
                sum += slopes[i] * residual;
            }
        }

        TensorPrimitives.Multiply(slopes, 2.0, slopes);
        return sum;
    }

    /// <summary>Gaussian noise with the variance that fits best, cost / n.</summary>
    public override double LogLikelihood(double cost, int samples) =>
        -0.5 * samples * (Math.Log(2.0 * Math.PI * cost / samples) + 1.0);
}
