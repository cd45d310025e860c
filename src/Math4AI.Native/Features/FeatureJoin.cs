using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features;

/// <summary>The features of several maps side by side.</summary>
internal sealed class FeatureJoin<TData>(IReadOnlyList<FeatureMap<TData>> maps) : FeatureMap<TData>
{
    private readonly IReadOnlyList<FeatureMap<TData>> maps =
        maps.All(map => map is not null) ? maps : throw new ArgumentNullException(nameof(maps));

    public override string Formula => $"({string.Join(", ", maps.Select(map => map.Formula))})";

    public override FeatureMap<TData> Balanced() => new FeatureJoin<TData>([.. maps.Select(map => map.Balanced())]);

    public override FeatureMap<TData> Standardized() =>
        new FeatureJoin<TData>([.. maps.Select(map => map.Standardized())]);

    public override FittedFeatures<TData> Fit(TData training) => new Fitted([.. maps.Select(map => map.Fit(training))]);

    public override FittedFeatures<TData> Restore(FeatureState state) =>
        new Fitted([.. maps.Select((map, i) => map.Restore(state.Part(i)))]);

    private sealed class Fitted(FittedFeatures<TData>[] parts) : FittedFeatures<TData>
    {
        public override FeatureState State => FeatureState.Join([.. parts.Select(part => part.State)]);

        public override Matrix<double> Apply(TData samples)
        {
            Matrix<double>[] blocks = Array.ConvertAll(parts, part => part.Apply(samples));
            double[][] columns = [.. blocks.Select(block => block.AsColumnMajorArray() ?? block.ToColumnMajorArray())];
            return Matrix<double>.Build.Dense(
                blocks[0].RowCount, blocks.Sum(block => block.ColumnCount), [.. columns.SelectMany(block => block)]);
        }

        public override IReadOnlyList<string> Names(IReadOnlyList<string> inputs) =>
            [.. parts.SelectMany(part => part.Names(inputs))];
    }
}
