using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Features.Tables;

/// <summary>B-splines by de Boor's recursion, with knots at quantiles.</summary>
internal sealed class SplineFeatures : TableFeatures
{
    private const int MaxDegree = 20;

    private readonly int knots;
    private readonly int degree;

    public SplineFeatures(int knots, int degree)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(knots, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(degree, MaxDegree);
        (this.knots, this.degree) = (knots, degree);
    }

    public override string Formula => $"splines:{knots}:{degree}";

    private int Count => knots + degree - 1;

    protected override FeatureState Learn(Matrix<double> training) => FeatureState.Of(
        [.. training.EnumerateColumns().Select((column, input) =>
        {
            double[] sorted = [.. column.Order()];
            double[] places = [.. Enumerable.Range(0, knots).Select(i =>
                SortedArrayStatistics.QuantileCustom(sorted, (double)i / (knots - 1), QuantileDefinition.R7))];
            return places.Distinct().Count() == knots
                ? (Name(input), places)
                : throw new ArgumentException(
                    $"Input {input + 1} has too few different values for {knots} knots at its quantiles: use fewer "
                    + "knots, or one-hot encoding.");
        })]);

    protected override Mapping Of(int inputs, FeatureState state)
    {
        double[][] all =
            [.. Enumerable.Range(0, inputs).Select(input => Extended(state.NumbersOf(Name(input), knots)))];
        return new Mapping(
            samples =>
            {
                Matrix<double> features = Matrix<double>.Build.Dense(samples.RowCount, inputs * Count);
                double[] values = new double[Count + degree];
                for (int i = 0; i < samples.RowCount; i++)
                {
                    for (int input = 0; input < inputs; input++)
                    {
                        Evaluate(all[input], samples[i, input], values);
                        for (int j = 0; j < Count; j++)
                        {
                            features[i, input * Count + j] = values[j];
                        }
                    }
                }

                return features;
            },
            names => [.. names.SelectMany(name => Enumerable.Range(1, Count).Select(j => $"{name} spline {j}"))]);
    }

    /// <summary>
    /// The knots, and as many as the degree beyond each end, in the distance of the first two and the last two.
    /// </summary>
    private double[] Extended(double[] places) =>
    [
        .. Enumerable.Range(1, degree).Reverse().Select(i => places[0] - i * (places[1] - places[0])),
        .. places,
        .. Enumerable.Range(1, degree).Select(i => places[^1] + i * (places[^1] - places[^2])),
    ];

    private void Evaluate(double[] places, double x, double[] values)
    {
        x = Math.Clamp(x, places[degree], places[degree + knots - 1]);
        int interval = degree;
        while (interval < degree + knots - 2 && x >= places[interval + 1])
        {
            interval++;
        }

        Array.Clear(values);
        values[interval] = 1.0;
        for (int d = 1; d <= degree; d++)
        {
            for (int j = interval - d; j <= interval; j++)
            {
                double left = values[j] * (x - places[j]) / (places[j + d] - places[j]);
                double right = j + 1 < values.Length
                    ? values[j + 1] * (places[j + d + 1] - x) / (places[j + d + 1] - places[j + 1])
                    : 0.0;
                values[j] = left + right;
            }
        }
    }

    private static string Name(int input) => $"knots{input}";
}
