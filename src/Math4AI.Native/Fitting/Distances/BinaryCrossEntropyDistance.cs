namespace Math4AI.Fitting.Distances;

/// <summary>d = log(1 + e^f) − y f.</summary>
internal sealed class BinaryCrossEntropyDistance : Distance
{
    public override string Name => "logistic";

    public override NoiseModel Noise => NoiseModel.Likelihood;

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double tail = Math.Exp(-Math.Abs(predicted));
        double probability = predicted >= 0.0 ? 1.0 / (1.0 + tail) : tail / (1.0 + tail);
        return new Expansion(
            Math.Max(predicted, 0.0) - observed * predicted + double.LogP1(tail),
            probability - observed,
            tail / ((1.0 + tail) * (1.0 + tail)));
    }

    public override double Mean(double predicted) => 1.0 / (1.0 + Math.Exp(-predicted));

    public override double PredictionFor(double observed) => 4.0 * (observed - 0.5);

    public override double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) => double.NaN;

    public override void Check(double observed)
    {
        if (!(observed >= 0.0 && observed <= 1.0))
        {
            throw new ArgumentException($"{observed} is no class or probability: the logistic distance takes values from 0 to 1.");
        }
    }
}
