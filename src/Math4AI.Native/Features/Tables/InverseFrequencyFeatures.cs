using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Tables;

/// <summary>
/// Counts times ln((1 + n)/(1 + n_t)) + 1, where n_t of the n training samples have the term; then each row has norm 1,
/// or is 0.
/// </summary>
internal sealed class InverseFrequencyFeatures : TableFeatures
{
    public override string Formula => "tfidf";

    protected override FeatureState Learn(Matrix<double> training) =>
        FeatureState.Of(("weights", [.. training.EnumerateColumns().Select(column =>
        Math.Log((1.0 + training.RowCount) / (1.0 + column.Count(count => count != 0.0))) + 1.0)]));

    protected override Mapping Of(int inputs, FeatureState state)
    {
        double[] weights = state.NumbersOf("weights", inputs);
        return new Mapping(
            samples =>
            {
                Matrix<double> weighted =
                    samples.MapIndexed((_, input, count) => count * weights[input], Zeros.Include);
                double[] norms = [.. weighted.RowNorms(2.0)];
                return weighted.MapIndexed((i, _, value) => norms[i] > 0.0 ? value / norms[i] : 0.0, Zeros.Include);
            },
            names => names);
    }
}
