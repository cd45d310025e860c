using System.Numerics.Tensors;
using Math4AI.Probability.Neighbors;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// How far neighbors are members of the surroundings of samples: exp(−(d − ρ) / σ), with ρ the distance of the nearest
/// that is not at the same place, and σ such that the memberships add up to log₂ k. Source: McInnes, Healy and
/// Melville, algorithms 2 and 3.
/// </summary>
internal static class FuzzyNeighbors
{
    private const int MaxHalvings = 100;
    private const double Tolerance = 1e-9;

    // In units of the mean distance: equal neighbors leave σ without another bound.
    private const double MinWidth = 1e-3;

    /// <summary>Unites what each of two samples says: v + w − v w.</summary>
    /// <param name="near">The neighbors of samples among themselves.</param>
    public static Affinities Of(NearestNeighbors near)
    {
        double mean = MeanDistance(near);
        return Affinities.Symmetric(
            near, (sample, values) => Weigh(near.Distances(sample), near.Count + 1, mean, values),
            (one, other) => one + other - one * other);
    }

    /// <summary>Weighs the neighbors that other samples have, row after row.</summary>
    /// <param name="near">The neighbors of other samples.</param>
    public static Affinities OfOthers(NearestNeighbors near)
    {
        double mean = MeanDistance(near);
        int[] starts = [.. Enumerable.Range(0, near.Queries + 1).Select(i => i * near.Count)];
        int[] others = new int[starts[^1]];
        float[] values = new float[starts[^1]];
        double[] row = new double[near.Count];
        for (int i = 0; i < near.Queries; i++)
        {
            Weigh(near.Distances(i), near.Count, mean, row);
            near.Of(i).CopyTo(others.AsSpan(starts[i]));
            TensorPrimitives.ConvertTruncating<double, float>(row, values.AsSpan(starts[i], row.Length));
        }

        return new Affinities(starts, others, values);
    }

    /// <summary>Writes the memberships of neighbors at some distances.</summary>
    /// <param name="distances">Ascending.</param>
    /// <param name="count">k, with log₂ k the sum of the memberships.</param>
    /// <param name="mean">The mean distance among all samples.</param>
    /// <param name="weights">Takes the memberships.</param>
    public static void Weigh(ReadOnlySpan<double> distances, int count, double mean, Span<double> weights)
    {
        int first = distances.IndexOfAnyExcept(0.0);
        double nearest = first < 0 ? 0.0 : distances[first], wanted = Math.Log2(count);
        double least = MinWidth * (first < 0 ? mean : TensorPrimitives.Average(distances));
        double low = 0.0, high = double.PositiveInfinity, width = least > 0.0 ? 1e3 * least : 1.0;
        for (int step = 0; step < MaxHalvings; step++)
        {
            double excess = Fill(distances, nearest, width, weights) - wanted;
            if (Math.Abs(excess) <= Tolerance)
            {
                break;
            }

            (low, high) = excess > 0.0 ? (low, width) : (width, high);
            width = double.IsInfinity(high) ? 2.0 * width : 0.5 * (low + high);
        }

        if (width < least)
        {
            Fill(distances, nearest, least, weights);
        }
    }

    private static double Fill(ReadOnlySpan<double> distances, double nearest, double width, Span<double> weights)
    {
        double sum = 0.0;
        for (int k = 0; k < distances.Length; k++)
        {
            weights[k] = Math.Exp(-Math.Max(0.0, distances[k] - nearest) / width);
            sum += weights[k];
        }

        return sum;
    }

    private static double MeanDistance(NearestNeighbors near) =>
        Enumerable.Range(0, near.Queries).Average(i => TensorPrimitives.Average(near.Distances(i)));
}
