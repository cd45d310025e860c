using System.Numerics.Tensors;
using Math4AI.Runtime;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// What <see cref="Umap"/> lowers: Σ v log(v / w) + (1 − v) log((1 − v) / (1 − w)) over all pairs, with v their
/// membership in the data and w = 1 / (1 + a d²ᵇ) on the map.
/// </summary>
internal static class CrossEntropy
{
    // Each is compared with all samples.
    private const int MaxPoints = 500;

    // Two points at the same place would otherwise be infinitely wrong.
    private const double MaxTerm = 9.210340371976182;

    // What is left of w in float32.
    private const double LeastMembership = 1e-7;

    /// <summary>Returns the sum for each sample: half of that over the pairs it is in.</summary>
    /// <param name="graph">v, a row for each sample.</param>
    /// <param name="positions">The points, x after x and then y after y.</param>
    /// <param name="curve">a and b.</param>
    public static double Of(Affinities graph, float[] positions, UmapCurve curve)
    {
        int count = positions.Length / 2, chosen = Math.Min(count, MaxPoints), parts = Math.Min(Team.Size, chosen);
        double[] sums = new double[chosen];
        Team.Run(parts, part =>
        {
            (int first, int length) = Team.Part(chosen, part, parts);
            float[] terms = new float[count], work = new float[count];
            for (int place = first; place < first + length; place++)
            {
                int point = (int)((long)count * place / chosen);
                FillTerms(positions, point, curve, terms, work);
                sums[place] = TensorPrimitives.Sum<float>(terms) - terms[point] + Pairs(graph, point, terms);
            }
        });
        return 0.5 * sums.Average();
    }

    /// <summary>−log(1 − w) = log(1 + 1 / (a d²ᵇ)) between a point and all.</summary>
    private static void FillTerms(float[] positions, int point, UmapCurve curve, float[] terms, float[] work)
    {
        int count = terms.Length;
        TensorPrimitives.Subtract(positions.AsSpan(0, count), positions[point], terms);
        TensorPrimitives.Multiply<float>(terms, terms, terms);
        TensorPrimitives.Subtract(positions.AsSpan(count), positions[count + point], work);
        TensorPrimitives.MultiplyAdd<float>(work, work, terms, terms);
        TensorPrimitives.Log<float>(terms, terms);
        TensorPrimitives.Multiply(terms, (float)-curve.B, terms);
        TensorPrimitives.Exp<float>(terms, terms);
        TensorPrimitives.Multiply(terms, (float)(1.0 / curve.A), terms);
        TensorPrimitives.LogP1<float>(terms, terms);
        TensorPrimitives.Min(terms, (float)MaxTerm, terms);
    }

    /// <summary>What the pairs with a membership add to −log(1 − w).</summary>
    private static double Pairs(Affinities graph, int point, float[] terms)
    {
        double sum = 0.0;
        for (int k = graph.Starts[point]; k < graph.Starts[point + 1]; k++)
        {
            double v = graph.Values[k], far = terms[graph.Others[k]];
            double near = -Math.Log(Math.Max(1.0 - Math.Exp(-far), LeastMembership));
            sum += v * (near - far) + Plogp(v) + Plogp(1.0 - v);
        }

        return sum;
    }

    private static double Plogp(double p) => p > 0.0 ? p * Math.Log(p) : 0.0;
}
