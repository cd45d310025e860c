using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Tables;

/// <summary>Projections on principal directions, which may be divided by their standard deviations.</summary>
internal sealed class PrincipalFeatures : TableFeatures
{
    private readonly int? components;
    private readonly bool isWhitened;

    public PrincipalFeatures(int? components, bool isWhitened)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(components ?? 1, 1, nameof(components));
        (this.components, this.isWhitened) = (components, isWhitened);
    }

    public override string Formula =>
        $"{(isWhitened ? "whiten" : "pca")}{(components is { } count ? $":{count}" : string.Empty)}";

    protected override FeatureState Learn(Matrix<double> training)
    {
        PrincipalComponentsFit fit =
            new PrincipalComponents(components) { Method = PrincipalMethod.SingularValues }.Fit(training);
        Matrix<double> directions = isWhitened
            ? fit.Directions.MultiplyColumns(1.0 / fit.Variances.PointwiseSqrt())
            : fit.Directions;
        return FeatureState.Of(("mean", fit.Mean.ToArray()), ("directions", directions.ToColumnMajorArray()));
    }

    protected override Mapping Of(int inputs, FeatureState state)
    {
        double[] means = state.NumbersOf("mean", inputs), values = state.NumbersOf("directions");
        if (values.Length == 0 || values.Length % inputs != 0)
        {
            throw new InvalidDataException(
                "The saved features are damaged: directions and inputs do not belong together.");
        }

        Matrix<double> directions = Matrix<double>.Build.Dense(inputs, values.Length / inputs, values);
        return new Mapping(
            samples => samples.MapIndexed((_, column, value) => value - means[column], Zeros.Include) * directions,
            _ => [.. Enumerable.Range(1, directions.ColumnCount).Select(i => $"component {i}")]);
    }
}
