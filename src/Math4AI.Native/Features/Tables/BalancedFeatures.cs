using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Tables;

/// <summary>x − mean over √Σ variances, or over the root of their mean.</summary>
internal sealed class BalancedFeatures(bool isMean) : TableFeatures
{
    public override string Formula => isMean ? "balance:mean" : "balance";

    protected override FeatureState Learn(Matrix<double> training)
    {
        (double Mean, double Deviation)[] columns =
            [.. training.EnumerateColumns().Select(column => ScalingFeatures.MeanAndDeviation(column.ToArray()))];
        double scale = columns.Select(column => column.Deviation).ToArray() is var deviations
            && deviations.Max() is > 0.0 and var largest
            ? largest * Math.Sqrt(deviations.Sum(deviation => deviation / largest * (deviation / largest)))
            : 1.0;
        scale /= isMean ? Math.Sqrt(columns.Length) : 1.0;
        return FeatureState.Of(("mean", [.. columns.Select(column => column.Mean)]), ("scale", [scale]));
    }

    protected override Mapping Of(int inputs, FeatureState state)
    {
        double[] means = state.NumbersOf("mean", inputs);
        double scale = state.NumbersOf("scale", 1)[0];
        return new Mapping(samples =>
            samples.MapIndexed((_, input, value) => (value - means[input]) / scale, Zeros.Include), names => names);
    }
}
