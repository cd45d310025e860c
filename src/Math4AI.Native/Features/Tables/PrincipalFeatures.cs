using Math4AI.LinearAlgebra.Decompositions;
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
        if (training.RowCount < 2)
        {
            throw new ArgumentException("Principal components need 2 samples or more.");
        }

        Vector<double> means = training.ColumnSums() / training.RowCount;
        Matrix<double> centered = training.MapIndexed((_, column, value) => value - means[column], Zeros.Include);
        ThinSvd<double> svd = ThinSvd.Of(centered);
        int rank = svd.Rank;
        if (rank == 0)
        {
            throw new ArgumentException("All samples are the same: there is no direction in which they differ.");
        }

        if (components > rank)
        {
            throw new ArgumentException($"The samples have {rank} directions in which they differ, and {components} "
                + "components were asked for.");
        }

        int count = components ?? rank;

        // The largest element of each direction is positive, so that the sign does not depend on the decomposition.
        Matrix<double> directions = svd.VT.SubMatrix(0, count, 0, training.ColumnCount);
        for (int i = 0; i < count; i++)
        {
            Vector<double> row = directions.Row(i);
            double sign = Math.Sign(row[row.AbsoluteMaximumIndex()]);
            double deviation = svd.S[i] / Math.Sqrt(training.RowCount - 1.0);
            directions.SetRow(i, row * (isWhitened ? sign / deviation : sign));
        }

        return FeatureState.Of(("mean", means.ToArray()), ("directions", directions.ToRowMajorArray()));
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
