using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Tables;

/// <summary>The inputs as they are.</summary>
internal sealed class IdentityFeatures : TableFeatures
{
    public override string Formula => "identity";

    protected override FeatureState Learn(Matrix<double> training) => FeatureState.Empty;

    protected override Mapping Of(int inputs, FeatureState state) => new(samples => samples.Clone(), names => names);
}
