using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Tables;

/// <summary>A map of some of the inputs.</summary>
internal sealed class ColumnFeatures : FeatureMap<Matrix<double>>
{
    private readonly FeatureMap<Matrix<double>> map;
    private readonly int[] columns;

    public ColumnFeatures(FeatureMap<Matrix<double>> map, IReadOnlyList<int> columns)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0 || columns.Any(column => column < 0))
        {
            throw new ArgumentException(
                "The places of columns are whole numbers from 0 on, and one is needed.", nameof(columns));
        }

        (this.map, this.columns) = (map, [.. columns]);
    }

    public override string Formula => $"({map.Formula})[{string.Join(", ", columns)}]";

    public override FittedFeatures<Matrix<double>> Fit(Matrix<double> training) =>
        new Fitted(map.Fit(Of(training, columns)), columns);

    public override FittedFeatures<Matrix<double>> Restore(FeatureState state) =>
        new Fitted(map.Restore(state), columns);

    private static Matrix<double> Of(Matrix<double> samples, int[] columns)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return columns.Max() < samples.ColumnCount
            ? Matrix<double>.Build.DenseOfColumnVectors(columns.Select(column => samples.Column(column)))
            : throw new ArgumentException($"Column {columns.Max()} was asked for, and there are {samples.ColumnCount}, "
                + "counted from 0.", nameof(samples));
    }

    private sealed class Fitted(FittedFeatures<Matrix<double>> fitted, int[] columns) : FittedFeatures<Matrix<double>>
    {
        public override FeatureState State => fitted.State;

        public override Matrix<double> Apply(Matrix<double> samples) => fitted.Apply(Of(samples, columns));

        public override IReadOnlyList<string> Names(IReadOnlyList<string> inputs)
        {
            ArgumentNullException.ThrowIfNull(inputs);
            return columns.Max() < inputs.Count
                ? fitted.Names([.. columns.Select(column => inputs[column])])
                : throw new ArgumentException(
                    $"Column {columns.Max()} was asked for, and there are {inputs.Count} names.", nameof(inputs));
        }
    }
}
