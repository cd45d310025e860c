namespace Math4AI.Fitting.Distances;

/// <summary>
/// −log of a normal density whose mean and variance the model both gives: with f = (μ, v), v = log σ², d = ½ (y − μ)²
/// e^(−v) + ½ v + ½ log 2π. Source: D. Nix and A. Weigend, "Estimating the mean and variance of the target probability
/// distribution", ICNN (1994).
/// </summary>
internal sealed class HeteroscedasticDistance : VectorDistance
{
    public override string Name => "heteroscedastic";

    public override NoiseModel Noise => NoiseModel.Likelihood;

    public override bool EstimatesNoise => true;

    public override double Expand(ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> slopes)
    {
        double precision = Math.Exp(-predicted[1]), residual = predicted[0] - observed[0],
            square = residual * residual * precision;
        slopes[0] = residual * precision;
        slopes[1] = 0.5 - 0.5 * square;
        return 0.5 * (square + predicted[1] + Math.Log(2.0 * Math.PI));
    }

    public override void Check(ReadOnlySpan<double> observed, int outputs)
    {
        if (observed.Length != 1 || outputs != 2)
        {
            throw new ArgumentException(
                "The heteroscedastic distance takes one number a sample and a model with two outputs, mean and log "
                + $"variance; there are {observed.Length} and {outputs}.");
        }
    }

    public override void Residuals(
        ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> residuals) =>
        residuals[0] = observed[0] - predicted[0];

    public override double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) =>
        base.NoiseWidth(level, Math.Exp(0.5 * predicted[1]), predicted);
}
