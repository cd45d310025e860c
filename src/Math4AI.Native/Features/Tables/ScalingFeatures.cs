using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Features.Tables;

/// <summary>(x − shift)/scale of each input.</summary>
internal sealed class ScalingFeatures(string formula, Func<double[], (double Shift, double Scale)> learn)
    : TableFeatures
{
    public override string Formula => formula;

    protected override FeatureState Learn(Matrix<double> training)
    {
        (double Shift, double Scale)[] learned =
            [.. training.EnumerateColumns().Select(column => learn(column.ToArray()))];
        return FeatureState.Of(
            ("shift", [.. learned.Select(pair => pair.Shift)]),
            ("scale", [.. learned.Select(pair => pair.Scale > 0.0 ? pair.Scale : 1.0)]));
    }

    protected override Mapping Of(int inputs, FeatureState state)
    {
        double[] shift = state.NumbersOf("shift", inputs), scale = state.NumbersOf("scale", inputs);
        return new Mapping(
            samples => samples.MapIndexed((_, input, value) => (value - shift[input]) / scale[input], Zeros.Include),
            names => names);
    }

    /// <summary>
    /// The mean and the population's standard deviation, relative to the largest value: squares of huge numbers are
    /// none.
    /// </summary>
    public static (double Mean, double Deviation) MeanAndDeviation(double[] values)
    {
        double largest = values.Max(Math.Abs);
        if (largest == 0.0)
        {
            return (0.0, 0.0);
        }

        double[] relative = Array.ConvertAll(values, value => value / largest);
        return (relative.Mean() * largest, relative.PopulationStandardDeviation() * largest);
    }

    public static (double Median, double Range) MedianAndQuartiles(double[] values)
    {
        Array.Sort(values);
        double Quantile(double share) => SortedArrayStatistics.QuantileCustom(values, share, QuantileDefinition.R7);
        return (Quantile(0.5), Quantile(0.75) - Quantile(0.25));
    }
}
