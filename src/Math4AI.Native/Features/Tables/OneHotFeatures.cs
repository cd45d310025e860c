using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Tables;

/// <summary>One feature for each value that an input has in the training.</summary>
internal sealed class OneHotFeatures : TableFeatures
{
    private const int MaxValues = 1000;

    public override string Formula => "onehot";

    protected override FeatureState Learn(Matrix<double> training) => FeatureState.Of(
        [.. training.EnumerateColumns().Select((column, input) =>
        {
            double[] values = [.. column.Distinct().Order()];
            return values.Length <= MaxValues
                ? (Name(input), values)
                : throw new ArgumentException(
                    $"Input {input + 1} has {values.Length} different values, more than {MaxValues}: one-hot encoding "
                    + "is for classes.");
        })]);

    protected override Mapping Of(int inputs, FeatureState state)
    {
        double[][] values = [.. Enumerable.Range(0, inputs).Select(input => state.NumbersOf(Name(input)))];
        int[] starts = [.. values.Select((_, input) => values.Take(input).Sum(of => of.Length))];
        return new Mapping(
            samples =>
            {
                Matrix<double> features = Matrix<double>.Build.Dense(samples.RowCount, values.Sum(of => of.Length));
                for (int i = 0; i < samples.RowCount; i++)
                {
                    for (int input = 0; input < inputs; input++)
                    {
                        int place = Array.BinarySearch(values[input], samples[i, input]);
                        if (place >= 0)
                        {
                            features[i, starts[input] + place] = 1.0;
                        }
                    }
                }

                return features;
            },
            names => [.. values.SelectMany(
                (of, input) => of.Select(value => $"{names[input]}={value.ToString(CultureInfo.InvariantCulture)}"))]);
    }

    private static string Name(int input) => $"values{input}";
}
