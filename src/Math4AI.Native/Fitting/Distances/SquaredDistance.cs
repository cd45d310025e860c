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

    /// <summary>Gaussian noise with the variance that fits best, cost / n.</summary>
    public override double LogLikelihood(double cost, int samples) =>
        -0.5 * samples * (Math.Log(2.0 * Math.PI * cost / samples) + 1.0);
}
