using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Information;

/// <summary>
/// A fast test for pairs of signals that depend on each other: the correlations of their magnitudes, squares, signs
/// and cubes, all by one matrix product. A pair passes as independent where none is larger than by chance.
/// </summary>
internal static class PairDependence
{
    // The threshold, in standard deviations of a correlation of independent signals.
    private const double Chance = 4.5;
    private const double Clip = 4.0;

    private static readonly Func<double, double>[] Features =
    [
        Math.Abs,
        x => x * x,
        x => Math.Tanh(2.0 * x),
        x => x * x * x,
    ];

    /// <summary>Returns whether signals i and j show a dependence.</summary>
    public static bool[,] Of(double[][] signals)
    {
        int count = signals.Length, samples = signals[0].Length;
        Matrix<double> features = Matrix<double>.Build.Dense(samples, count * Features.Length);
        Parallel.For(0, count * Features.Length, new ParallelOptions
        {
            MaxDegreeOfParallelism = Compute.Threads,
        }, column =>
        {
            Func<double, double> feature = Features[column % Features.Length];
            double[] values = [.. signals[column / Features.Length].Select(x => feature(Math.Clamp(x, -Clip, Clip)))];
            double mean = values.Average();
            double size = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)));
            features.SetColumn(column, [.. values.Select(value => (value - mean) / size)]);
        });
        Matrix<double> correlation = features.TransposeThisAndMultiply(features);
        double threshold = Chance / Math.Sqrt(samples);
        bool[,] depends = new bool[count, count];
        for (int i = 0; i < correlation.RowCount; i++)
        {
            for (int j = 0; j < correlation.ColumnCount; j++)
            {
                depends[i / Features.Length, j / Features.Length] |= Math.Abs(correlation[i, j]) > threshold;
            }
        }

        return depends;
    }
}
