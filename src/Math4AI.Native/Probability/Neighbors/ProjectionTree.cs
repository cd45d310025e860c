using System.Numerics.Tensors;
using Math4AI.Probability.Sampling;

namespace Math4AI.Probability.Neighbors;

/// <summary>
/// Divides samples by the planes halfway between two drawn ones until few are left together. Source: S. Dasgupta, Y.
/// Freund, "Random projection trees and low dimensional manifolds", STOC 2008.
/// </summary>
internal static class ProjectionTree
{
    /// <summary>Returns the samples that end together.</summary>
    /// <param name="points">Sample after sample.</param>
    /// <param name="width">The numbers of each sample.</param>
    /// <param name="leaf">The largest number of samples that end together.</param>
    /// <param name="random">Draws the samples.</param>
    public static int[][] Leaves(float[] points, int width, int leaf, ChainRandom random)
    {
        int[] order = [.. Enumerable.Range(0, points.Length / width)];
        var leaves = new List<int[]>();
        var open = new Stack<(int First, int Count)>([(0, order.Length)]);
        float[] normal = new float[width];
        while (open.TryPop(out (int First, int Count) part))
        {
            Span<int> members = order.AsSpan(part.First, part.Count);
            if (members.Length <= leaf)
            {
                leaves.Add(members.ToArray());
                continue;
            }

            int below = Divide(points, members, normal, random);
            open.Push((part.First + below, part.Count - below));
            open.Push((part.First, below));
        }

        return [.. leaves];
    }

    private static int Divide(float[] points, Span<int> members, float[] normal, ChainRandom random)
    {
        int width = normal.Length;
        ReadOnlySpan<float> a = points.AsSpan(Draw(members, random) * width, width);
        ReadOnlySpan<float> b = points.AsSpan(Draw(members, random) * width, width);
        TensorPrimitives.Subtract(a, b, normal);
        float middle = 0.5f * (TensorPrimitives.Dot<float>(a, normal) + TensorPrimitives.Dot<float>(b, normal));
        int below = 0;
        for (int i = 0; i < members.Length; i++)
        {
            if (TensorPrimitives.Dot<float>(points.AsSpan(members[i] * width, width), normal) < middle)
            {
                (members[i], members[below]) = (members[below], members[i]);
                below++;
            }
        }

        return below > 0 && below < members.Length ? below : Halve(members, random);
    }

    /// <summary>Equal samples have no plane between them: halves by chance.</summary>
    private static int Halve(Span<int> members, ChainRandom random)
    {
        for (int i = 0; i < members.Length / 2; i++)
        {
            int other = i + (int)(random.NextDouble() * (members.Length - i));
            (members[i], members[other]) = (members[other], members[i]);
        }

        return members.Length / 2;
    }

    private static int Draw(Span<int> members, ChainRandom random) =>
        members[(int)(random.NextDouble() * members.Length)];
}
