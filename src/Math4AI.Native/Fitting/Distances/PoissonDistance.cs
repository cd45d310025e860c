using MathNet.Numerics;

namespace Math4AI.Fitting.Distances;

/// <summary>d = e^f − y f + log Γ(y + 1).</summary>
internal sealed class PoissonDistance : Distance
{
    public override string Name => "poisson";

    public override NoiseModel Noise => NoiseModel.Likelihood;

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double rate = Math.Exp(predicted);
        return new Expansion(
            rate - observed * predicted + SpecialFunctions.GammaLn(observed + 1.0), rate - observed, rate);
    }

    public override double Mean(double predicted) => Math.Exp(predicted);

    public override double PredictionFor(double observed) => Math.Log(Math.Max(observed, 0.5));

    public override double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) => double.NaN;

    public override void Check(double observed)
    {
        if (!(observed >= 0.0))
        {
            throw new ArgumentException($"{observed} is no count: Poisson's distance takes values from 0 on.");
        }
    }
}
